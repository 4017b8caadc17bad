/** Long loops of the main thread, in turns with all else that happens there: an interruption is heard in between. */
import { setImmediate } from "node:timers/promises";

/** Elements at a time: some milliseconds. */
const ELEMENTS = 2 ** 20;

/** Calls `work` for one stretch of the elements after the other. Rejects with the signal's reason where it aborts meanwhile. */
export async function inTurns(
  elements: number,
  signal: AbortSignal | undefined,
  work: (begin: number, end: number) => void,
): Promise<void> {
  for (let begin = 0; begin < elements; begin += ELEMENTS) {
    if (begin > 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    work(begin, Math.min(elements, begin + ELEMENTS));
  }
}
