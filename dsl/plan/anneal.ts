/** Simulated annealing of a contraction tree over rotations. */
import type { Random } from "../base/random.ts";
import type { Hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { reconfigure, subsets } from "./reconfigure.ts";
import { pairsOf, rotateAll, rotatingTree, thresholdsAt, treeScore } from "./rotate.ts";
import type { Objective } from "./tree.ts";

export interface Annealing {
  readonly objective: Objective;
  /** What moves are judged by, where that is not the objective, by which the best tree met is chosen in any case. */
  readonly judge?: Objective;
  /** Passes over all pairs. */
  readonly sweeps: number;
  /** In units of log2 of the cost of two neighbouring pairs; falls geometrically from `hottest` to `coldest`. */
  readonly hottest: number;
  readonly coldest: number;
  /** Asked between sweeps. */
  readonly expired: () => boolean;
  /** log2 of the elements beyond which intermediates are penalised; no limit where absent. */
  readonly maxLog2Size?: number;
  /** False where the best tree is not to be settled at the end. */
  readonly settle?: boolean;
}

export interface Scored {
  readonly pairs: Pairs;
  /** Lower is better; comparable for one objective and one network. */
  readonly score: number;
}

/** Leaves of the subtrees that are made optimal, and how many passes over all of them are worth their time. */
const SETTLED_PARTS = 8;
const MOST_PASSES = 12;
const SWEEPS_A_PASS = 100;

/** Steps in which the temperature falls: each costs a table of powers, which some thousands of moves outweigh. */
const MOST_TEMPERATURES = 150;
const MOVES_A_TEMPERATURE = 4000;

export function scored(
  graph: Hypergraph,
  pairs: Pairs,
  objective: Objective,
  maxLog2Size = Infinity,
): Scored {
  if (graph.tensors.length < 2) return { pairs, score: 0 };
  return { pairs, score: treeScore(rotatingTree(graph, pairs, objective, maxLog2Size), objective) };
}

/**
 * The best tree met, never worse than `start`. A local method by design: each move is judged by the two pairs that it
 * changes, so small pairs are improved as well as the largest (after P. Kalachev et al., arXiv 2108.05665). At the end the best
 * tree is settled: small subtrees are made optimal.
 */
export function anneal(
  graph: Hypergraph,
  start: Pick<Scored, "pairs">,
  annealing: Annealing,
  random: Random,
): Scored {
  if (graph.tensors.length < 3) return scored(graph, start.pairs, annealing.objective);
  const { objective, sweeps, hottest, coldest, expired, maxLog2Size = Infinity } = annealing;
  const tree = rotatingTree(graph, start.pairs, annealing.judge ?? objective, maxLog2Size);
  const first = treeScore(tree, objective);
  let best = first;
  const [left, right] = [tree.left.slice(), tree.right.slice()];
  const temperatures = Math.min(MOST_TEMPERATURES, (sweeps * tree.leaves) / MOVES_A_TEMPERATURE);
  const step = Math.ceil(sweeps / Math.max(4, temperatures));
  let thresholds = thresholdsAt(hottest);
  for (let count = 0; count < sweeps && !expired(); count += 1) {
    if (count % step === 0)
      thresholds = thresholdsAt(hottest * (coldest / hottest) ** (count / Math.max(1, sweeps - step)));
    rotateAll(tree, thresholds, random);
    const score = treeScore(tree, objective);
    if (score >= best - 1e-9) continue;
    best = score;
    left.set(tree.left);
    right.set(tree.right);
  }
  const pairs = best < first ? pairsOf(tree.leaves, left, right) : start.pairs;
  const found = { pairs, score: best };
  return annealing.settle === false ? found : settled(graph, found, annealing, random);
}

/** Subtrees made optimal until none gains, or for as many passes as took a part of the annealing. */
export function settled(graph: Hypergraph, start: Scored, annealing: Annealing, random: Random): Scored {
  const { objective, sweeps, expired, maxLog2Size = Infinity } = annealing;
  const tree = rotatingTree(graph, start.pairs, objective, maxLog2Size);
  const tables = subsets(SETTLED_PARTS, graph.weights.length);
  const passes = Math.min(MOST_PASSES, Math.ceil(sweeps / SWEEPS_A_PASS));
  for (let pass = 0; pass < passes && !expired(); pass += 1)
    if (reconfigure(tree, tables, random, expired) === 0) break;
  const score = treeScore(tree, objective);
  return score < start.score - 1e-9 ? { pairs: pairsOf(tree.leaves, tree.left, tree.right), score } : start;
}
