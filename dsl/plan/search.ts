/** Anytime search of a contraction order: trees made in several ways, the best annealed, and sliced where there is a limit. */
import { mulberry32, type Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { simplify, type Simplified } from "../network/simplify.ts";
import { anneal, scored, type Annealing } from "./anneal.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { at, fused, hypergraph } from "./hypergraph.ts";
import { MOST_CONNECTED_TENSORS, MOST_OPTIMAL_TENSORS, optimal, optimalPairs } from "./optimal.ts";
import { checkTree, type Pairs } from "./path.ts";
import { bestFound, isDoneAnyway, isExhausted, merge, nextUnit, portfolio, ROUND } from "./portfolio.ts";
import { candidate, fits, type Candidate, type Problem, type SlicedPairs } from "./problem.ts";
import { projected } from "./repair.ts";
import { slice } from "./slice.ts";
import type { Budget, ContractionTree, Objective } from "./tree.ts";
import { perform, type Unit } from "./unit.ts";

/** Plain greedy order, small tensors absorbed first. */
export function greedyTree(network: Network, random: Random): ContractionTree {
  const simplified = simplify(network);
  return composed(network, simplified, greedy(hypergraph(simplified.reduced), plainGreedy, random));
}

/** A tree of the original network: absorption first, then the order of what it left. */
export function composed(network: Network, simplified: Simplified, pairs: Pairs): ContractionTree {
  const leaves = network.tensors.length;
  const kept = simplified.ids.length;
  const idOf = (id: number): number =>
    id < kept ? (simplified.ids[id] as number) : leaves + simplified.pairs.length + id - kept;
  const rest = pairs.map(([a, b]) => [idOf(a), idOf(b)] as const);
  return { leaves, pairs: [...simplified.pairs, ...rest], sliced: [] };
}

/** What is searched for. */
export interface Goal {
  readonly objective: Objective;
  /** log2 of the elements that no intermediate may exceed: indices are sliced until none does. No limit where absent. */
  readonly maxLog2Size?: number;
  /** A tree of the network that the search begins from; what it finds is never worse, unless that one is above the limit. */
  readonly start?: ContractionTree;
}

/** A network made ready for a search. */
export interface Prepared {
  readonly network: Network;
  readonly simplified: Simplified;
  readonly problem: Problem;
  /** The start of the goal, as a tree of what absorption left. */
  readonly start: SlicedPairs | undefined;
  readonly goal: Goal;
}

/** Share of the time that a proof of the best order may take. */
const PROOF_SHARE = 0.3;

/**
 * The best tree found within the budget; of a network of few tensors, the best there is. The first trials make trees in
 * several ways; each later one anneals one of the best trees or a new one, in the way that has paid most so far, or slices.
 * Throws UserError where the start is not a tree of the network. Stops early where many trials in a row gained nothing. Same network, goal, random stream and count of trials: same
 * tree, as long as the budget does not expire.
 */
export function search(network: Network, goal: Goal, budget: Budget, random: Random): ContractionTree {
  if (goal.start !== undefined) checkTree(network, goal.start);
  const seed = searchSeed(random);
  const small = smallTree(network, goal);
  if (small !== undefined) return small;
  const prepared = prepare(network, goal);
  const { problem, start } = prepared;
  const best = provenBest(prepared, budget);
  if (best !== undefined) return finished(prepared, best, budget);
  const state = portfolio(problem.graph.tensors.length, problem.maxLog2Size, seed, start);
  const isOver = (number: number): boolean => !isDoneAnyway(number, state.tensors) && budget.expired();
  while (state.units < budget.trials && !isExhausted(state) && !isOver(state.units)) {
    const units: Unit[] = [];
    // All of a round are made before any is done, as they are where threads share the work.
    while (units.length < ROUND && state.units < budget.trials)
      units.push(nextUnit(state, { share: shareGone(budget, state.units) }));
    for (const unit of units)
      merge(
        state,
        unit,
        perform(problem, unit, () => isOver(unit.number)),
      );
  }
  return finished(prepared, bestFound(state) as SlicedPairs, budget);
}

/** The seed of a search with this stream. */
export function searchSeed(random: Random): number {
  return Math.floor(random() * 2 ** 32);
}

/** By count of units, or by time where there is no count. */
function shareGone(budget: Budget, units: number): number {
  const counted = units / budget.trials;
  return [0.3, 0.85].reduce((share, mark) => (budget.expired(mark) ? Math.max(share, mark) : share), counted);
}

export function prepare(network: Network, goal: Goal): Prepared {
  const { objective, maxLog2Size = Infinity } = goal;
  const simplified = inOrder(network, simplify(network));
  const whole = hypergraph(simplified.reduced);
  // Where indices may have to be sliced, each stays by itself.
  const graph = maxLog2Size === Infinity ? fused(whole) : whole;
  const problem = { graph, objective, maxLog2Size };
  const start = goal.start === undefined ? undefined : absorbed(network, simplified, problem, goal.start);
  return { network, simplified, problem, start, goal };
}

/** A tree of the network as one of what absorption left: each tensor stands where the largest of its parts stood. */
function absorbed(
  network: Network,
  { pairs, ids }: Simplified,
  { graph }: Problem,
  tree: ContractionTree,
): SlicedPairs {
  const largest = network.tensors.map((_, id) => id);
  const ranks = network.tensors.map(({ labels }) => labels.length);
  for (const [a, b] of pairs) {
    const [x, y] = [at(largest, a), at(largest, b)];
    largest.push(at(ranks, x) >= at(ranks, y) ? x : y);
  }
  const places = new Map(ids.map((id, place) => [at(largest, id), place]));
  const numbers = new Map(graph.labels.map((label, index) => [label, index]));
  const sliced = tree.sliced.flatMap((label) => numbers.get(label) ?? []);
  return { pairs: projected(graph, tree, places), sliced };
}

/** What was absorbed stands where the first of its tensors stood: the order given often follows the lattice. */
function inOrder(network: Network, simplified: Simplified): Simplified {
  const first = network.tensors.map((_, id) => id);
  for (const [a, b] of simplified.pairs) first.push(Math.min(at(first, a), at(first, b)));
  const places = simplified.ids.map((_, place) => place);
  places.sort((a, b) => at(first, at(simplified.ids, a)) - at(first, at(simplified.ids, b)));
  const tensors = places.map((place) => at(simplified.reduced.tensors, place));
  const ids = places.map((place) => at(simplified.ids, place));
  return { ...simplified, reduced: { ...simplified.reduced, tensors }, ids };
}

/** The best of all trees of a network of few tensors, sliced to the limit. */
export function smallTree(network: Network, goal: Goal): ContractionTree | undefined {
  const { objective, maxLog2Size = Infinity } = goal;
  const leaves = network.tensors.length;
  if (leaves > MOST_OPTIMAL_TENSORS) return undefined;
  const tree = { leaves, pairs: optimalPairs(hypergraph(network), objective), sliced: [] };
  return orGiven(network, goal, maxLog2Size === Infinity ? tree : slice(network, tree, maxLog2Size));
}

/**
 * Of some tens of tensors the best tree can often be proven; a densely joined network, or one whose best tree is too large,
 * is left to the search.
 */
export function provenBest({ problem }: Prepared, budget: Budget): SlicedPairs | undefined {
  const { graph, objective } = problem;
  if (graph.tensors.length > MOST_CONNECTED_TENSORS) return undefined;
  const expired = (): boolean => budget.expired(PROOF_SHARE);
  const { pairs, proven } = optimal(graph, objective, { expired, pairs: 3e6, sets: 3e4 });
  const found = { pairs, sliced: [] };
  return proven && fits(problem, candidate(problem, found)) ? found : undefined;
}

/** The tree of the network itself, or the one that the search began from where that is better still. */
export function finished(prepared: Prepared, found: SlicedPairs, budget: Budget): ContractionTree {
  return orGiven(prepared.network, prepared.goal, lastTouched(prepared, found, budget));
}

function orGiven(network: Network, goal: Goal, tree: ContractionTree): ContractionTree {
  const { objective, maxLog2Size = Infinity, start } = goal;
  if (start === undefined) return tree;
  const graph = hypergraph(network);
  const problem = { graph, objective, maxLog2Size };
  const judged = ({ pairs, sliced }: ContractionTree): Candidate =>
    candidate(problem, { pairs, sliced: sliced.map((label) => graph.labels.indexOf(label)) });
  const given = judged(start);
  return fits(problem, given) && given.score < judged(tree).score ? start : tree;
}

/** What does not fit yet is sliced; a whole tree is polished. */
function lastTouched(prepared: Prepared, found: SlicedPairs, budget: Budget): ContractionTree {
  const { network, problem } = prepared;
  const tree = treeOf(prepared, found);
  // Absorbing a small tensor first can make a result that is larger than the limit.
  if (problem.maxLog2Size < Infinity && !fits(problem, candidate(problem, found)))
    return slice(network, tree, problem.maxLog2Size);
  if (found.sliced.length > 0) return slice(network, tree, problem.maxLog2Size);
  const better = polished(network, tree, problem.objective, budget);
  return problem.maxLog2Size < Infinity ? slice(network, better, problem.maxLog2Size) : better;
}

/** As found, without a last touch. */
export function treeOf(
  { network, simplified, problem }: Prepared,
  { pairs, sliced }: SlicedPairs,
): ContractionTree {
  const labels = sliced.map((index) => at(problem.graph.labels, index));
  return { ...composed(network, simplified, pairs), sliced: labels };
}

/** A cold pass over the whole tree, which may undo an absorption that does not pay. */
function polished(
  network: Network,
  tree: ContractionTree,
  objective: Objective,
  budget: Budget,
): ContractionTree {
  const graph = hypergraph(network);
  if (tree.leaves < 3 || budget.trials <= 1 || budget.expired()) return tree;
  const cold: Annealing = {
    objective,
    sweeps: 30,
    hottest: 0.01,
    coldest: 0.001,
    expired: () => budget.expired(),
  };
  const start = scored(graph, tree.pairs, objective);
  return { ...tree, pairs: anneal(graph, start, cold, mulberry32(1)).pairs };
}
