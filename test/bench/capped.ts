/**
 * Distribution beside slicing on as many workers of the threads engine, under a cap on the memory of each. E and R as in
 * arXiv 2606.01852: how much faster the plan is, and what that could be if communication were free. Both choose among the same orders,
 * searched with the same effort for the memory of one worker, of two, of four, of eight, and for any memory.
 */
import {
  amplitude,
  cost,
  distributeSliced,
  elementBytes,
  mulberry32,
  threadsMachine,
  UserError,
  type ContractionTree,
  type Machine,
  type Network,
  type Schedule,
  type SlicedSchedule,
  type Step,
  type ValuedNetwork,
} from "tnlab/dsl/index.js";
import { randomCircuit } from "tnlab/dsl/circuit/generate.js";
import { square, type Bond } from "tnlab/dsl/circuit/layered.js";
import { threadRates } from "tnlab/kernel/engine/calibrate.js";
import { groupSize, reportedSteps, rounds, type SliceLoop } from "tnlab/kernel/engine/steps.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import { searchOrder } from "tnlab/kernel/search/search.js";
import { filled } from "./instances.ts";
import { row } from "./row.ts";

interface Capped {
  readonly name: string;
  /** Of each worker. */
  readonly mebibytes: number;
  readonly valued: () => ValuedNetwork;
}

const MEBI = 2 ** 20;

/** In float32: one tensor a site and one index of `extent` values a bond. */
function onBonds(name: string, bonds: readonly Bond[], extent: number): ValuedNetwork {
  const sites = Math.max(...bonds.flat()) + 1;
  const label = (bond: Bond): string => `b_{${bond.join()}}`;
  const tensors = Array.from({ length: sites }, (_, site) => ({
    name: `T_${site}`,
    labels: bonds.filter((bond) => bond.includes(site)).map(label),
  }));
  const extents = Object.fromEntries(bonds.map((bond) => [label(bond), extent]));
  const network: Network = { name, dtype: "float32", tensors, open: [], extents };
  return { network, entries: filled(network) };
}

/** Of a random graph whose vertices have three neighbours each: ends are paired anew until no pair is there twice and none is a loop. */
function cubicBonds(vertices: number): Bond[] {
  const random = mulberry32(1);
  for (;;) {
    const ends = Array.from({ length: 3 * vertices }, (_, end) => Math.floor(end / 3));
    for (let last = ends.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      [ends[last], ends[other]] = [ends[other] ?? 0, ends[last] ?? 0];
    }
    const bonds = new Map<string, Bond>();
    for (let at = 0; at < ends.length; at += 2) {
      const bond = ends.slice(at, at + 2).sort((a, b) => a - b) as [number, number];
      if (bond[0] !== bond[1]) bonds.set(bond.join(), bond);
    }
    if (bonds.size === ends.length / 2) return [...bonds.values()];
  }
}

function cubicGraph(vertices: number, extent: number): ValuedNetwork {
  return onBonds("cubic", cubicBonds(vertices), extent);
}

function circuit(): ValuedNetwork {
  const made = randomCircuit({ rows: 3, columns: 7, cycles: 24, seed: 1 });
  return amplitude(made, "0".repeat(21), { name: "circuit", dtype: "complex64" });
}

/**
 * The caps of the random graphs are where one more slice repeats much: two workers together hold what each alone would have to slice again.
 * Of the lattice and the circuit, R is not as large with two workers, and depends much on the cap and on the search.
 */
const CAPPED: readonly Capped[] = [
  { name: "cubic-40, bond 16", mebibytes: 11, valued: () => cubicGraph(40, 16) },
  { name: "cubic-42, bond 16", mebibytes: 11, valued: () => cubicGraph(42, 16) },
  { name: "cubic-30, bond 32", mebibytes: 28, valued: () => cubicGraph(30, 32) },
  { name: "square-5x5, bond 16", mebibytes: 1.8, valued: () => onBonds("square", square(5).flat(), 16) },
  { name: "circuit-3x7x24", mebibytes: 4, valued: circuit },
];

