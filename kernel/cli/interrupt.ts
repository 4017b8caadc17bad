/** Ctrl-C. */
import { INTERRUPTED } from "./command.ts";
import { complain } from "./print.ts";

/**
 * Runs `work` with a signal that Ctrl-C aborts; what it then throws counts as its end, and the exit code is 130. A second
 * Ctrl-C ends the process at once.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", stop);
  try {
    const code = await work(controller.signal);
    return controller.signal.aborted ? interrupted() : code;
  } catch (error) {
    if (controller.signal.aborted) return interrupted();
    throw error;
  } finally {
    process.off("SIGINT", stop);
  }
}

function interrupted(): number {
  complain("tnlab: interrupted");
  return INTERRUPTED;
}
