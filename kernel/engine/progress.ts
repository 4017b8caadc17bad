/** How far a run is: rank 0 notes it in shared memory, and the main thread, which must not be waited for, looks now and then. */
import type { Progress } from "./engine.ts";

/** BigInt64 words, for there may be more slices than an Int32 counts: position of the step plus one, slices done, slices in all, slices of a checkpoint. */
const WORDS = 4;

/** Seldom enough to cost nothing, often enough for a line that a person watches. */
const MILLISECONDS = 100;

export function progressWords(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * WORDS);
}

export function note(
  words: BigInt64Array,
  step: number,
  slices: Required<NonNullable<Progress["slices"]>> = { done: 0, of: 0, restored: 0 },
): void {
  // In this order, so that who reads in between sees slices of a loop only, and none too many.
  Atomics.store(words, 3, BigInt(slices.restored));
  Atomics.store(words, 2, BigInt(slices.of));
  Atomics.store(words, 1, BigInt(slices.done));
  Atomics.store(words, 0, BigInt(step + 1));
}

/** The last note; none before the first. */
function read(words: BigInt64Array): Progress | undefined {
  const [step = 0, done = 0, of = 0, restored = 0] = [0, 1, 2, 3].map((word) =>
    Number(Atomics.load(words, word)),
  );
  if (step === 0) return undefined;
  if (of === 0) return { step: step - 1 };
  return { step: step - 1, slices: { done, of, ...(restored > 0 && { restored }) } };
}

/** Tells what is new until the result, the end of it, is called. */
export function follow(
  progress: SharedArrayBuffer,
  onProgress: ((progress: Progress) => void) | undefined,
): () => void {
  if (onProgress === undefined) return () => undefined;
  const words = new BigInt64Array(progress);
  let told = "";
  const tell = (): void => {
    const now = read(words);
    const text = JSON.stringify(now);
    if (now === undefined || text === told) return;
    told = text;
    onProgress(now);
  };
  const timer = setInterval(tell, MILLISECONDS);
  return () => {
    clearInterval(timer);
    tell();
  };
}
