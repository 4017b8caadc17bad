/** How more workers help the threads engine: two beside one on single steps, and distribution beside slicing under a cap on memory. */
import {
  amplitude,
  distribute,
  distributeJointly,
  distributeSliced,
  formatBytes,
  gainOf,
  mulberry32,
  threadsMachine,
  UserError,
  type ContractionTree,
  type Dtype,
  type Machine,
  type Method,
  type Network,
  type Schedule,
  type SlicedSchedule,
  type ValuedNetwork,
} from "tnlab/dsl/index.js";
import { randomCircuit } from "tnlab/dsl/circuit/generate.js";
import { threadRates } from "tnlab/kernel/engine/calibrate.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import { searchOrder } from "tnlab/kernel/search/search.js";
import { triangularLattice } from "./families.ts";
import { filled, valuedInstance } from "./instances.ts";

export interface Goes {
  readonly goes: number;
  /** Seconds of search for an order. */
  readonly search: number;
}

function row(cells: readonly string[]): void {
  console.log(cells.map((cell, place) => (place === 0 ? cell.padEnd(28) : cell.padStart(11))).join(" "));
}

/** One product whose result has m n = 2^24 elements. */
const STEPS: readonly (readonly [Dtype, m: number, n: number, k: number])[] = [
  ["complex64", 2 ** 22, 4, 4],
  ["complex64", 2 ** 20, 16, 16],
  ["complex64", 2 ** 12, 2 ** 12, 2 ** 7],
  ["float64", 2 ** 12, 2 ** 12, 2 ** 7],
];

/** Seconds of one product on one worker and on two; the best of the goes, in turns. */
export async function scaling({ goes }: Goes): Promise<void> {
  console.log("\none step of 2^24 elements on two workers beside one; measured");
  row(["m x n x k", "one, s", "two, s", "speedup"]);
  for (const [dtype, m, n, k] of STEPS) {
    const network = {
      name: "step",
      dtype,
      tensors: [
        { name: "A", labels: ["i", "p"] },
        { name: "B", labels: ["p", "j"] },
      ],
      open: ["i", "j"],
      extents: { i: m, j: n, p: k },
    };
    const entries = filled(network);
    const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] } as const;
    const on = (workers: number): Schedule =>
      distribute(network, tree, threadsMachine(workers, workers * 2 ** 32, threadRates(workers)), workers, {
        method: "tree",
      });
    const schedules = [on(1), on(2)];
    const best = [Infinity, Infinity];
    // Code and memory are warm on both sides.
    for (const schedule of schedules) await productSeconds(schedule, entries);
    for (let go = 0; go < goes; go += 1)
      for (const [place, schedule] of schedules.entries())
        best[place] = Math.min(best[place] ?? 0, await productSeconds(schedule, entries));
    const [one = NaN, two = NaN] = best;
    row([`${m} x ${n} x ${k} ${dtype}`, one.toPrecision(3), two.toPrecision(3), (one / two).toFixed(2)]);
  }
}

async function productSeconds(schedule: Schedule, entries: ValuedNetwork["entries"]): Promise<number> {
  const { steps } = await threadsEngine.run(schedule, entries);
  return steps
    .filter(({ kind }) => kind === "contract")
    .reduce((sum, { measuredSeconds = [] }) => sum + Math.max(...measuredSeconds), 0);
}

interface Capped {
  readonly name: string;
  readonly valued: () => ValuedNetwork;
}

function circuit(): ValuedNetwork {
  const made = randomCircuit({ rows: 3, columns: 7, cycles: 24, seed: 1 });
  return amplitude(made, "0".repeat(21), { name: "circuit", dtype: "complex64" });
}

const CAPPED: readonly Capped[] = [
  { name: "circuit-3x7x24", valued: circuit },
  { name: "triangular-4x4x16", valued: () => withEntries(triangularLattice(4, 16)) },
  { name: "triangular-5x5x12", valued: () => withEntries(triangularLattice(5, 12)) },
  { name: "mera_closed_120", valued: () => valuedInstance("eb_str_nw_mera_closed_120", "float32") },
  { name: "gen_ising2d_20x20", valued: () => valuedInstance("gen_ising2d_20x20", "float64") },
  { name: "bfs_surfacecode_d13", valued: () => valuedInstance("bfs_surfacecode_d13", "float64") },
];

function withEntries(network: Network): ValuedNetwork {
  return { network, entries: filled(network) };
}

