/** The best of all contraction trees of a small network. */
import { bestConnectedPairs, MOST_CONNECTED_TENSORS, type Effort } from "./connected.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { at, log2Add, log2SizeOf, type Hypergraph } from "./hypergraph.ts";
import { log2ElementWeight } from "./objective.ts";
import type { Pairs } from "./path.ts";
import { bestOfAllPairs, MOST_OPTIMAL_TENSORS } from "./subsets.ts";
import type { Objective } from "./tree.ts";

export { MOST_CONNECTED_TENSORS, MOST_OPTIMAL_TENSORS };

export interface Optimal {
  readonly pairs: Pairs;
  /** Whether it is the best; else the effort ended first, and the tree is a greedy one, or optimal in some of its parts. */
  readonly proven: boolean;
}

/** Pairs of a tree with the least objective, outer products included. At most MOST_OPTIMAL_TENSORS tensors. */
export function optimalPairs(graph: Hypergraph, objective: Objective): [number, number][] {
  return bestOfAllPairs(graph, objective);
}

/**
 * The best tree of a network of any count of tensors. Up to MOST_OPTIMAL_TENSORS it is the best of all trees; of more, the best
 * of those whose parts are connected, with what is not connected joined last, the smallest first: outer products inside a
 * connected part are not tried. Parts of more than MOST_CONNECTED_TENSORS tensors, and of more than MOST_OPTIMAL_TENSORS for
 * `peak`, get a greedy tree.
 */
export function optimal(graph: Hypergraph, objective: Objective, effort: Effort): Optimal {
  if (graph.tensors.length <= MOST_OPTIMAL_TENSORS)
    return { pairs: bestOfAllPairs(graph, objective), proven: true };
  const joined: [number, number][] = [];
  let proven = true;
  const parts = componentsOf(graph).map((ids) => {
    const part = { ...graph, tensors: ids.map((id) => at(graph.tensors, id)) };
    const found = bestOfPart(part, objective, effort);
    proven &&= found.proven;
    const names = [...ids];
    for (const [a, b] of found.pairs) {
      joined.push([at(names, a), at(names, b)]);
      names.push(graph.tensors.length + joined.length - 1);
    }
    const size = log2SizeOf(graph, at(plainNodes(part, found.pairs), names.length - 1).indices);
    return { id: at(names, names.length - 1), size };
  });
  joinParts(parts, graph.tensors.length, joined);
  return { pairs: joined, proven };
}

/** A connected part. */
function bestOfPart(part: Hypergraph, objective: Objective, effort: Effort): Optimal {
  const count = part.tensors.length;
  if (count <= MOST_OPTIMAL_TENSORS) return { pairs: bestOfAllPairs(part, objective), proven: true };
  const start = greedy(part, plainGreedy, () => 0.5);
  if (count > MOST_CONNECTED_TENSORS || objective === "peak") return { pairs: start, proven: false };
  const nodes = plainNodes(part, start);
  const { log2Flops, log2Size } = plainCost(part, nodes);
  const element = objective === "size" ? -Infinity : log2ElementWeight(objective);
  const log2Cost = nodes
    .slice(count)
    .reduce((sum, { indices }) => log2Add(sum, log2SizeOf(part, indices) + element), log2Flops);
  const pairs = bestConnectedPairs(part, objective, { log2Cost, log2Size }, effort);
  return { pairs: pairs ?? start, proven: pairs !== undefined };
}

/** Tensors that indices of an extent above one join, each group ascending. */
export function componentsOf(graph: Hypergraph): number[][] {
  const group = graph.tensors.map((_, id) => id);
  const root = (id: number): number => {
    while (at(group, id) !== id) id = group[id] = at(group, at(group, id));
    return id;
  };
  const first = new Int32Array(graph.weights.length).fill(-1);
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) {
      if (at(graph.weights, index) === 0) continue;
      if (at(first, index) < 0) first[index] = id;
      else group[root(id)] = root(at(first, index));
    }
  });
  const groups = new Map<number, number[]>();
  group.forEach((_, id) => {
    const own = groups.get(root(id));
    if (own === undefined) groups.set(root(id), [id]);
    else own.push(id);
  });
  return [...groups.values()];
}

/** Outer products, always of the two smallest: the least sum of products (Huffman's way, after D. S. Parker, SIAM J. Comput. 9 (1980) 470). */
function joinParts(
  parts: readonly { readonly id: number; readonly size: number }[],
  leaves: number,
  pairs: [number, number][],
): void {
  const rest = [...parts];
  while (rest.length > 1) {
    rest.sort((a, b) => a.size - b.size || a.id - b.id);
    const [a, b] = rest.splice(0, 2) as [(typeof rest)[0], (typeof rest)[0]];
    pairs.push([a.id, b.id]);
    rest.push({ id: leaves + pairs.length - 1, size: a.size + b.size });
  }
}
