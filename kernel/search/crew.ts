/** The worker threads of one search: units of work go to whoever is free. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { InvariantError, UserError } from "../../dsl/core.ts";
import type { Candidate, ContractionTree, Cost, Goal, Network, SlicedPairs, Unit } from "../../dsl/core.ts";

/** What every worker is told at its start. */
export interface Commission {
  readonly network: Network;
  readonly goal: Goal;
  /** Unix time in milliseconds. */
  readonly begun: number;
  readonly seconds: number;
  readonly seed: number;
  /** Whether the search ends by a count of trials; the deadline holds all the same. */
  readonly counted: boolean;
}

export type Request =
  | { readonly kind: "begin" }
  /** Costs are wanted where the score is below `best`. */
  | { readonly kind: "unit"; readonly unit: Unit; readonly best: number }
  | { readonly kind: "finish"; readonly found: SlicedPairs; readonly trials: number };

export type Reply =
  | { readonly kind: "solved"; readonly tree: ContractionTree }
  | { readonly kind: "ready"; readonly tensors: number; readonly start: SlicedPairs | undefined }
  | Done
  | { readonly kind: "failed"; readonly message: string; readonly user: boolean };

export interface Done {
  readonly kind: "done";
  readonly found: Candidate;
  /** Measured, of the unit alone. */
  readonly seconds: number;
  readonly cost?: Cost;
}

type ReplyOf<K extends Reply["kind"]> = Extract<Reply, { kind: K }>;

export class Crew {
  readonly #commission: Commission;
  readonly #size: number;
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor(commission: Commission, size: number) {
    this.#commission = commission;
    this.#size = size;
  }

  /** How many units can be in work at once. */
  get size(): number {
    return this.#size;
  }

  /** Starts one worker; what it cannot solve at once, the others are started for. */
  async begin(): Promise<ReplyOf<"solved" | "ready">> {
    const reply = await ask(this.#start(), { kind: "begin" }, ["solved", "ready"]);
    if (reply.kind === "ready") {
      this.#free(this.#workers[0] as Worker);
      while (this.#workers.length < this.#size) this.#free(this.#start());
    }
    return reply;
  }

  /** Waits for a free worker where there is none. */
  async perform(unit: Unit, best: number): Promise<Done> {
    const worker = this.#idle.shift() ?? (await new Promise<Worker>((take) => this.#waiting.push(take)));
    const reply = await ask(worker, { kind: "unit", unit, best }, ["done"]);
    this.#free(worker);
    return reply;
  }

  async finish(found: SlicedPairs, trials: number): Promise<ContractionTree> {
    const worker = this.#idle[0];
    if (worker === undefined)
      throw new InvariantError("expected a free worker at the end of a search, got none");
    return (await ask(worker, { kind: "finish", found, trials }, ["solved"])).tree;
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(): Worker {
    // Workers run compiled JavaScript, also where this file itself is run from its source.
    const file = createRequire(import.meta.url).resolve("tnlab/kernel/search/worker.js");
    const worker = new Worker(file, { workerData: this.#commission });
    this.#workers.push(worker);
    return worker;
  }

  #free(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }
}

function ask<K extends Reply["kind"]>(
  worker: Worker,
  request: Request,
  expected: readonly K[],
): Promise<ReplyOf<K>> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off("message", answered).off("error", failed).off("exit", left);
      end();
    };
    const failed = (error: unknown): void => settle(() => reject(error));
    const left = (code: number): void =>
      failed(new InvariantError(`expected an answer from a search worker, got exit ${code}`));
    const answered = (reply: Reply): void => {
      if ((expected as readonly string[]).includes(reply.kind)) settle(() => resolve(reply as ReplyOf<K>));
      else if (reply.kind !== "failed")
        failed(
          new InvariantError(`expected ${expected.join(" or ")} from a search worker, got ${reply.kind}`),
        );
      else failed(reply.user ? new UserError(reply.message) : new InvariantError(reply.message));
    };
    worker.on("message", answered).on("error", failed).on("exit", left);
    worker.postMessage(request);
  });
}
