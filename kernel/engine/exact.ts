/**
 * Values beyond the range and the digits of float64, on worker threads: counts by remainders, others with an exponent of their
 * own. In: a network and its tree. Out: the exact value. What it takes is not part of what a run measures.
 */
import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import {
  cost,
  countsFrom,
  exactValue,
  integerNetwork,
  InvariantError,
  scaledValue,
  UserError,
  type ContractionTree,
  type Exactness,
  type ExactValue,
  type ValuedNetwork,
} from "../../dsl/core.ts";
import { runCrew } from "./crew.ts";
import { replyTo, type ExactReply, type ExactTask } from "./exactTask.ts";

/** Share of this computer's memory that intermediates may fill. */
const USABLE_MEMORY = 0.5;

/** Multiply-adds (log10) that are done before a worker has started. */
const QUICK = 5.5;

/**
 * The value of a network that says how exact it is to be. Throws UserError where the tree takes more memory than there is, and the
 * signal's reason where it aborts.
 */
export async function exactly(
  valued: ValuedNetwork,
  tree: ContractionTree,
  exact: Exactness,
  signal?: AbortSignal,
): Promise<ExactValue> {
  const bytes = totalmem() * USABLE_MEMORY;
  const { network, entries } = valued;
  if (exact.kind === "scaled") {
    const [reply] = await answers(
      [{ valued: { network, entries }, tree, work: { kind: "scaled" }, bytes }],
      signal,
    );
    if (reply?.kind !== "scaled") throw new InvariantError(`expected a scaled value, got ${reply?.kind}`);
    return scaledValue(reply.scaled, exact.rounded);
  }
  const integers = integerNetwork(valued, exact);
  return exactValue(await counted({ valued: integers, tree, bytes }, signal), exact);
}

async function counted(
  task: Omit<ExactTask, "work">,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const [reply] = await answers([{ ...task, work: { kind: "first" } }], signal);
  if (reply?.kind !== "first") throw new InvariantError(`expected a first count, got ${reply?.kind}`);
  const { first } = reply;
  if (first.kind === "counts") return first.counts;
  const { primes } = first;
  const fitting = Math.max(1, Math.floor(task.bytes / Math.max(1, first.bytes)));
  const crew = Math.min(primes.length, availableParallelism(), fitting);
  const shares = Array.from({ length: crew }, (_, worker) => primes.filter((__, k) => k % crew === worker));
  const replies = await answers(
    shares.map((share) => ({ ...task, work: { kind: "modulo", primes: share } as const })),
    signal,
  );
  const parts = replies.map((own) => {
    if (own.kind === "modulo") return own.parts;
    throw new InvariantError(`expected remainders, got ${own.kind}`);
  });
  return countsFrom(
    primes,
    primes.map((_, k) => parts[k % crew]?.[Math.floor(k / crew)] as Float64Array),
  );
}

async function answers(
  tasks: readonly ExactTask[],
  signal: AbortSignal | undefined,
): Promise<readonly Exclude<ExactReply, { kind: "failed" }>[]> {
  const quick = tasks.every(isQuick);
  const replies = quick ? tasks.map(replyTo) : await crewed(tasks, signal);
  return replies.map((reply) => {
    if (reply.kind !== "failed") return reply;
    throw reply.user ? new UserError(reply.message) : new InvariantError(reply.message);
  });
}

function isQuick({ valued: { network }, tree }: ExactTask): boolean {
  return cost(network, tree).log10Flops <= QUICK;
}

function crewed(
  tasks: readonly ExactTask[],
  signal: AbortSignal | undefined,
): Promise<readonly ExactReply[]> {
  // Workers run compiled JavaScript, also where this file itself is run from its source.
  const file = createRequire(import.meta.url).resolve("tnlab/kernel/engine/exactWorker.js");
  return runCrew<ExactTask, ExactReply>({ file, tasks, go: () => undefined, signal });
}
