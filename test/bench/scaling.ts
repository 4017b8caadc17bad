/** How much faster two workers of the threads engine are than one on a single step, beside two threads that share nothing. */
import { Worker } from "node:worker_threads";
import {
  distribute,
  elementBytes,
  threadsMachine,
  type Dtype,
  type Schedule,
  type ValuedNetwork,
} from "tnlab/dsl/index.js";
import { threadRates } from "tnlab/kernel/engine/calibrate.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import type { Apart } from "./apart.ts";
import { filled } from "./instances.ts";
import { row } from "./row.ts";

/** One product whose result has m n = 2^24 elements. */
const STEPS: readonly (readonly [Dtype, m: number, n: number, k: number])[] = [
  ["complex64", 2 ** 22, 4, 4],
  ["complex64", 2 ** 20, 16, 16],
  ["complex64", 2 ** 12, 2 ** 12, 2 ** 7],
  ["float64", 2 ** 12, 2 ** 12, 2 ** 7],
];

/**
 * Seconds of one product on one worker and on two; the best of the goes, in turns. `own`: twice the seconds that one thread takes for
 * half of it over those of two threads at once that do so each, which share nothing but this computer.
 */
export async function scaling({ goes }: { readonly goes: number }): Promise<void> {
  console.log("\none step of 2^24 elements on two workers beside one; measured");
  row(["m x n x k", "one, s", "two, s", "speedup", "own"]);
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
    const half = { dtype, elementBytes: elementBytes(dtype), extents: { m: m / 2, n, k } };
    const timed = [
      ...schedules.map((schedule) => () => productSeconds(schedule, entries)),
      ...[1, 2].map((threads) => () => secondsApart(half, threads)),
    ];
    const best = timed.map(() => Infinity);
    // Code and memory are warm on both sides.
    for (const schedule of schedules) await productSeconds(schedule, entries);
    for (let go = 0; go < goes; go += 1)
      for (const [place, seconds] of timed.entries())
        best[place] = Math.min(best[place] ?? Infinity, await seconds());
    const [one = NaN, two = NaN, alone = NaN, both = NaN] = best;
    const ratios = [one / two, (2 * alone) / both].map((ratio) => ratio.toFixed(2));
    row([`${m} x ${n} x ${k} ${dtype}`, one.toPrecision(3), two.toPrecision(3), ...ratios]);
  }
}

async function productSeconds(schedule: Schedule, entries: ValuedNetwork["entries"]): Promise<number> {
  const { steps } = await threadsEngine.run(schedule, entries);
  return steps
    .filter(({ kind }) => kind === "contract")
    .reduce((sum, { measuredSeconds = [] }) => sum + Math.max(...measuredSeconds), 0);
}

/** Of the slowest of the threads. */
async function secondsApart(
  work: Pick<Apart, "dtype" | "elementBytes" | "extents">,
  threads: number,
): Promise<number> {
  const task: Apart = { ...work, threads, barrier: new SharedArrayBuffer(8) };
  const seconds = Array.from({ length: threads }, async () => {
    const worker = new Worker(new URL("apart.js", import.meta.url), { workerData: task });
    return new Promise<number>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  });
  return Math.max(...(await Promise.all(seconds)));
}
