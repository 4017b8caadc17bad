/** Anytime search of a contraction order: trees made in several ways, then annealing of the best. */
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { simplify, type Simplified } from "../network/simplify.ts";
import { anneal, scored, type Annealing, type Scored } from "./anneal.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { fitted } from "./fit.ts";
import { at, hypergraph, type Hypergraph } from "./hypergraph.ts";
import { MOST_OPTIMAL_TENSORS, optimalPairs } from "./optimal.ts";
import type { Pairs } from "./path.ts";
import { slice } from "./slice.ts";
import { starts, type Start } from "./starts.ts";
import type { Budget, ContractionTree, Objective } from "./tree.ts";

/** Trees that are made in different ways before any is annealed at length; fewer of a large network. */
const FIRST_STARTS = 18;
const LARGE = 1500;
/** Trees kept to be annealed further. */
const POOL_SIZE = 6;
/** Passes over all pairs in a first look at a tree, in the first annealing, and in any. */
const GLANCE_SWEEPS = 60;
const FIRST_SWEEPS = 300;
const MOST_SWEEPS = 12_000;

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
}

/** Shares of the time after which trees that are too large are left as they are, and after which they are sliced. */
const WHOLE_SHARE = 0.3;
const NARROW_SHARE = 0.4;

/**
 * The best tree found within the budget; of a network of few tensors, the best there is. The first trials make trees in
 * several ways; each later one anneals one of the best trees or a new one, in the way that has paid most so far.
 * Stops early where many trials in a row gained nothing. Same network, goal, random stream and count of trials: same
 * tree, as long as the budget does not expire.
 */
export function search(network: Network, goal: Goal, budget: Budget, random: Random): ContractionTree {
  const { objective, maxLog2Size = Infinity } = goal;
  const leaves = network.tensors.length;
  if (leaves <= MOST_OPTIMAL_TENSORS) {
    const tree = { leaves, pairs: optimalPairs(hypergraph(network), objective), sliced: [] };
    return maxLog2Size === Infinity ? tree : slice(network, tree, maxLog2Size);
  }
  const simplified = simplify(network);
  const graph = hypergraph(simplified.reduced);
  const first = scored(graph, greedy(graph, plainGreedy, random), objective);
  const fits = (): boolean => log2SizeOfTree(graph, bestOf(pool).pairs) <= maxLog2Size;
  const expired = (): boolean => budget.expired() || (budget.expired(WHOLE_SHARE) && !fits());
  const pool: Pool = { graph, objective, expired, best: [first], arms: arms() };
  const glances = graph.tensors.length > LARGE ? FIRST_STARTS / 3 : FIRST_STARTS;
  const patience = 40 + graph.tensors.length;
  let stale = 0;
  for (let trial = 1; trial < budget.trials && stale < patience && !expired(); trial += 1) {
    const known = bestOf(pool).score;
    if (trial <= glances) glance(pool, trial, random);
    else annealOnce(pool, trial - glances, random);
    stale = bestOf(pool).score < known ? 0 : stale + 1;
  }
  if (fits())
    return polished(
      network,
      composed(network, simplified, bestOf(pool).pairs),
      { objective, budget },
      random,
    );
  const settings = { objective, maxLog2Size, expired: budget.expired, rounds: budget.trials };
  const found = fitted(graph, treesToSlice(pool, budget, random), settings, random);
  const sliced = found.sliced.map((index) => at(graph.labels, index));
  // Absorbing a small tensor first can make a result that is larger than the limit.
  return slice(network, { ...composed(network, simplified, found.pairs), sliced }, maxLog2Size);
}

/** The best of the pool, and narrow trees, which need fewer slices. */
function treesToSlice({ graph, best: whole }: Pool, budget: Budget, random: Random): Pairs[] {
  const expired = (): boolean => budget.expired(NARROW_SHARE);
  const narrow = starts.map((start) => {
    const made = scored(graph, start(graph, random), "size");
    const heat = { objective: "size", sweeps: FIRST_SWEEPS, hottest: 1, coldest: 0.05, expired } as const;
    return anneal(graph, made, heat, random).pairs;
  });
  const best = whole.map(({ pairs }) => pairs);
  // In turn, since time may end before all are sliced.
  return best.flatMap((pairs, place) => [pairs, ...narrow.slice(place, place + 1)]);
}

