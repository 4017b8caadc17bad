/**
 * The experiment of arXiv 2606.01852, every figure modelled: E, R and E/R of every planner beside the paper's, then how much runs
 * without a permutation, and what a link at half bandwidth costs. Every search has the same seconds: that of the tree of each count of
 * devices, those of the baselines on one device, for flops and for time, and what a planner has on top: `joint` its own search, each
 * other one a second tree. All planners start from the same trees otherwise, and the baseline may use them too.
 * `npm run bench distribution -- [--seconds 20] [--only NAME] [--devices 1,8,1024] [--machine h100-cluster,gb200-nvl72] [--methods tree,joint]`
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import {
  communicationShare,
  deviceCount,
  distributeJointly,
  distributeSliced,
  elementBytes,
  formatSeconds,
  gainOf,
  METHODS,
  mulberry32,
  presetNamed,
  rankCount,
  UserError,
  walkExecutions,
  whatIf,
  withDegradedLink,
  type ContractionTree,
  type Machine,
  type Method,
  type Network,
  type Schedule,
  type SlicedSchedule,
} from "tnlab/dsl/index.js";
import { searchOrder } from "tnlab/kernel/search/search.js";
import { families, type Family } from "./families.ts";

interface Options {
  readonly seconds: number;
  readonly machine: Machine;
  readonly counts: readonly number[];
  readonly methods: readonly Method[];
}

/** Of the memory of all devices, what the largest tensor may take: others live beside it. */
const LARGEST_SHARE = 1 / 3;

interface Search {
  readonly devices: number;
  readonly objective: "flops" | "combo";
  readonly seed: number;
}

async function treeFor(
  network: Network,
  { seconds, machine }: Options,
  { devices, objective, seed }: Search,
): Promise<ContractionTree> {
  const elements = (devices * machine.device.memoryBytes * LARGEST_SHARE) / elementBytes(network.dtype);
  const limits = { maxLog2Size: Math.log2(elements), workers: availableParallelism(), seed };
  return (await searchOrder(network, { objective, seconds, ...limits })).tree;
}

function faster<T extends { readonly schedule: Schedule }>(a: T, b: T): T {
  return b.schedule.modelledSeconds < a.schedule.modelledSeconds ? b : a;
}

