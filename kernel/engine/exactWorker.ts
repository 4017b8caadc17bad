/** Body of a worker of `exact.ts`: one task in, one reply out. */
import { parentPort, workerData } from "node:worker_threads";
import type { CrewMessage } from "./crew.ts";
import { replyTo, type ExactReply, type ExactTask } from "./exactTask.ts";

function post(message: CrewMessage<ExactReply>): void {
  parentPort?.postMessage(message);
}

post({ kind: "ready" });
post({ kind: "done", result: replyTo(workerData as ExactTask) });
