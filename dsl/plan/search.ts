/** Anytime search of a contraction order: random greedy restarts, then annealing of the best trees. */
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { simplify, type Simplified } from "../network/simplify.ts";
import { anneal, scored, type Annealing, type Scored } from "./anneal.ts";
import { greedy, plainGreedy, type GreedySettings } from "./greedy.ts";
import { hypergraph, type Hypergraph } from "./hypergraph.ts";
import { MOST_OPTIMAL_TENSORS, optimalPairs } from "./optimal.ts";
import type { Pairs } from "./path.ts";
import type { Budget, ContractionTree, Objective } from "./tree.ts";

/** Greedy restarts before the first annealing. */
const RESTARTS = 16;
/** Rotations tried in the first annealing; later ones are longer, up to the limit. */
const FIRST_ROTATIONS = 100_000;
const MOST_ROTATIONS = 1_500_000;
/** Rotations a pair beyond which a small network has nothing to gain from one annealing. */
const MOST_SWEEPS = 3000;

/** Plain greedy order, small tensors absorbed first. */
export function greedyTree(network: Network, random: Random): ContractionTree {
  const simplified = simplify(network);
  return composed(network, simplified, greedy(hypergraph(simplified.reduced), plainGreedy, random));
}

/** A tree of the original network: absorption first, then the order of what it left. */
function composed(network: Network, simplified: Simplified, pairs: Pairs): ContractionTree {
  const leaves = network.tensors.length;
  const kept = simplified.ids.length;
  const idOf = (id: number): number =>
    id < kept ? (simplified.ids[id] as number) : leaves + simplified.pairs.length + id - kept;
  const rest = pairs.map(([a, b]) => [idOf(a), idOf(b)] as const);
  return { leaves, pairs: [...simplified.pairs, ...rest], sliced: [] };
}

/**
 * The best tree found within the budget; of a network of few tensors, the best there is. Trial 0 is plain greedy, the next ones are greedy with random settings, the
 * rest anneal, in turn from the best tree and from a new greedy one. Stops early where many annealings in a row gained nothing.
 * Same network, objective, random stream and count of trials: same tree, as long as the budget does not expire.
 */
export function search(
  network: Network,
  objective: Objective,
  budget: Budget,
  random: Random,
): ContractionTree {
  const leaves = network.tensors.length;
  if (leaves <= MOST_OPTIMAL_TENSORS)
    return { leaves, pairs: optimalPairs(hypergraph(network), objective), sliced: [] };
  const simplified = simplify(network);
  const graph = hypergraph(simplified.reduced);
  let best = scored(graph, greedy(graph, plainGreedy, random), objective);
  const patience = 10 + graph.tensors.length;
  let stale = 0;
  for (let trial = 1; trial < budget.trials && stale < patience && !budget.expired(); trial += 1) {
    const found = tried(graph, { trial, objective, best, expired: budget.expired }, random);
    stale = found.score < best.score ? 0 : stale + 1;
    if (found.score < best.score) best = found;
  }
  return polished(network, composed(network, simplified, best.pairs), { objective, budget }, random);
}

interface Trial {
  readonly trial: number;
  readonly objective: Objective;
  readonly best: Scored;
  readonly expired: () => boolean;
}

function tried(graph: Hypergraph, { trial, objective, best, expired }: Trial, random: Random): Scored {
  const fresh = (): Scored => scored(graph, greedy(graph, randomGreedy(random), random), objective);
  if (trial < RESTARTS) return fresh();
  const round = trial - RESTARTS;
  const start = round % 3 === 2 ? fresh() : best;
  const rotations = Math.min(MOST_ROTATIONS, FIRST_ROTATIONS * 1.25 ** round);
  const sweeps = Math.min(MOST_SWEEPS * (1 + round), Math.ceil(rotations / graph.tensors.length));
  const hottest = start === best ? ([2, 0.7][round % 2] ?? 1) : 3;
  return anneal(graph, start, { objective, sweeps, hottest, coldest: 0.05, expired }, random);
}

function randomGreedy(random: Random): GreedySettings {
  const formula = random() < 0.75 ? "difference" : "ratio";
  const weight = 0.1 * 40 ** random();
  const temperature = 0.001 * 1000 ** random();
  return { formula, weight, temperature };
}

interface Effort {
  readonly objective: Objective;
  readonly budget: Budget;
}

/** A cold pass over the whole tree, which may undo an absorption that does not pay. */
function polished(network: Network, tree: ContractionTree, effort: Effort, random: Random): ContractionTree {
  const graph = hypergraph(network);
  if (tree.leaves < 3 || effort.budget.trials <= 1 || effort.budget.expired()) return tree;
  const { objective, budget } = effort;
  const sweeps = Math.min(30, Math.ceil(FIRST_ROTATIONS / tree.leaves));
  const cold: Annealing = { objective, sweeps, hottest: 0.01, coldest: 0.001, expired: budget.expired };
  const start = scored(graph, tree.pairs, objective);
  return { ...tree, pairs: anneal(graph, start, cold, random).pairs };
}