/** What slicing repeats, over what distribution repeats, where the two are compared. */
const LEAST_R = 4;
/** Modelled seconds of slicing that are waited for. */
const MOST_SECONDS = 40;
/** Caps that are tried, log2 below the memory of one worker that slices nothing. */
const BELOW = Array.from({ length: 20 }, (_, step) => 1 + step / 2);

const COUNTS = [2, 4, 8];
const PLANNED = ["tree", "joint"] as const;

/**
 * E and R as in arXiv 2606.01852: how much faster a plan is than slicing alone on as many workers, and what that could be if
 * communication were free. The cap on a worker's memory is the largest at which R, which no time enters, is LEAST_R.
 */
export async function extraSpeedup(only: readonly string[], options: Goes): Promise<void> {
  console.log("\nmemory capped: distribution beside slicing on as many workers; modelled, measured");
  row([
    "network",
    "cap",
    "workers",
    "method",
    "R",
    "E modelled",
    "E measured",
    "E/R",
    "slicing, s",
    "plan, s",
  ]);
  for (const { name, valued: make } of CAPPED.filter((one) => only.some((part) => one.name.includes(part)))) {
    const valued = make();
    const { network } = valued;
    const search = { objective: "combo", seconds: options.search, seed: 1, workers: 2 } as const;
    const { tree } = await searchOrder(network, search);
    for (const workers of COUNTS) {
      const machine = cappedMachine(network, tree, workers);
      if (machine === undefined) row([name, "none", String(workers)]);
      else
        for (const cells of await lines(valued, tree, machine, options))
          row([name, formatBytes(machine.device.memoryBytes), String(workers), ...cells]);
    }
  }
}

/** None where no cap leads to LEAST_R before slicing takes too long. */
function cappedMachine(network: Network, tree: ContractionTree, workers: number): Machine | undefined {
  const rates = threadRates(workers);
  const { peakBytes } = distribute(network, tree, threadsMachine(1, 2 ** 50, rates), 1);
  for (const below of BELOW) {
    const machine = threadsMachine(workers, (workers * peakBytes) / 2 ** below, rates);
    const gain = gainIn(network, tree, machine);
    if (gain === undefined || gain.slicingSeconds > MOST_SECONDS) return undefined;
    if (gain.complexityReduction >= LEAST_R) return machine;
  }
  return undefined;
}

/** Undefined where nothing fits. */
function gainIn(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
): { readonly complexityReduction: number; readonly slicingSeconds: number } | undefined {
  try {
    const plan = planned(network, tree, machine, { method: "tree", seconds: 0 });
    const { complexityReduction, extraSpeedup: e } = gainOf(network, tree, machine, plan);
    return { complexityReduction, slicingSeconds: e * plan.schedule.modelledSeconds };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** On all devices of the machine; a joint search takes the seconds. */
function planned(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  { method, seconds }: { readonly method: Method; readonly seconds: number },
): SlicedSchedule {
  const devices = machine.node.count;
  if (method !== "joint") return distributeSliced(network, tree, machine, devices, { method });
  const { tree: sliced } = distributeSliced(network, tree, machine, devices, { method: "tree" });
  const end = Date.now() + 1000 * seconds;
  const budget = { expired: () => Date.now() > end, trials: Number.MAX_SAFE_INTEGER };
  return distributeJointly(network, sliced, machine, devices, budget, mulberry32(1), { method });
}

/** A line a method; all methods run in turns with slicing. */
async function lines(
  { network, entries }: ValuedNetwork,
  tree: ContractionTree,
  machine: Machine,
  { goes, search }: Goes,
): Promise<string[][]> {
  const plans = [...PLANNED, "slicing" as const].map((method) =>
    planned(network, tree, machine, { method, seconds: search }),
  );
  const best = plans.map(() => Infinity);
  for (const { schedule } of plans) await threadsEngine.run(schedule, entries);
  for (let go = 0; go < goes; go += 1)
    for (const [place, { schedule }] of plans.entries()) {
      const { measuredSeconds = NaN } = await threadsEngine.run(schedule, entries);
      best[place] = Math.min(best[place] ?? 0, measuredSeconds);
    }
  const slicing = best.at(-1) ?? NaN;
  return PLANNED.map((method, place) => {
    const plan = plans[place];
    const seconds = best[place] ?? NaN;
    if (plan === undefined) return [method];
    const { extraSpeedup: e, complexityReduction: r } = gainOf(network, tree, machine, plan);
    const measured = slicing / seconds;
    const figures = [r, e, measured, measured / r, slicing, seconds].map((figure) => figure.toPrecision(3));
    return [method, ...figures];
  });
}
