/** `tnlab schedule`. */
import { availableParallelism } from "node:os";
import {
  deviceCount,
  deviceCounts,
  distribute,
  distributeJointly,
  distributeSliced,
  gainOf,
  log2RoomOf,
  METHODS,
  mulberry32,
  presets,
  UserError,
  whatIf,
  withDegradedLink,
  type ContractionTree,
  type DegradedLink,
  type Machine,
  type MachineSpec,
  type Method,
  type Schedule,
  type SlicedSchedule,
  type Wanted,
} from "../../dsl/index.ts";
import { machineFor } from "../session/results.ts";
import { describeNetwork } from "./check.ts";
import { OK, WrongUse, type Arguments, type Run } from "./command.ts";
import { describeSchedule, scheduleJson } from "./costs.ts";
import { checkWritable, writeText } from "./files.ts";
import { interruptible } from "./interrupt.ts";
import { describeOrder } from "./order.ts";
import { print, printJson } from "./print.ts";
import { hostFor } from "./programs.ts";
import { DEFAULT_SECONDS, findOrder, searchFlags, type Ordered, type SearchFlags } from "./search.ts";
import { readSubject, type Subject } from "./subject.ts";
import { describeSweep, describeWhatIf, sweepJson, whatIfJson, type SweptPoint } from "./sweep.ts";
import { counted } from "./table.ts";
import { choice, integer, type Range } from "./values.ts";

export const run: Run = (given) => {
  const flags = searchFlags(given);
  const range = deviceRange(given);
  const asked = range?.most ?? integer(given, "devices", { least: 1, most: MOST_DEVICES });
  const method = choice(given, "method", METHODS);
  if (!given.values.has("machine")) throw new WrongUse("--machine is missing: --machine dgx-h100");
  const out = given.values.get("out");
  if (out !== undefined) checkWritable(out);
  const link = slowLink(given);
  for (const other of ["out", "slow-link"])
    if (range !== undefined && given.values.has(other))
      throw new WrongUse(`--${other} goes with one count of devices, not with a range`);
  const subject = readSubject(given);
  const machine = machineOf(subject, given, asked);
  const hurt = link && withDegradedLink(machine, link);
  const wanted = { devices: asked ?? deviceCount(machine), method, flags };
  return interruptible(async (signal) => {
    if (range !== undefined) return sweep(subject, { machine, range, wanted }, given, signal);
    const ordered = await orderFor(subject, flags, { machine, devices: wanted.devices }, signal);
    const alone = await orderFor(subject, flags, { machine, devices: 1 }, signal);
    // An order for one device may suit them all, too: no plan is slower than slicing alone.
    const plan = planned(subject, [ordered.tree, alone.tree], machine, wanted);
    const gain = gainOf(subject.network, alone.tree, machine, plan);
    const trees = [plan.tree, alone.tree] as const;
    const lost = hurt && whatIf(plan.schedule, hurt, () => planned(subject, trees, hurt, wanted).schedule);
    if (out !== undefined) writeText(out, `${JSON.stringify(plan.schedule)}\n`);
    if (given.flags.has("json"))
      printJson({
        ...scheduleJson(plan.schedule, gain),
        ...(link && lost && { what_if: whatIfJson(link, lost) }),
      });
    else {
      const order = describeOrder(subject.network, { ...ordered, tree: plan.tree });
      const parts = [
        describeNetwork(subject.network),
        order,
        "",
        describeSchedule(plan.schedule, gain),
        ...(link && lost ? [describeWhatIf(link, lost)] : []),
      ];
      print(parts.join("\n"));
    }
    return OK;
  });
};

const MOST_DEVICES = 2 ** 20;

/** A-B in --devices A..B; nothing where one count is meant. Throws WrongUse. */
function deviceRange(given: Arguments): Range | undefined {
  const found = /^(\d+)\.\.(\d+)$/.exec(given.values.get("devices") ?? "");
  if (found === null) return undefined;
  const [least, most] = [Number(found[1]), Number(found[2])];
  if (least < 1 || most > MOST_DEVICES || least > most)
    throw new WrongUse(`--devices takes a range such as 8..1024, up to ${MOST_DEVICES}, got "${found[0]}"`);
  return { least, most };
}

/** Half of a link's bandwidth is left where --slow-link names no share. */
const LEFT_PERCENT = 50;

/** Throws WrongUse for what is no link. */
function slowLink(given: Arguments): DegradedLink | undefined {
  const text = given.values.get("slow-link");
  if (text === undefined) return undefined;
  const found = /^(\d+),(\d+)(?:,(\d+(?:\.\d+)?))?$/.exec(text);
  const share = Number(found?.[3] ?? LEFT_PERCENT) / 100;
  if (found === null || !(share > 0 && share <= 1))
    throw new WrongUse(`--slow-link takes NODE,DEVICE or NODE,DEVICE,PERCENT, such as 3,5,50, got "${text}"`);
  return { node: Number(found[1]), device: Number(found[2]), share };
}

interface Sweep {
  readonly machine: Machine;
  readonly range: Range;
  readonly wanted: Wish;
}

