/** Body of the planning thread: one task in, one answer out. */
import { parentPort, workerData } from "node:worker_threads";
import type { CrewMessage } from "../engine/crew.ts";
import { reply, type Planned, type PlanningTask } from "./planning.ts";

function post(message: CrewMessage<Planned>): void {
  parentPort?.postMessage(message);
}

post({ kind: "ready" });
post({ kind: "done", result: reply(workerData as PlanningTask) });
