/**
 * The experiment of arXiv 2606.01852, every figure modelled: E, R and E/R of every planner beside the paper's, with the same seconds
 * of search for the baselines on one device and for each count of devices; and how much runs without a permutation.
 *
 * E: time of slicing alone on as many devices over the plan's, the faster baseline first, then the one searched for multiply-adds alone.
 * R: least multiply-adds found on one device's memory over the least found on that of all devices, whoever planned: one R a count.
 * `npm run bench distribution -- [--seconds 20] [--only NAME] [--devices 1,8,64,512,1024] [--machine h100-cluster] [--methods greedy,tree]`
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import {
  communicationShare,
  cost,
  distributeJointly,
  distributeSliced,
  formatSeconds,
  gainOf,
  log2RoomOf,
  METHODS,
  mulberry32,
  presetNamed,
  repriced,
  walkExecutions,
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
  /** Of each search of an order on one device or several. */
  readonly trials?: number;
  readonly machine: Machine;
  readonly counts: readonly number[];
  readonly methods: readonly Method[];
}

/** The order with the memory of so many devices. The same trials give the same tree; where they are not given, the seconds decide. */
export async function treeFor(
  network: Network,
  { seconds, machine, trials }: Pick<Options, "seconds" | "machine" | "trials">,
  devices: number,
  objective: "flops" | "combo",
  start?: ContractionTree,
): Promise<ContractionTree> {
  const limits = {
    maxLog2Size: log2RoomOf(network, machine, devices),
    workers: availableParallelism(),
    seed: 1,
    ...(trials !== undefined && { trials }),
    ...(start !== undefined && { start }),
  };
  return (await searchOrder(network, { objective, seconds, ...limits })).tree;
}

function planned(
  network: Network,
  trees: readonly ContractionTree[],
  { machine, seconds }: Options,
  devices: number,
  method: Method,
): SlicedSchedule | undefined {
  const plans = trees.flatMap((tree) => {
    try {
      return [
        distributeSliced(network, tree, machine, devices, { method: method === "joint" ? "tree" : method }),
      ];
    } catch {
      return [];
    }
  });
  const [best] = plans.sort((a, b) => a.schedule.modelledSeconds - b.schedule.modelledSeconds);
  if (method !== "joint" || best === undefined) return best;
  const end = Date.now() + 1000 * seconds;
  const budget = { expired: () => Date.now() > end, trials: Number.MAX_SAFE_INTEGER };
  return distributeJointly(network, best.tree, machine, devices, budget, mulberry32(1), { method });
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
  "E (flops)",
  "R",
  "E/R",
  "slices",
  "seconds",
  "moving",
  "in place",
  "permuting",
  "hurt",
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

/** Loss where one device has half of its bandwidth, the plan staying as it is; the device is in use on every count. */
function lossOf(schedule: Schedule, machine: Machine): number {
  const hurt = withDegradedLink(machine, { node: 0, device: 0, share: 0.5 });
  return repriced(schedule, hurt).modelledSeconds / schedule.modelledSeconds - 1;
}

/** Slicing alone on the memory of one device, with the tree that is fastest so and with the one searched for multiply-adds alone. */
interface Baselines {
  readonly fastest: ContractionTree;
  readonly flops: ContractionTree;
  /** Of all trees, log10. */
  readonly leastFlops: number;
}

/** Every tree may serve as baseline: what a lucky search finds is no merit of the distribution. */
function baselinesOf(network: Network, searched: readonly ContractionTree[], options: Options): Baselines {
  const alone = searched.map((tree) => distributeSliced(network, tree, options.machine, 1));
  const times = alone.map(({ schedule }) => formatSeconds(schedule.modelledSeconds));
  console.log(
    `one device: tree for flops ${times[0] ?? ""}, for flops and bytes ${times.slice(1).join(", ")}`,
  );
  // One device is searched for as long as each count of devices.
  const joint = options.methods.includes("joint") ? [planned(network, searched, options, 1, "joint")] : [];
  const known = [...alone, ...joint.flatMap((plan) => plan ?? [])];
  const best = known.reduce((a, b) => (b.schedule.modelledSeconds < a.schedule.modelledSeconds ? b : a));
  console.log(`the faster baseline: ${formatSeconds(best.schedule.modelledSeconds)} on one device`);
  const leastFlops = Math.min(...known.map((plan) => log10Flops(network, plan)));
  return { fastest: best.tree, flops: alone[0]?.tree ?? best.tree, leastFlops };
}

/** With the fewest slices that fit. */
function log10Flops(network: Network, { tree, fewest = tree }: SlicedSchedule): number {
  return cost(network, fewest).log10Flops;
}

async function compare(family: Family, options: Options): Promise<void> {
  const network = family.network();
  if (network === undefined) return;
  const { machine } = options;
  console.log(
    `\n${family.name}: ${family.built}; ${network.tensors.length} tensors; on ${machine.name}, all modelled`,
  );
  const trees = [await treeFor(network, options, 1, "flops"), await treeFor(network, options, 1, "combo")];
  for (const devices of options.counts) trees.push(await treeFor(network, options, devices, "combo"));
  const base = baselinesOf(network, trees, options);
  console.log(line(COLUMNS));
  for (const [place, devices] of options.counts.entries()) {
    const own = trees[place + 2] ?? base.fastest;
    const plans = options.methods.map((method) => ({
      method,
      plan: planned(network, [own, base.fastest], options, devices, method),
    }));
    const known = plans.flatMap(({ plan }) => (plan === undefined ? [] : [log10Flops(network, plan)]));
    const reduction = 10 ** (base.leastFlops - Math.min(base.leastFlops, ...known));
    for (const { method, plan } of plans) {
      const cells = plan === undefined ? ["fits not"] : figuresOf(network, base, machine, reduction, plan);
      console.log(line([String(devices), method, ...cells]));
    }
  }
  if (family.published === undefined) return;
  const { e8, r8, e1024, r1024 } = family.published;
  console.log(`the paper: E ${e8}, R ${r8} on 8 devices; E ${e1024}, R ${r1024} on 1024`);
}

function figuresOf(
  network: Network,
  base: Baselines,
  machine: Machine,
  reduction: number,
  plan: SlicedSchedule,
): string[] {
  const { schedule } = plan;
  const [e, ofFlops] = [base.fastest, base.flops].map(
    (tree) => gainOf(network, tree, machine, plan).extraSpeedup,
  ) as [number, number];
  const { inPlace, time } = permutations(schedule);
  const shares = [communicationShare(schedule), inPlace, time, lossOf(schedule, machine)].map(percent);
  const slices = `2^${Math.log2(schedule.slices).toFixed(0)}`;
  const seconds = schedule.modelledSeconds.toExponential(2);
  return [short(e), short(ofFlops), short(reduction), percent(e / reduction), slices, seconds, ...shares];
}

export async function distribution(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "20" },
      only: { type: "string", default: "" },
      devices: { type: "string", default: "1,8,64,512,1024" },
      machine: { type: "string", default: "h100-cluster" },
      methods: { type: "string", default: METHODS.join() },
    },
  });
  const methods = values.methods.split(",");
  const options = {
    seconds: Number(values.seconds),
    machine: presetNamed(values.machine),
    counts: values.devices.split(",").map(Number),
    methods: METHODS.filter((method) => methods.includes(method)),
  };
  for (const family of families) if (family.name.includes(values.only)) await compare(family, options);
}
