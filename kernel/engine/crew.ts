/** A crew of worker threads: they begin together, and stop together where the work of one fails or is no longer wanted. */
import { Worker } from "node:worker_threads";
import { InvariantError } from "../../dsl/core.ts";
import { untilAborted } from "../base/abort.ts";
import { betweenLoads } from "../tensor/blas/loading.ts";

/** What a worker says: first that it is ready, then, once `go` is given, what it found. */
export type CrewMessage<R> = { readonly kind: "ready" } | { readonly kind: "done"; readonly result: R };

export interface Crew<T> {
  /** Compiled JavaScript of the workers. */
  readonly file: string | URL;
  /** One worker each; becomes its `workerData`. */
  readonly tasks: readonly T[];
  /** Called once all workers are ready; lets them begin. */
  readonly go: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the workers found, in the order of the tasks. The first failure, or the abort of the signal, ends all workers at
 * once, also those that wait for another; no thread is left when the promise settles. Throws InvariantError for a worker
 * that fails.
 */
export async function runCrew<T, R>({ file, tasks, go, signal }: Crew<T>): Promise<R[]> {
  signal?.throwIfAborted();
  const workers = tasks.map((task) => new Worker(file, { workerData: task }));
  try {
    return await findings(workers, go, signal);
  } finally {
    await dismiss(workers);
  }
}

/** Ends workers, none while it loads a native module: that would end the process. */
export async function dismiss(workers: readonly Worker[]): Promise<void> {
  if (workers.length === 0) return;
  await betweenLoads(() => Promise.all(workers.map((worker) => worker.terminate())));
}

/**
 * What workers that have their tasks find. Rejects with the first failure, as InvariantError, or the signal's reason; the others then
 * still work.
 */
export async function findings<R>(
  workers: readonly Worker[],
  go: () => void,
  signal: AbortSignal | undefined,
): Promise<R[]> {
  let ready = 0;
  const countReady = (): void => {
    ready += 1;
    if (ready === workers.length) go();
  };
  return untilAborted(
    Promise.all(workers.map((worker, rank) => findingOf<R>(worker, rank, countReady))),
    signal,
  );
}

function findingOf<R>(worker: Worker, rank: number, ready: () => void): Promise<R> {
  let forget = (): void => undefined;
  const found = new Promise<R>((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new InvariantError(`expected worker ${rank} to finish, got ${what}`));
    const failed = (error: unknown): void => fail(error instanceof Error ? error.message : String(error));
    const left = (code: number): void => fail(`exit ${code}`);
    const told = (message: CrewMessage<R>): void => {
      if (message.kind === "ready") ready();
      else resolve(message.result);
    };
    worker.on("error", failed).on("exit", left).on("message", told);
    forget = () => void worker.off("error", failed).off("exit", left).off("message", told);
  });
  return found.finally(forget);
}
