/** Body of a worker thread of the threads engine: a rank of a run in, its times out; the numbers stay in shared memory. */
import { parentPort } from "node:worker_threads";
import type { CrewMessage } from "./crew.ts";
import { prepare } from "./execute.ts";
import type { RankTask } from "./rank.ts";
import type { RankTimes } from "./skeleton.ts";

function say(message: CrewMessage<RankTimes>): void {
  parentPort?.postMessage(message);
}

function work(task: RankTask): RankTimes {
  const run = prepare(task, () => process.hrtime.bigint());
  say({ kind: "ready" });
  Atomics.wait(new Int32Array(task.start), 0, 0);
  return run(new BigInt64Array(task.start)[1] ?? 0n);
}

parentPort?.on("message", (task: RankTask) => say({ kind: "done", result: work(task) }));
