/** What a process holds, so that what grows from run to run is seen. */
import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Held {
  /** Bytes, after the garbage is collected. */
  readonly heap: number;
  /** Bytes of array buffers, those that are shared too. */
  readonly buffers: number;
  /** Timers, sockets and the like that keep the process from ending. */
  readonly resources: number;
  /** Of the system; 0 where it does not tell. */
  readonly threads: number;
  readonly files: number;
  /** Bytes in physical memory: noisy, for what was freed may stay with the process. */
  readonly resident: number;
}

/** To be called where nothing runs. */
export async function held(): Promise<Held> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What is finalized in one turn of the loop is freed by the next collection.
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed: heap, arrayBuffers: buffers, rss: resident } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  return { heap, buffers, resources, threads: countOf("task"), files: countOf("fd"), resident };
}

function countOf(kind: "task" | "fd"): number {
  return process.platform === "linux" ? readdirSync(`/proc/self/${kind}`).length : 0;
}