const COUNTS = [2, 4, 8];

/** Of a worker's memory, what the largest tensor of an order may take: others live beside it. */
const LARGEST_SHARE = 1 / 3;

/** Of each search. No clock decides, so that all have the same effort and a busy computer finds the same orders. */
const TRIALS = 6;

/** Searched for the memory of one worker, of more, and for any memory. */
async function ordersOf(network: Network, bytes: number): Promise<ContractionTree[]> {
  const found: ContractionTree[] = [];
  for (const room of [...[1, ...COUNTS].map((count) => count * bytes), Infinity]) {
    const maxLog2Size = Math.log2((room * LARGEST_SHARE) / elementBytes(network.dtype));
    const limit = maxLog2Size < Infinity ? { maxLog2Size } : {};
    const options = { objective: "combo", seconds: Infinity, trials: TRIALS, seed: 1, workers: 2 } as const;
    found.push((await searchOrder(network, { ...options, ...limit })).tree);
  }
  return found;
}

/** log10 of the multiply-adds with the fewest slices that fit. */
function leastFlops(network: Network, { tree, fewest = tree }: SlicedSchedule): number {
  return cost(network, fewest).log10Flops;
}

/** Of the orders, by a method: the plan of least modelled time, and that of the fewest multiply-adds. */
interface Plans {
  readonly fastest: SlicedSchedule;
  readonly leanest: SlicedSchedule;
}

