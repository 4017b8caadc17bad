/** Body of a search worker: one task in, one reply out. */
import { parentPort, workerData } from "node:worker_threads";
import { mulberry32, plan, UserError } from "../../dsl/index.ts";
import type { WorkerReply, WorkerTask } from "./search.ts";

function reply(task: WorkerTask): WorkerReply {
  const { network, goal, begun, seconds, trials, seed } = task;
  const budget = { expired: (share = 1) => Date.now() >= begun + 1000 * share * seconds, trials };
  try {
    return { ok: true, tree: plan(network, { kind: "search", ...goal }, budget, mulberry32(seed)) };
  } catch (error) {
    return {
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      user: error instanceof UserError,
    };
  }
}

parentPort?.postMessage(reply(workerData as WorkerTask));
