/** Body of a search worker: one request in, one reply out. */
import { parentPort, workerData } from "node:worker_threads";
import {
  cost,
  finished,
  isDoneAnyway,
  perform,
  prepare,
  provenBest,
  smallTree,
  treeOf,
  UserError,
  type Budget,
  type Prepared,
} from "../../dsl/core.ts";
import type { Commission, Reply, Request } from "./crew.ts";

/** Seconds, and share of the time, that are kept for the last touch. */
const [RESERVE, RESERVE_SHARE] = [0.5, 0.02];

const { network, goal, begun, seconds, counted } = workerData as Commission;
let prepared: Prepared | undefined;

function budgetOf(trials: number): Budget {
  return { expired: (share = 1) => Date.now() >= begun + 1000 * share * seconds, trials };
}

/** A unit ends a little before the deadline, so that there is time for the last touch. */
function unitExpired(): boolean {
  return Date.now() >= begun + 1000 * (seconds - Math.min(RESERVE, RESERVE_SHARE * seconds));
}

function answer(request: Request): Reply {
  if (request.kind === "begin") {
    const small = smallTree(network, goal);
    if (small !== undefined) return { kind: "solved", tree: small };
  }
  prepared ??= prepare(network, goal);
  switch (request.kind) {
    case "begin": {
      // A proof by count would depend on the time that it may take.
      const budget = budgetOf(Infinity);
      const best = provenBest(prepared, counted ? { ...budget, expired: () => false } : budget);
      if (best !== undefined) return { kind: "solved", tree: finished(prepared, best, budget) };
      return { kind: "ready", tensors: prepared.problem.graph.tensors.length, start: prepared.start };
    }
    case "unit": {
      const start = performance.now();
      const { problem } = prepared;
      const anyway = isDoneAnyway(request.unit.number, problem.graph.tensors.length);
      const found = perform(problem, request.unit, anyway ? () => false : unitExpired);
      const taken = (performance.now() - start) / 1000;
      const better = found.score < request.best - 1e-9;
      const own = better || found.sliced.length > 0 ? { cost: cost(network, treeOf(prepared, found)) } : {};
      return { kind: "done", found, seconds: taken, ...own };
    }
    case "finish":
      return { kind: "solved", tree: finished(prepared, request.found, budgetOf(request.trials)) };
    default:
      return request satisfies never;
  }
}

function reply(request: Request): Reply {
  try {
    return answer(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message, user: error instanceof UserError };
  }
}

parentPort?.on("message", (request: Request) => parentPort?.postMessage(reply(request)));
