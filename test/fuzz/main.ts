/**
 * The language against programs made wrong on purpose: it must neither throw nor hang, and must say where every mistake is.
 * `npm run fuzz -- [--programs 100000] [--first 0] [--seconds 10] [--workers 1] [--show SEED]`
 * `npm run fuzz -- --plans 300 [--first 0]`: random networks planned for random machines instead, verified, and run on worker threads
 * (which run compiled JavaScript: `npm run build:js` comes first).
 * A program that takes longer than `--seconds` counts as hanging. Every fault is printed with its program; `--show` prints one.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { corpus } from "./corpus.ts";
import { fault } from "./judge.ts";
import { mutant } from "./mutate.ts";
import { judgedPlan } from "./plans.ts";
import type { Task } from "./worker.ts";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "100000" },
    first: { type: "string", default: "0" },
    seconds: { type: "string", default: "10" },
    workers: { type: "string", default: "1" },
    show: { type: "string" },
    plans: { type: "string" },
  },
});

const seeds = corpus();
const limitMs = Number(values.seconds) * 1000;
const faults = new Map<number, string>();
const slowest = { seed: 0, ms: 0 };

function tell(seed: number, what: string): void {
  faults.set(seed, what);
  console.log(`\n--- program ${seed}: ${what}\n${mutant(seeds, seed).slice(0, 2000)}`);
}

/** Runs a worker over the seeds; gives the seed after the one at which it hung or died. */
function stretch(first: number, last: number): Promise<number> {
  return new Promise((resolve) => {
    const place = new SharedArrayBuffer(8);
    const at = new Int32Array(place);
    at[0] = first;
    const workerData: Task = { place, first, last };
    // A program may not take more memory than this, either.
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    let [count, since, told] = [0, performance.now(), first];
    const watch = setInterval(() => {
      const seed = Atomics.load(at, 0);
      const now = performance.now();
      if (seed - told >= 10_000) console.log(`up to ${(told = seed)}: ${faults.size} faults`);
      if (Atomics.load(at, 1) !== count) [count, since] = [Atomics.load(at, 1), now];
      else if (count > 0 && now - since > slowest.ms) Object.assign(slowest, { seed, ms: now - since });
      if (count === 0 || now - since < limitMs) return;
      clearInterval(watch);
      tell(seed, `it took longer than ${values.seconds} s`);
      void worker.terminate();
    }, 50);
    worker.on("message", ({ seed, found }: { seed: number; found: string }) => tell(seed, found));
    worker.on("error", (error) => tell(Atomics.load(at, 0), `the worker died: ${error.message}`));
    worker.on("exit", () => {
      clearInterval(watch);
      const seed = Atomics.load(at, 0);
      resolve(seed === last ? last : seed + 1);
    });
  });
}

async function range(first: number, last: number): Promise<void> {
  for (let next = first; next < last; ) next = await stretch(next, last);
}

/** Judges the plans of a range of seeds; prints every fault with its seed. */
async function judgePlans(first: number, count: number): Promise<void> {
  let [refused, wrong] = [0, 0];
  for (let seed = first; seed < first + count; seed += 1) {
    const { fault: found, schedule } = await judgedPlan(seed).catch((error: unknown) => {
      return {
        fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
        schedule: undefined,
      };
    });
    if (found !== undefined) console.log(`plan ${seed}: ${found}`);
    if (found !== undefined) wrong += 1;
    else if (schedule === undefined) refused += 1;
  }
  console.log(`${count} plans: ${wrong} faults; ${refused} did not fit their machine, the others were run`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

if (values.plans !== undefined) await judgePlans(Number(values.first), Number(values.plans));
else if (values.show !== undefined) {
  const source = mutant(seeds, Number(values.show));
  console.log(source);
  console.log(`--- ${fault(source) ?? "nothing is wrong"}`);
} else {
  const start = performance.now();
  const [first, programs, workers] = [Number(values.first), Number(values.programs), Number(values.workers)];
  const edge = (worker: number): number => first + Math.round((programs * worker) / workers);
  await Promise.all(Array.from({ length: workers }, (_, worker) => range(edge(worker), edge(worker + 1))));
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${programs} programs in ${seconds} s, ${faults.size} faults; the slowest was ${slowest.seed}, at least ${slowest.ms.toFixed(0)} ms (measured)`,
  );
  process.exitCode = faults.size === 0 ? 0 : 1;
}
