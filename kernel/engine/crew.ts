/** A crew of worker threads: started together, stopped together, whatever ends the work. */
import { Worker } from "node:worker_threads";
import { InvariantError } from "../../dsl/index.ts";

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
  let ready = 0;
  const countReady = (): void => {
    ready += 1;
    if (ready === workers.length) go();
  };
  try {
    return await untilAborted(
      Promise.all(workers.map((worker, rank) => resultOf<R>(worker, rank, countReady))),
      signal,
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function resultOf<R>(worker: Worker, rank: number, ready: () => void): Promise<R> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new InvariantError(`expected worker ${rank} to finish, got ${what}`));
    worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => fail(`exit ${code}`));
    worker.on("message", (message: CrewMessage<R>) => {
      if (message.kind === "ready") ready();
      else resolve(message.result);
    });
  });
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
