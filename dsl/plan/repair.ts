/** The tree of a network after an edit of the network: what is still there keeps its order, what is new is put where it costs least. */
import type { Network } from "../network/network.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { at, hypergraph, type Hypergraph } from "./hypergraph.ts";
import { checkTree, type Pairs } from "./path.ts";
import type { ContractionTree } from "./tree.ts";

/** Places that are tried for all new tensors together, and for each at most. */
const MOST_PLACES = 1024;
const MOST_PLACES_A_TENSOR = 48;

/** Nodes 0..n-1 are the tensors, whether placed yet or not; -1 where there is no node. */
interface Growing {
  readonly graph: Hypergraph;
  readonly left: number[];
  readonly right: number[];
  readonly parent: number[];
  root: number;
}

/**
 * A tree of `after` that is like `tree`, which is one of `before`: a start for a search, that keeps what earlier searches found.
 * Tensors are known again by name, of several with one name the first of each first; else by their indices, where no other
 * tensor has the same. Tensors that are gone leave the tree; each new one joins its neighbours where the multiply-adds
 * grow least. Slices over indices that are still there are kept. Throws UserError where the tree does not fit `before`.
 */
export function repair(before: Network, tree: ContractionTree, after: Network): ContractionTree {
  checkTree(before, tree);
  const graph = hypergraph(after);
  const leaves = after.tensors.length;
  const known = new Set(Object.keys(after.extents));
  const sliced = tree.sliced.filter((label) => known.has(label));
  const matches = matched(before, after);
  if (matches.size === 0) return { leaves, pairs: greedy(graph, plainGreedy, () => 0.5), sliced };
  const growing = pruned(graph, tree, matches);
  const fresh = new Set(graph.tensors.keys());
  for (const id of matches.values()) fresh.delete(id);
  const places = Math.min(MOST_PLACES_A_TENSOR, Math.max(1, Math.floor(MOST_PLACES / fresh.size)));
  while (fresh.size > 0) {
    const next = nextTo(growing, fresh);
    insert(growing, next, bestPlace(growing, next, places));
    fresh.delete(next);
  }
  return { leaves, pairs: pairsOf(growing), sliced };
}

/** A tree of the graph's tensors: each takes the place of a leaf of `tree`; the other leaves are left out. */
export function projected(
  graph: Hypergraph,
  tree: ContractionTree,
  places: ReadonlyMap<number, number>,
): Pairs {
  return pairsOf(pruned(graph, tree, places));
}

/** New ids of the old tensors that are still there. */
function matched(before: Network, after: Network): Map<number, number> {
  const matches = new Map<number, number>();
  const taken = new Set<number>();
  const match = (keys: (network: Network) => string[]): void => {
    const places = new Map<string, number>();
    keys(after).forEach((key, id) => {
      if (!taken.has(id)) places.set(key, id);
    });
    keys(before).forEach((key, id) => {
      const found = places.get(key);
      if (found === undefined || matches.has(id) || taken.has(found)) return;
      matches.set(id, found);
      taken.add(found);
    });
  };
  match(names);
  match(({ tensors }) => counted(tensors.map(({ labels }) => [...labels].sort().join(" "))));
  return matches;
}

function names({ tensors }: Network): string[] {
  return counted(tensors.map(({ name }) => name));
}

/** Texts made different by how often each was before. */
function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return texts.map((text) => {
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return `${text}\n${count}`;
  });
}

/** The old tree without the tensors that are gone. */
function pruned(graph: Hypergraph, tree: ContractionTree, matches: ReadonlyMap<number, number>): Growing {
  const none = graph.tensors.map(() => -1);
  const growing: Growing = { graph, left: [...none], right: [...none], parent: [...none], root: -1 };
  const nodes = Array.from({ length: tree.leaves }, (_, id) => matches.get(id) ?? -1);
  for (const [a, b] of tree.pairs) {
    const [x, y] = [at(nodes, a), at(nodes, b)];
    nodes.push(x < 0 ? y : y < 0 ? x : join(growing, x, y));
  }
  growing.root = at(nodes, nodes.length - 1);
  return growing;
}

/** A new node without a parent. */
function join(growing: Growing, left: number, right: number): number {
  const id = growing.parent.push(-1) - 1;
  growing.left.push(left);
  growing.right.push(right);
  growing.parent[left] = id;
  growing.parent[right] = id;
  return id;
}

/** The first new tensor that shares an index with one placed, or any. */
function nextTo({ graph, parent, root }: Growing, fresh: ReadonlySet<number>): number {
  const placed = new Uint8Array(graph.weights.length);
  graph.tensors.forEach((indices, id) => {
    if (at(parent, id) >= 0 || id === root) for (const index of indices) placed[index] = 1;
  });
  const ids = [...fresh];
  return ids.find((id) => at(graph.tensors, id).some((index) => at(placed, index) === 1)) ?? at(ids, 0);
}

/** Puts a tensor beside a node. */
function insert(growing: Growing, tensor: number, beside: number): void {
  const { left, right, parent } = growing;
  const above = at(parent, beside);
  const id = join(growing, beside, tensor);
  parent[id] = above;
  if (above < 0) growing.root = id;
  else if (left[above] === beside) left[above] = id;
  else right[above] = id;
}

/** Takes back the last insertion. */
function remove(growing: Growing, tensor: number, beside: number): void {
  const { left, right, parent } = growing;
  const id = parent.length - 1;
  const above = at(parent, id);
  for (const list of [left, right, parent]) list.pop();
  parent[tensor] = -1;
  parent[beside] = above;
  if (above < 0) growing.root = beside;
  else if (left[above] === id) left[above] = beside;
  else right[above] = beside;
}

/** Among the neighbours and the nodes above them, nearest first, the node beside which the multiply-adds grow least. */
function bestPlace(growing: Growing, tensor: number, most: number): number {
  let best = growing.root;
  let least = Infinity;
  for (const place of placesNear(growing, tensor, most)) {
    insert(growing, tensor, place);
    const { graph } = growing;
    const { log2Flops } = plainCost(graph, plainNodes(graph, pairsOf(growing)));
    remove(growing, tensor, place);
    if (log2Flops < least) [best, least] = [place, log2Flops];
  }
  return best;
}

function placesNear({ graph, parent, root }: Growing, tensor: number, most: number): number[] {
  const own = new Set(at(graph.tensors, tensor));
  const isNear = (indices: Int32Array, id: number): boolean =>
    (at(parent, id) >= 0 || id === root) && indices.some((index) => own.has(index));
  let level = graph.tensors.flatMap((indices, id) => (isNear(indices, id) ? [id] : []));
  const places = new Set<number>();
  while (level.length > 0 && places.size < most) {
    for (const node of level) if (places.size < most) places.add(node);
    level = [...new Set(level.map((node) => at(parent, node)))].filter((id) => id >= 0 && !places.has(id));
  }
  return places.size > 0 ? [...places] : [root];
}

/** Pairs of the tensors that are placed. */
function pairsOf({ graph, left, right, root }: Growing): Pairs {
  const leaves = graph.tensors.length;
  const order: number[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node < leaves) continue;
    order.push(node);
    stack.push(at(left, node), at(right, node));
  }
  const ids = new Map<number, number>();
  const idOf = (node: number): number => ids.get(node) ?? node;
  return order.reverse().map((node, step) => {
    ids.set(node, leaves + step);
    return [idOf(at(left, node)), idOf(at(right, node))] as const;
  });
}
