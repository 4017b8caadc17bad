/** Search of a contraction order on worker threads until a deadline, or for a count of trials. */
import { checkTree, cost, InvariantError, UserError } from "../../dsl/core.ts";
import type { ContractionTree, Cost, Goal, Network, Objective } from "../../dsl/core.ts";
import { untilAborted } from "../base/abort.ts";
import { Crew } from "./crew.ts";
import { byCount, byTime, type Course } from "./course.ts";

export interface SearchOptions {
  readonly objective: Objective;
  /** Wall-clock limit, from the call on. */
  readonly seconds: number;
  readonly seed: number;
  /** Worker threads. */
  readonly workers: number;
  /** No intermediate has more than 2^this elements: slices are searched for together with the tree. */
  readonly maxLog2Size?: number;
  /** Trials in all; with a deadline far enough, the tree depends on the seed and on this only, not on the count of workers. */
  readonly trials?: number;
  /** A tree of this network that the search begins from, and never falls behind; `repair` makes it from that of another. */
  readonly start?: ContractionTree;
  readonly signal?: AbortSignal;
  /** Called at once for each tree that is better than all before it. */
  readonly onImprovement?: (improvement: Improvement) => void;
}

/** A tree that was the best when it was found; all measured. */
export interface Improvement {
  /** Wall-clock time since the search began. */
  readonly seconds: number;
  readonly log10Flops: number;
  readonly log2Size: number;
  readonly log2Slices: number;
  /** How it was found, in words. */
  readonly method: string;
}

export interface Found {
  readonly tree: ContractionTree;
  readonly cost: Cost;
  /** The best cost found without slices; that of `tree` where it has none. */
  readonly unsliced: Cost;
  /** All improvements in the order in which they came; first whole trees, then, where a limit asks for slices, sliced ones. */
  readonly history: readonly Improvement[];
  /** Wall-clock time that the search took. */
  readonly seconds: number;
}

/**
 * The best tree that all workers find together. The caller's thread stays free. Throws UserError for options out of range, and
 * the signal's reason where it aborts.
 */
export async function searchOrder(network: Network, options: SearchOptions): Promise<Found> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const begun = Date.now();
  const { objective, maxLog2Size, seconds, seed, trials, workers, start } = options;
  if (start !== undefined) checkTree(network, start);
  const goal: Goal = {
    objective,
    ...(maxLog2Size !== undefined && { maxLog2Size }),
    ...(start !== undefined && { start }),
  };
  const crew = new Crew({ network, goal, begun, seconds, seed, counted: trials !== undefined }, workers);
  try {
    return await untilAborted(found(network, crew, options, begun), options.signal);
  } finally {
    await crew.dismiss();
  }
}

async function found(
  network: Network,
  crew: Crew,
  { trials, seconds, seed, maxLog2Size = Infinity, onImprovement }: SearchOptions,
  begun: number,
): Promise<Found> {
  const elapsed = (): number => (Date.now() - begun) / 1000;
  const history: Improvement[] = [];
  const first = await crew.begin();
  let tree = first.kind === "solved" ? first.tree : undefined;
  let whole: Cost | undefined;
  if (first.kind === "ready") {
    const course: Course = {
      crew,
      seed,
      seconds,
      tensors: first.tensors,
      start: first.start,
      maxLog2Size,
      elapsed,
      improved: (method, log) => {
        if (log.log2Slices === 0) whole = log;
        history.push({ seconds: elapsed(), method, ...log });
        onImprovement?.(history[history.length - 1] as Improvement);
      },
    };
    const best = await (trials === undefined ? byTime(course) : byCount(course, trials));
    tree = await crew.finish(best, trials ?? Infinity);
  }
  if (tree === undefined) throw new InvariantError("expected a tree from a search, got none");
  const own = cost(network, tree);
  const last = { seconds: elapsed(), method: "finish", ...own };
  if (history.length === 0 || own.log10Flops < (history.at(-1) as Improvement).log10Flops - 1e-9)
    history.push(last);
  const same = tree.sliced.length === 0 ? own : cost(network, { ...tree, sliced: [] });
  const unsliced = whole !== undefined && whole.log10Flops < same.log10Flops ? whole : same;
  return { tree, cost: own, unsliced, history, seconds: elapsed() };
}

function checkOptions({ seconds, workers, trials }: SearchOptions): void {
  if (!(seconds > 0)) throw new UserError(`a search needs a positive time, got ${seconds} s`);
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new UserError(`a search needs at least one worker, got ${workers}`);
  if (trials !== undefined && (!Number.isSafeInteger(trials) || trials < 1))
    throw new UserError(`a search needs at least one trial, got ${trials}`);
}