/** The fastest plan over some trees; undefined where none fits. */
function fastest(
  network: Network,
  trees: readonly ContractionTree[],
  machine: Machine,
  devices: number,
  method: Method,
): SlicedSchedule | undefined {
  const plans = trees.flatMap((tree) => {
    try {
      return [distributeSliced(network, tree, machine, devices, { method })];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
  return plans.length === 0 ? undefined : plans.reduce(faster);
}

/** Trees for a count of devices: those from which every planner starts, and the one in place of the search of `joint`. */
interface Trees {
  readonly common: readonly ContractionTree[];
  readonly second: ContractionTree;
}

function planned(
  network: Network,
  { common, second }: Trees,
  { machine, seconds }: Options,
  devices: number,
  method: Method,
): SlicedSchedule | undefined {
  if (method !== "joint") return fastest(network, [...common, second], machine, devices, method);
  const start = fastest(network, common, machine, devices, "tree");
  if (start === undefined) return undefined;
  const end = Date.now() + 1000 * seconds;
  const budget = { expired: () => Date.now() > end, trials: Number.MAX_SAFE_INTEGER };
  return distributeJointly(network, start.tree, machine, devices, budget, mulberry32(1), { method });
}

/** Shares of multiply-adds in products whose large operand was not permuted, and of time in permutations. */
export function permutations(schedule: Schedule): { readonly inPlace: number; readonly time: number } {
  const moved = new Set<number>();
  let [flops, free, seconds, permuting] = [0, 0, 0, 0];
  const elements = (id: number): number => schedule.buffers[id]?.elements ?? 0;
  walkExecutions(schedule, (step, times) => {
    seconds += times * step.model.seconds;
    if (step.kind === "permute") permuting += times * step.model.seconds;
    if (step.kind === "permute" || ("in" in step && moved.has(step.in))) moved.add(step.out);
    if (step.kind !== "contract") return;
    const largest = Math.max(elements(step.a), elements(step.b), elements(step.out));
    const hit = [step.a, step.b].some((id) => moved.has(id) && 8 * elements(id) >= largest);
    flops += times * step.model.flops;
    if (!hit) free += times * step.model.flops;
  });
  return { inPlace: free / flops, time: permuting / seconds };
}

const COLUMNS = [
  "devices",
  "method",
  "E",
  "S/P",
  "R",
  "E/R",
  "slices",
  "seconds",
  "moving",
  "in place",
  "permuting",
];

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(11)).join(" ");
}

function short(value: number): string {
  return value >= 1e4 || value < 1e-2 ? value.toExponential(2) : value.toPrecision(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** One device, which is in use on every count, at half of its bandwidth: the loss of the plan as it stands, and planned anew. */
function hurtLine(network: Network, plan: SlicedSchedule, machine: Machine, devices: number): string {
  const hurt = withDegradedLink(machine, { node: 0, device: 0, share: 0.5 });
  const anew = (): Schedule =>
    distributeSliced(network, plan.tree, hurt, devices, { method: "tree" }).schedule;
  const { healthySeconds, kept, replanned } = whatIf(plan.schedule, hurt, anew);
  const [loss, least] = [kept, replanned].map((one) => percent(one.modelledSeconds / healthySeconds - 1));
  return `${String(devices).padStart(11)} with one link at half bandwidth: the fastest of these loses ${loss ?? ""} as it stands, ${least ?? ""} planned anew`;
}

function row(network: Network, base: ContractionTree, machine: Machine, plan: SlicedSchedule): string[] {
  const { schedule } = plan;
  const { extraSpeedup: e, speedup, complexityReduction: r } = gainOf(network, base, machine, plan);
  const { inPlace, time } = permutations(schedule);
  return [
    short(e),
    short(speedup / rankCount(schedule.mesh)),
    short(r),
    percent(e / r),
    `2^${Math.log2(schedule.slices).toFixed(0)}`,
    schedule.modelledSeconds.toExponential(2),
    percent(communicationShare(schedule)),
    percent(inPlace),
    percent(time),
  ];
}

/** By count of devices: E of `joint` over that of `prefix`, of each family on which both fit. */
type Gains = Map<number, number[]>;

async function compare(family: Family, options: Options, gains: Gains): Promise<void> {
  const network = family.network();
  if (network === undefined) return;
  const { machine } = options;
  console.log(
    `\n${family.name}: ${family.built}; ${network.tensors.length} tensors; on ${machine.name}, all modelled`,
  );
  const trees: ContractionTree[] = [];
  for (const objective of ["flops", "combo"] as const)
    trees.push(await treeFor(network, options, { devices: 1, objective, seed: 1 }));
  for (const devices of options.counts)
    for (const seed of [1, 2])
      trees.push(await treeFor(network, options, { devices, objective: "combo", seed }));
  // Every tree may serve the baseline too: what a lucky search finds is no merit of the distribution.
  const alone = trees.map((tree) => distributeSliced(network, tree, machine, 1));
  const base = alone.reduce(faster).tree;
  const times = [alone[0], alone[1], alone.reduce(faster)].map((one) => one?.schedule.modelledSeconds ?? 0);
  const [forFlops = "", forTime = "", ofAll = ""] = times.map(formatSeconds);
  console.log(
    `one device: tree for flops ${forFlops}, for flops and bytes ${forTime}, the fastest of all ${ofAll}, with which E compares; ` +
      `beside the first, E is ${short((times[0] ?? 0) / (times[2] ?? 1))} times as large`,
  );
  console.log(line(COLUMNS));
  for (const [place, devices] of options.counts.entries()) {
    const [own = base, second = base] = trees.slice(2 + 2 * place);
    const plans = new Map<Method, SlicedSchedule>();
    for (const method of options.methods) {
      const plan = planned(network, { common: [own, base], second }, options, devices, method);
      if (plan === undefined) console.log(line([String(devices), method, "fits not"]));
      else {
        plans.set(method, plan);
        console.log(line([String(devices), method, ...row(network, base, machine, plan)]));
      }
    }
    note(gains, devices, plans);
    if (devices > 1 && plans.size > 0)
      console.log(hurtLine(network, [...plans.values()].reduce(faster), machine, devices));
  }
  if (family.published === undefined) return;
  const { e8, r8, e1024, r1024 } = family.published;
  console.log(`the paper, on h100-cluster: E ${e8}, R ${r8} on 8 devices; E ${e1024}, R ${r1024} on 1024`);
}

function note(gains: Gains, devices: number, plans: ReadonlyMap<Method, SlicedSchedule>): void {
  const [joint, prefix] = [plans.get("joint"), plans.get("prefix")];
  if (devices === 1 || joint === undefined || prefix === undefined) return;
  const ratio = prefix.schedule.modelledSeconds / joint.schedule.modelledSeconds;
  gains.set(devices, [...(gains.get(devices) ?? []), ratio]);
}

function summary(gains: Gains, machine: Machine): void {
  for (const [devices, ratios] of gains) {
    const mean = Math.exp(ratios.reduce((sum, own) => sum + Math.log(own), 0) / ratios.length);
    console.log(
      `${machine.name}, ${devices} devices: E of joint over that of prefix ${short(mean)}, geometric mean of ${ratios.length}`,
    );
  }
}

export async function distribution(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "20" },
      only: { type: "string", default: "" },
      devices: { type: "string", default: "1,8,64,512,1024" },
      machine: { type: "string", default: "h100-cluster,gb200-nvl72" },
      methods: { type: "string", default: METHODS.join() },
    },
  });
  const methods = values.methods.split(",");
  for (const name of values.machine.split(",")) {
    const machine = presetNamed(name);
    const options = {
      seconds: Number(values.seconds),
      machine,
      counts: countsOn(machine, values.devices.split(",").map(Number)),
      methods: METHODS.filter((method) => methods.includes(method)),
    };
    const gains: Gains = new Map();
    for (const family of families)
      if (family.name.includes(values.only)) await compare(family, options, gains);
    summary(gains, machine);
  }
}

/** Counts that the machine has; all of its devices in place of those that are more. */
function countsOn(machine: Machine, counts: readonly number[]): number[] {
  return [...new Set(counts.map((count) => Math.min(count, deviceCount(machine))))];
}