/** Undefined where nothing fits. */
function plansBy(
  network: Network,
  orders: readonly ContractionTree[],
  machine: Machine,
  method: "slicing" | "tree",
): Plans | undefined {
  const plans = orders.flatMap((order) => {
    try {
      return [distributeSliced(network, order, machine, machine.node.count, { method })];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
  const [first] = plans;
  if (first === undefined) return undefined;
  const least = (measure: (plan: SlicedSchedule) => number): SlicedSchedule =>
    plans.reduce((best, one) => (measure(one) < measure(best) ? one : best), first);
  return {
    fastest: least(({ schedule }) => schedule.modelledSeconds),
    leanest: least((plan) => leastFlops(network, plan)),
  };
}

/** A line a count of workers and baseline; the runs of all plans of a count in turns. */
export async function extraSpeedup(
  only: readonly string[],
  { goes }: { readonly goes: number },
): Promise<void> {
  console.log("\nmemory capped: distribution beside slicing on as many workers; modelled, measured");
  row([
    ...["network", "cap", "workers", "baseline", "slices", "of plan", "R", "E modelled"],
    ...["E measured", "E/R", "E of CPU", "E/R", "slicing, s", "plan, s"],
  ]);
  for (const { name, mebibytes, valued } of CAPPED.filter((one) =>
    only.some((part) => one.name.includes(part)),
  )) {
    const { network, entries } = valued();
    const bytes = mebibytes * MEBI;
    const orders = await ordersOf(network, bytes);
    for (const workers of COUNTS) {
      const machine = threadsMachine(workers, workers * bytes, threadRates(workers));
      const slicing = plansBy(network, orders, machine, "slicing");
      const plans = plansBy(network, orders, machine, "tree");
      const head = [name, `${mebibytes} MiB`, String(workers)];
      if (slicing === undefined || plans === undefined) row([...head, "none"]);
      else
        for (const cells of await lines({ network, entries }, slicing, plans, goes)) row([...head, ...cells]);
    }
  }
}

/** The fastest plan beside slicing of least time, and beside slicing of fewest multiply-adds where that is another. */
async function lines(
  { network, entries }: ValuedNetwork,
  slicing: Plans,
  plans: Plans,
  goes: number,
): Promise<string[][]> {
  const plan = plans.fastest;
  const isOne = slicing.leanest === slicing.fastest;
  const baselines = [
    [isOne ? "both" : "time", slicing.fastest] as const,
    ...(isOne ? [] : [["flops", slicing.leanest] as const]),
  ];
  const all = [plan, ...baselines.map(([, baseline]) => baseline)];
  const [own = NOT_RUN, ...others] = await inTurns(
    all.map(({ schedule }) => schedule),
    entries,
    goes,
  );
  return baselines.map(([what, baseline], place) => {
    const sliced = others[place] ?? NOT_RUN;
    const r = 10 ** (leastFlops(network, baseline) - leastFlops(network, plans.leanest));
    const modelled = baseline.schedule.modelledSeconds / plan.schedule.modelledSeconds;
    const [wall, processor] = [sliced.seconds / own.seconds, sliced.processor / own.processor];
    const figures = [r, modelled, wall, wall / r, processor, processor / r, sliced.seconds, own.seconds];
    return [
      what,
      ...[baseline, plan].map(({ schedule }) => schedule.slices.toPrecision(3)),
      ...figures.map((figure) => figure.toPrecision(3)),
    ];
  });
}

/** Seconds of a whole run, and of all processors together: the latter say the same where others use the computer, too. */
interface Taken {
  readonly seconds: number;
  readonly processor: number;
}

const NOT_RUN: Taken = { seconds: Infinity, processor: Infinity };

/** The least of each that any go took: the first is slow, code and memory are cold. */
async function inTurns(
  schedules: readonly Schedule[],
  entries: ValuedNetwork["entries"],
  goes: number,
): Promise<readonly Taken[]> {
  const best = schedules.map(() => NOT_RUN);
  for (let go = 0; go < goes; go += 1)
    for (const [place, schedule] of schedules.entries()) {
      const { seconds, processor } = await takenBy(schedule, entries);
      const before = best[place] ?? NOT_RUN;
      best[place] = {
        seconds: Math.min(before.seconds, seconds),
        processor: Math.min(before.processor, processor),
      };
    }
  return best;
}

/** Modelled seconds of the slices that are run where all would take longer. */
const SAMPLE_SECONDS = 1;

/** Of the first slices, and as much for each of the others: they do the same. What is done once for all slices counts once. */
async function takenBy(schedule: Schedule, entries: ValuedNetwork["entries"]): Promise<Taken> {
  const loop = schedule.steps.find((step): step is SliceLoop => step.kind === "slice-loop");
  const { sample, repeats } =
    loop === undefined ? { sample: schedule, repeats: 1 } : sampleOf(schedule, loop);
  const before = process.cpuUsage();
  const { measuredSeconds = NaN, steps } = await threadsEngine.run(sample, entries);
  const { user, system } = process.cpuUsage(before);
  const ofLoop = new Set<Step>(loop === undefined ? [] : reportedSteps([loop]));
  const inLoop = steps.filter((_, position) => ofLoop.has(reportedSteps(sample.steps)[position] as Step));
  const rank = [...(steps[0]?.measuredSeconds ?? []).keys()].map((own) =>
    inLoop.reduce((sum, { measuredSeconds: of = [] }) => sum + (of[own] ?? 0), 0),
  );
  const seconds = measuredSeconds + (repeats - 1) * Math.max(...rank);
  return { seconds, processor: ((user + system) / 1e6) * (seconds / measuredSeconds) };
}

/** `repeats`: how many times as many slices each rank would run. */
function sampleOf(
  schedule: Schedule,
  loop: SliceLoop,
): { readonly sample: Schedule; readonly repeats: number } {
  const all = rounds(schedule, loop);
  const some = Math.min(all, Math.ceil((SAMPLE_SECONDS * all) / schedule.modelledSeconds));
  if (some === all) return { sample: schedule, repeats: 1 };
  return {
    sample: { ...schedule, slices: some * groupSize(schedule.mesh, loop.digits) },
    repeats: all / some,
  };
}
