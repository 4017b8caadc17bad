/**
 * A lock of all threads of the process: while one of them loads a native module, none is ended. A module that is loaded in a thread which
 * is ended cannot throw there, and some then abort the whole process.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";

/** Threads get it from the one that starts them. */
const KEY = "tnlab/loading";
const [FREE, TAKEN] = [0, 1];

const word = sharedWord();

/** Longer than any load: a thread that fails in the middle of one must not keep others for ever. */
const MOST_MILLISECONDS = 5_000;

let holds = false;

function sharedWord(): Int32Array {
  const known: unknown = getEnvironmentData(KEY);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const made = new SharedArrayBuffer(4);
  setEnvironmentData(KEY, made);
  return new Int32Array(made);
}

function takes(): boolean {
  return Atomics.compareExchange(word, 0, FREE, TAKEN) === FREE;
}

function give(): void {
  Atomics.store(word, 0, FREE);
  Atomics.notify(word, 0);
}

/** Loads while no thread is ended; this one waits until that is so. A load may load something else. */
export function undisturbed<Loaded>(load: () => Loaded): Loaded {
  // Nobody ends the main thread, and it must not wait for what it does itself.
  if (isMainThread || holds) return load();
  const end = performance.now() + MOST_MILLISECONDS;
  while (!takes() && performance.now() < end) Atomics.wait(word, 0, TAKEN, MOST_MILLISECONDS);
  holds = true;
  try {
    return load();
  } finally {
    holds = false;
    give();
  }
}

/** Ends threads while none loads. */
export async function betweenLoads<Ended>(end: () => Promise<Ended>): Promise<Ended> {
  const last = performance.now() + MOST_MILLISECONDS;
  while (!takes() && performance.now() < last) await new Promise((resolve) => setTimeout(resolve, 1));
  try {
    return await end();
  } finally {
    give();
  }
}
