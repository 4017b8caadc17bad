/** Search of a contraction order on worker threads until a deadline. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { cost, InvariantError, objectiveValue, UserError } from "../../dsl/index.ts";
import type { ContractionTree, Cost, Goal, Network, Objective } from "../../dsl/index.ts";

export interface SearchOptions {
  readonly objective: Objective;
  /** Wall-clock limit, from the call on. */
  readonly seconds: number;
  readonly seed: number;
  /** Worker threads, each with its own seed. */
  readonly workers: number;
  /** No intermediate has more than 2^this elements: slices are searched for together with the tree. */
  readonly maxLog2Size?: number;
  /** Trials of each worker; with a deadline far enough, the result depends on the seed and `workers` only. */
  readonly trials?: number;
  readonly signal?: AbortSignal;
}

export interface Found {
  readonly tree: ContractionTree;
  readonly cost: Cost;
  /** Wall-clock time that the search took. */
  readonly seconds: number;
}

/** What a worker is told. */
export interface WorkerTask {
  readonly network: Network;
  readonly goal: Goal;
  /** Unix time in milliseconds. */
  readonly begun: number;
  readonly seconds: number;
  readonly trials: number;
  readonly seed: number;
}

/** What a worker answers. */
export type WorkerReply =
  | { readonly ok: true; readonly tree: ContractionTree }
  | { readonly ok: false; readonly message: string; readonly user: boolean };

const UNLIMITED_TRIALS = Number.MAX_SAFE_INTEGER;

/**
 * The best tree of all workers; of equal ones that of the lowest worker. The caller's thread stays free. Throws UserError for
 * options out of range, and the signal's reason where it aborts.
 */
export async function searchOrder(network: Network, options: SearchOptions): Promise<Found> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const begun = Date.now();
  const { objective, maxLog2Size, seconds, trials = UNLIMITED_TRIALS } = options;
  const goal = { objective, ...(maxLog2Size !== undefined && { maxLog2Size }) };
  const tasks = Array.from({ length: options.workers }, (_, worker) => {
    return { network, goal, begun, seconds, trials, seed: seedOf(options.seed, worker) };
  });
  const workers = tasks.map((task) => startWorker(task));
  try {
    const trees = await untilAborted(Promise.all(workers.map(replyOf)), options.signal);
    return { ...bestOf(network, trees, options), seconds: (Date.now() - begun) / 1000 };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function checkOptions({ seconds, workers, trials }: SearchOptions): void {
  if (!(seconds > 0)) throw new UserError(`a search needs a positive time, got ${seconds} s`);
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new UserError(`a search needs at least one worker, got ${workers}`);
  if (trials !== undefined && (!Number.isSafeInteger(trials) || trials < 1))
    throw new UserError(`a search needs at least one trial, got ${trials}`);
}

/** Distinct streams; worker 0 has the seed itself, so that one worker gives what `plan` gives with that seed. */
function seedOf(seed: number, worker: number): number {
  return (seed + Math.imul(worker, 0x9e3779b9)) >>> 0;
}

function startWorker(task: WorkerTask): Worker {
  // Workers run compiled JavaScript, also where this file itself is run from its source.
  const file = createRequire(import.meta.url).resolve("tnlab/kernel/search/worker.js");
  return new Worker(file, { workerData: task });
}

function replyOf(worker: Worker): Promise<ContractionTree> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) =>
      reject(new InvariantError(`expected a tree from a search worker, got exit ${code}`)),
    );
    worker.once("message", (reply: WorkerReply) => {
      if (reply.ok) resolve(reply.tree);
      else reject(reply.user ? new UserError(reply.message) : new InvariantError(reply.message));
    });
  });
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as unknown);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function bestOf(
  network: Network,
  trees: readonly ContractionTree[],
  options: SearchOptions,
): Omit<Found, "seconds"> {
  const found = trees.map((tree) => ({ tree, value: objectiveValue(network, tree, options.objective) }));
  // Strictly better, so that of equal trees the first stays.
  const { tree } = found.reduce((best, other) => (other.value < best.value ? other : best));
  return { tree, cost: cost(network, tree) };
}