/** One count of devices after the other: with the tree searched for one device, and with a tree searched for each. */
async function sweep(
  subject: Subject,
  { machine, range, wanted }: Sweep,
  given: Arguments,
  signal: AbortSignal,
): Promise<number> {
  const { network } = subject;
  const counts = deviceCounts(machine, range.least, range.most);
  if (counts.length === 0)
    throw new WrongUse(`--devices ${range.least}..${range.most} has no count that fills ${machine.name}`);
  const { tree: one } = await orderFor(subject, wanted.flags, { machine, devices: 1 }, signal);
  const points: SweptPoint[] = [];
  for (const devices of counts) {
    const { tree: each } = await orderFor(subject, wanted.flags, { machine, devices }, signal);
    const [oneTree, treeOfEach] = [[one, one] as const, [each, one] as const].map((trees) => {
      const plan = planned(subject, trees, machine, { ...wanted, devices });
      return { schedule: plan.schedule, gain: gainOf(network, one, machine, plan) };
    }) as [SweptPoint["oneTree"], SweptPoint["treeOfEach"]];
    points.push({ devices, oneTree, treeOfEach });
  }
  if (given.flags.has("json")) printJson(sweepJson(network.name, machine.name, points));
  else print([describeNetwork(network), describeSweep(machine.name, points)].join("\n"));
  return OK;
}

/** An order whose slices fit the devices, where neither program nor flag fixes them; the same effort for any count of devices. */
function orderFor(
  subject: Subject,
  flags: SearchFlags,
  { machine, devices }: { readonly machine: Machine; readonly devices: number },
  signal: AbortSignal,
): Promise<Ordered> {
  const { network, definitions } = subject;
  const asked = [flags.seconds, flags.seed, flags.objective, flags.workers].some(
    (flag) => flag !== undefined,
  );
  const fixed =
    flags.maxLog2Size !== undefined ||
    definitions.has(`slice ${network.name}`) ||
    (definitions.has(`order ${network.name}`) && !asked);
  if (fixed) return findOrder(subject, flags, signal);
  return findOrder(subject, { ...flags, maxLog2Size: log2RoomOf(network, machine, devices) }, signal);
}

interface Wish {
  readonly devices: number;
  readonly method: Method | undefined;
  readonly flags: SearchFlags;
}

/** Slices that the program or a flag fixes stay; else they are chosen with the distribution. */
function planned(
  subject: Subject,
  trees: readonly [ContractionTree, ContractionTree],
  machine: Machine,
  { devices, method, flags }: Wish,
): SlicedSchedule {
  const { network, definitions } = subject;
  const wanted = method === undefined ? {} : { method };
  const fixed = flags.maxLog2Size !== undefined || definitions.has(`slice ${network.name}`);
  const [tree] = trees;
  const sliced = (): SlicedSchedule =>
    trees
      .map((one) => distributeSliced(network, one, machine, devices, wanted))
      .reduce((a, b) => (b.schedule.modelledSeconds < a.schedule.modelledSeconds ? b : a));
  if (method === "joint") {
    const start = fixed ? tree : sliced().tree;
    const { seconds = DEFAULT_SECONDS, seed = 1 } = flags;
    const end = Date.now() + 1000 * seconds;
    const budget = { expired: () => Date.now() > end, trials: Number.MAX_SAFE_INTEGER };
    return distributeJointly(network, start, machine, devices, budget, mulberry32(seed), wanted);
  }
  return fixed ? { tree, schedule: placed(subject, tree, machine, devices, wanted) } : sliced();
}

const THREADS = /^threads(?:\((\d+)\))?$/;

/** Throws WrongUse for a machine that there is not, or that has not so many devices. */
export function machineOf({ definitions }: Subject, given: Arguments, devices: number | undefined): Machine {
  const name = given.values.get("machine") ?? "";
  const session = { definitions, results: new Map(), host: hostFor(AbortSignal.abort()) };
  const machine = machineFor(session, machineSpec(definitions, name, devices));
  if (devices === undefined || devices <= deviceCount(machine)) return machine;
  const has = counted(deviceCount(machine), "device");
  throw new WrongUse(`${machine.name} has ${has}, fewer than --devices ${devices}`);
}

function machineSpec(
  definitions: Subject["definitions"],
  name: string,
  devices: number | undefined,
): MachineSpec {
  const own = definitions.get(name);
  if (own?.kind === "machine") return own.spec;
  const preset = presets.get(name);
  if (preset !== undefined) return { kind: "model", machine: preset };
  const threads = THREADS.exec(name);
  const workers = Number(threads?.[1] ?? devices ?? availableParallelism());
  if (threads !== null && workers >= 1 && workers <= 1024) return { kind: "threads", workers };
  const machines = [...definitions].flatMap(([key, one]) => (one.kind === "machine" ? [key] : []));
  const known = [...presets.keys(), "threads", ...machines];
  const list = known.map((one) => (one === "threads" ? "threads(n)" : one)).join(", ");
  throw new WrongUse(`there is no machine ${name} (known: ${list})`, { name, known });
}

/** Throws UserError where the tensors do not fit the memory of a device. */
export function placed(
  subject: Subject,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  wanted: Wanted = {},
): Schedule {
  try {
    return distribute(subject.network, tree, machine, devices, wanted);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}; on the command line --max-size LOG2 slices`);
  }
}
