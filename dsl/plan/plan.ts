/** network -> contraction tree, by a method. */
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { checkTree, type Pairs } from "./path.ts";
import { greedyTree, search } from "./search.ts";
import type { Budget, ContractionTree, Objective } from "./tree.ts";

/** How the order is found. Plain data. */
export type Method =
  | { readonly kind: "greedy" }
  | { readonly kind: "search"; readonly objective: Objective }
  | { readonly kind: "tree"; readonly pairs: Pairs };

/** A tree of the network. Throws UserError where a given tree does not fit it. */
export function plan(network: Network, method: Method, budget: Budget, random: Random): ContractionTree {
  switch (method.kind) {
    case "greedy":
      return greedyTree(network, random);
    case "search":
      return search(network, method.objective, budget, random);
    case "tree": {
      const tree = { leaves: network.tensors.length, pairs: method.pairs, sliced: [] };
      checkTree(network, tree);
      return tree;
    }
    default:
      return method satisfies never;
  }
}
