/** Named methods: one way of finding an order by itself, where `search` tries and mixes many. Multiply-adds are minimised. */
import { UserError } from "../base/diagnostic.ts";
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { simplify, type Simplified } from "../network/simplify.ts";
import { anneal, scored } from "./anneal.ts";
import { dissect } from "./dissect.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { hypergraph } from "./hypergraph.ts";
import {
  MOST_CONNECTED_TENSORS,
  MOST_OPTIMAL_TENSORS as MOST_TRIED_IN_ALL_WAYS,
  optimal,
} from "./optimal.ts";
import { composed } from "./search.ts";
import type { Budget, ContractionTree } from "./tree.ts";

/** Tensors that `optimal` takes, once small ones are absorbed. */
export const MOST_OPTIMAL_TENSORS = MOST_CONNECTED_TENSORS;

/** About a minute, and a gigabyte. */
const PROOF = { pairs: 2e10, sets: 2e6 };

/** One dissection for each; how much heavier than a half each part may be. */
const IMBALANCES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6];

const FIRST_HEAT = 1;
const LAST_HEAT = 0.05;
/** Passes over the tree: as many as make so many moves, within bounds. */
const MOVES = 4_000_000;
const [FEWEST_SWEEPS, MOST_SWEEPS] = [100, 3000];

/** How many tensors an order has to be found for, once vectors and the like are absorbed; few tensors are left as they are. */
export function leftAfterAbsorption(network: Network): number {
  return leftAsTheyAre(network) ? network.tensors.length : simplify(network).ids.length;
}

/**
 * The best of all trees; of more tensors than can be tried in all ways, of those that absorb small tensors first and whose
 * parts are connected (see `optimal`). Throws UserError where there are too many tensors, or too many ways to try.
 */
export function optimalTree(network: Network, { expired }: Budget): ContractionTree {
  const simplified = leftAsTheyAre(network) ? untouched(network) : simplify(network);
  const left = simplified.ids.length;
  if (left > MOST_OPTIMAL_TENSORS)
    throw new UserError(
      `${network.name} has ${left} tensors once small ones are absorbed; optimal takes at most ${MOST_OPTIMAL_TENSORS}: use search`,
    );
  const { pairs, proven } = optimal(hypergraph(simplified.reduced), "flops", { ...PROOF, expired });
  if (!proven)
    throw new UserError(
      `${network.name} is joined too densely for optimal to try all its orders: use search`,
    );
  return composed(network, simplified, pairs);
}

function leftAsTheyAre(network: Network): boolean {
  return network.tensors.length <= MOST_TRIED_IN_ALL_WAYS;
}

function untouched(network: Network): Simplified {
  return { pairs: [], reduced: network, ids: network.tensors.map((_, id) => id) };
}

/** The best of a few recursive bisections. */
export function partitionTree(network: Network, budget: Budget, random: Random): ContractionTree {
  const simplified = simplify(network);
  const graph = hypergraph(simplified.reduced);
  const expired = (): boolean => budget.expired();
  const once = (imbalance: number) =>
    scored(graph, dissect(graph, { imbalance, outside: 0, smallest: 8 }, random, expired), "flops");
  let best = once(IMBALANCES[0] as number);
  for (const imbalance of IMBALANCES.slice(1)) {
    if (expired()) break;
    const next = once(imbalance);
    if (next.score < best.score) best = next;
  }
  return composed(network, simplified, best.pairs);
}

/** A greedy tree, annealed once. */
export function annealedTree(network: Network, { expired }: Budget, random: Random): ContractionTree {
  const simplified = simplify(network);
  const graph = hypergraph(simplified.reduced);
  const start = scored(graph, greedy(graph, plainGreedy, random), "flops");
  const wanted = Math.ceil(MOVES / Math.max(1, graph.tensors.length));
  const sweeps = Math.min(MOST_SWEEPS, Math.max(FEWEST_SWEEPS, wanted));
  const settings = { objective: "flops", sweeps, hottest: FIRST_HEAT, coldest: LAST_HEAT, expired } as const;
  return composed(network, simplified, anneal(graph, start, settings, random).pairs);
}
