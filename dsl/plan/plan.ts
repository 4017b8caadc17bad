/** network -> contraction tree, by a method. */
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { annealedTree, optimalTree, partitionTree } from "./methods.ts";
import { checkTree, type Pairs } from "./path.ts";
import { greedyTree, search, type Goal } from "./search.ts";
import type { Budget, ContractionTree } from "./tree.ts";

/** How the order is found. Plain data. */
export type Method =
  | { readonly kind: "greedy" | "optimal" | "partition" | "anneal" }
  | ({ readonly kind: "search" } & Goal)
  | { readonly kind: "tree"; readonly pairs: Pairs };

/** A tree of the network. Throws UserError where a given tree does not fit it, or where it has too many tensors for `optimal`. */
export function plan(network: Network, method: Method, budget: Budget, random: Random): ContractionTree {
  switch (method.kind) {
    case "greedy":
      return greedyTree(network, random);
    case "optimal":
      return optimalTree(network, budget);
    case "partition":
      return partitionTree(network, budget, random);
    case "anneal":
      return annealedTree(network, budget, random);
    case "search":
      return search(network, method, budget, random);
    case "tree": {
      const tree = { leaves: network.tensors.length, pairs: method.pairs, sliced: [] };
      checkTree(network, tree);
      return tree;
    }
    default:
      return method satisfies never;
  }
}