function log2SizeOfTree(graph: Hypergraph, pairs: Pairs): number {
  return plainCost(graph, plainNodes(graph, pairs)).log2Size;
}

/** The best trees met, and what has been learnt about how to better them. */
interface Pool {
  readonly graph: Hypergraph;
  readonly objective: Objective;
  readonly expired: () => boolean;
  /** Best first, at most POOL_SIZE, of different scores. */
  readonly best: Scored[];
  readonly arms: readonly Arm[];
}

/** One way to make a better tree. */
interface Arm {
  /** Which of the pool is annealed, or how a new tree is made. */
  readonly from: number | Start;
  readonly hottest: number;
  tries: number;
  /** Tries that gave a tree for the pool. */
  gains: number;
}

/** Cold annealing of the best tree pays most often and a new tree least: what is thought before the first try. */
function arms(): Arm[] {
  const arm = (from: number | Start, hottest: number, tries = 0, gains = 0): Arm => ({
    from,
    hottest,
    tries,
    gains,
  });
  return [
    ...[0.1, 0.3].map((hottest) => arm(0, hottest, 2, 2)),
    ...[0.7, 1.5].map((hottest) => arm(0, hottest)),
    ...[0.1, 0.5].flatMap((hottest) => [arm(1, hottest), arm(3, hottest)]),
    ...starts.flatMap((start) => [arm(start, 0.3, 2), arm(start, 3, 2)]),
  ];
}

function bestOf({ best }: Pool): Scored {
  return best[0] as Scored;
}

/** Whether the tree was good enough for the pool. */
function enter({ best }: Pool, found: Scored): boolean {
  const place = best.findIndex((known) => found.score <= known.score + 1e-9);
  if (place >= 0 && Math.abs((best[place] as Scored).score - found.score) <= 1e-9) return false;
  if (place < 0 && best.length >= POOL_SIZE) return false;
  best.splice(place < 0 ? best.length : place, 0, found);
  best.length = Math.min(best.length, POOL_SIZE);
  return true;
}

/** A new tree, annealed just so much that it can be compared with the others. */
function glance(pool: Pool, trial: number, random: Random): void {
  const start = starts[trial % starts.length] as Start;
  const tree = scored(pool.graph, start(pool.graph, random), pool.objective);
  enter(pool, annealed(pool, tree, { sweeps: GLANCE_SWEEPS, hottest: 0.1 }, random));
}

function annealOnce(pool: Pool, round: number, random: Random): void {
  const arm = chosen(pool.arms, random);
  const { from } = arm;
  const start =
    typeof from === "number"
      ? (pool.best[Math.min(from, pool.best.length - 1)] as Scored)
      : scored(pool.graph, from(pool.graph, random), pool.objective);
  const sweeps = Math.min(MOST_SWEEPS, Math.ceil(FIRST_SWEEPS * 1.15 ** round));
  arm.tries += 1;
  if (enter(pool, annealed(pool, start, { sweeps, hottest: arm.hottest }, random))) arm.gains += 1;
}

/** At random, in proportion to how often each has gained. */
function chosen(all: readonly Arm[], random: Random): Arm {
  const weights = all.map(({ tries, gains }) => ((gains + 1) / (tries + 2)) ** 2);
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = all.find((_, position) => (rest -= weights[position] ?? 0) < 0);
  return found ?? (all[0] as Arm);
}

interface Heat {
  readonly sweeps: number;
  readonly hottest: number;
}

function annealed(pool: Pool, start: Scored, { sweeps, hottest }: Heat, random: Random): Scored {
  const { graph, objective, expired } = pool;
  return anneal(graph, start, { objective, sweeps, hottest, coldest: 0.05, expired }, random);
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
  const cold: Annealing = { objective, sweeps: 30, hottest: 0.01, coldest: 0.001, expired: budget.expired };
  const start = scored(graph, tree.pairs, objective);
  return { ...tree, pairs: anneal(graph, start, cold, random).pairs };
}
