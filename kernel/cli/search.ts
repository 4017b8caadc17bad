/** The order of a network, as the flags of the search or the program itself ask for. */
import { availableParallelism } from "node:os";
import {
  checkTree,
  describeObjective,
  parsePath,
  slice,
  UserError,
  type ContractionTree,
  type Label,
  type Network,
  type Objective,
  type OrderSpec,
} from "../../dsl/index.ts";
import { searchOrder, type Improvement } from "../search/search.ts";
import { resultsOf } from "../session/results.ts";
import type { Arguments } from "./command.ts";
import { readText } from "./files.ts";
import { hostFor, mistakesOf } from "./programs.ts";
import { progressLine } from "./progress.ts";
import type { Subject } from "./subject.ts";
import { amount, choice, integer, positiveNumber } from "./values.ts";

export const DEFAULT_SECONDS = 5;
/** Of a search that ends by a count of trials: long enough that the count decides. */
const SECONDS_OF_TRIALS = 86_400;
const DEFAULT_SEED = 1;

const OBJECTIVES = ["flops", "size", "combo", "writes", "peak"] as const;

/** Absent where not given. */
export interface SearchFlags {
  readonly seconds: number | undefined;
  readonly seed: number | undefined;
  readonly objective: Objective | undefined;
  readonly workers: number | undefined;
  readonly trials: number | undefined;
  readonly maxLog2Size: number | undefined;
  /** File with the order that the search begins from. */
  readonly start: string | undefined;
}

export interface Ordered {
  readonly tree: ContractionTree;
  /** Measured. */
  readonly seconds: number;
  /** How it was found, in words. */
  readonly method: string;
  /** What the search found on its way; none where the program gave the order. */
  readonly search?: Searched;
}

export interface Searched {
  /** The best multiply-adds found without slices, as log10. */
  readonly unslicedLog10Flops: number;
  readonly history: readonly Improvement[];
}

/** Throws WrongUse where a value is out of range. */
export function searchFlags(given: Arguments): SearchFlags {
  return {
    seconds: positiveNumber(given, "seconds"),
    seed: integer(given, "seed", { least: 0, most: 2 ** 32 - 1 }),
    objective: choice(given, "minimize", OBJECTIVES),
    workers: integer(given, "workers", { least: 1, most: 1024 }),
    trials: integer(given, "trials", { least: 1, most: Number.MAX_SAFE_INTEGER }),
    maxLog2Size: amount(given, "max-size"),
    start: given.values.get("start"),
  };
}

/**
 * The program's order where it has one and no flag of the search is given, else a search; then the slices that
 * `--max-size` takes, else the program's, else none.
 */
export async function findOrder(
  { network, definitions }: Subject,
  flags: SearchFlags,
  signal: AbortSignal,
): Promise<Ordered> {
  const begun = performance.now();
  const { name } = network;
  const { seconds, seed, objective, workers, trials, maxLog2Size, start } = flags;
  const asked = [seconds, seed, objective, workers, trials, start].some((flag) => flag !== undefined);
  const given = asked ? undefined : definitions.get(`order ${name}`);
  const { spec, method, sliced, search } =
    given?.kind === "order" ? described(given.spec) : await searched(network, flags, signal);
  const known = new Map(definitions).set(`order ${name}`, { kind: "order", network: name, spec });
  if (maxLog2Size !== undefined)
    known.set(`slice ${name}`, { kind: "slice", network: name, spec: { kind: "over", labels: sliced } });
  const { tree } = await resultsOf({ definitions: known, results: new Map(), host: hostFor(signal) }, name);
  return {
    tree: maxLog2Size === undefined ? tree : slice(network, tree, maxLog2Size),
    method,
    seconds: (performance.now() - begun) / 1000,
    ...(search !== undefined && { search }),
  };
}

interface Described {
  readonly spec: OrderSpec;
  /** Found together with the order. */
  readonly sliced: readonly Label[];
  readonly method: string;
  readonly search?: Searched;
}

function described(spec: OrderSpec): Described {
  if (spec.kind === "tree") return { spec, sliced: [], method: "given by the program" };
  if (spec.kind !== "search" && spec.kind !== "partial") return { spec, sliced: [], method: spec.kind };
  const { seconds, seed, objective } = spec;
  const what =
    spec.kind === "search" ? "search of the program" : "given in part by the program, the rest by search";
  const words =
    typeof objective === "object" && "machine" in objective
      ? `time on ${objective.machine}`
      : describeObjective(objective);
  const method = `${what} within ${seconds} s, seed ${seed}, minimizing ${words}`;
  return { spec, sliced: [], method };
}

async function searched(network: Network, flags: SearchFlags, signal: AbortSignal): Promise<Described> {
  const { seed = DEFAULT_SEED, objective = "flops", trials, maxLog2Size } = flags;
  const { seconds = trials === undefined ? DEFAULT_SECONDS : SECONDS_OF_TRIALS } = flags;
  const workers = flags.workers ?? availableParallelism();
  const start = flags.start === undefined ? {} : { start: startIn(flags.start, network, flags) };
  const progress = progressLine();
  const options = {
    seconds,
    seed,
    objective,
    workers,
    signal,
    ...(maxLog2Size !== undefined && { maxLog2Size }),
    ...(trials !== undefined && { trials }),
    ...start,
    onImprovement: progress.show,
  };
  const { tree, unsliced, history } = await searchOrder(network, options).finally(progress.clear);
  const threads = workers === 1 ? "1 thread" : `${workers} threads`;
  const from = flags.start === undefined ? "" : `, from "${flags.start}" on`;
  const budget = trials === undefined ? `within ${seconds} s` : `of at most ${trials} trials`;
  const method = `search ${budget} on ${threads}, seed ${seed}, minimizing ${describeObjective(objective)}${from}`;
  const search = { unslicedLog10Flops: unsliced.log10Flops, history };
  return { spec: { kind: "tree", pairs: tree.pairs }, sliced: tree.sliced, method, search };
}

/** Without a limit of size the slices of the file are dropped. Throws Mistakes and UserError that name the file. */
function startIn(file: string, network: Network, { maxLog2Size }: SearchFlags): ContractionTree {
  const text = readText(file);
  const leaves = network.tensors.length;
  const parsed = parsePath(text, leaves);
  if (!parsed.ok) throw mistakesOf(file, text, parsed.diagnostics);
  const tree = { leaves, ...parsed.value };
  try {
    checkTree(network, tree);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`"${file}" is no order of ${network.name}: ${error.message}`);
  }
  return maxLog2Size === undefined ? { ...tree, sliced: [] } : tree;
}
