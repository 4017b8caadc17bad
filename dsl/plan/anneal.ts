/** Simulated annealing of a contraction tree over rotations. */
import type { Random } from "../base/random.ts";
import type { Hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { pairsOf, rotatingTree, treeScore, tryRotation, type RotatingTree } from "./rotate.ts";
import type { Objective } from "./tree.ts";

export interface Annealing {
  readonly objective: Objective;
  /** Passes over all pairs. */
  readonly sweeps: number;
  /** In units of log2 of the cost of two neighbouring pairs; falls geometrically from `hottest` to `coldest`. */
  readonly hottest: number;
  readonly coldest: number;
  /** Asked between sweeps. */
  readonly expired: () => boolean;
  /** log2 of the elements beyond which intermediates are penalised; no limit where absent. */
  readonly maxLog2Size?: number;
}

export interface Scored {
  readonly pairs: Pairs;
  /** Lower is better; comparable for one objective and one network. */
  readonly score: number;
}

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
 * changes, so small pairs are improved as well as the largest (after P. Kalachev et al., arXiv 2108.05665).
 */
export function anneal(graph: Hypergraph, start: Scored, annealing: Annealing, random: Random): Scored {
  if (graph.tensors.length < 3) return start;
  const { objective, sweeps, hottest, coldest, expired, maxLog2Size = Infinity } = annealing;
  const tree = rotatingTree(graph, start.pairs, objective, maxLog2Size);
  let best = start.score;
  const [left, right] = [tree.left.slice(), tree.right.slice()];
  for (let count = 0; count < sweeps && !expired(); count += 1) {
    sweep(tree, hottest * (coldest / hottest) ** (count / Math.max(1, sweeps - 1)), random);
    const score = treeScore(tree, objective);
    if (score >= best - 1e-9) continue;
    best = score;
    left.set(tree.left);
    right.set(tree.right);
  }
  return best < start.score ? { pairs: pairsOf(tree.leaves, left, right), score: best } : start;
}

function sweep(tree: RotatingTree, temperature: number, random: Random): void {
  for (let outer = tree.leaves; outer <= tree.root; outer += 1) {
    const choice = Math.floor(4 * random());
    const allowance = -temperature * Math.log2(1 - random());
    tryRotation(tree, outer, { innerLeft: (choice & 1) === 1, leftRises: (choice & 2) === 2, allowance });
  }
}
