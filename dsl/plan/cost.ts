/** What a contraction tree costs, pair by pair and in total. */
import type { Label, Network } from "../network/network.ts";
import { at, hypergraph, log2Add, log2SizeOf, withSliced, type Hypergraph } from "./hypergraph.ts";
import { checkTree } from "./path.ts";
import type { ContractionTree, Cost } from "./tree.ts";

/** One node of a tree: a tensor of the network or the result of a pair. */
export interface TreeNode {
  /** Sorted labels that another tensor or the output still needs; without sliced ones. */
  readonly labels: readonly Label[];
  /** log2 of the element count, within one slice. */
  readonly log2Size: number;
  /** log2 of the multiply-adds that make it from its two operands, within one slice; -Infinity for a leaf. */
  readonly log2Flops: number;
}

/** A node of a tree in terms of the hypergraph. */
export interface PlainNode {
  readonly indices: Int32Array;
  /** Indices of both operands together; empty for a leaf. */
  readonly involved: Int32Array;
}

/** Nodes 0..2n-2 of a tree: the tensors, then the results of the pairs. */
export function plainNodes(graph: Hypergraph, pairs: ContractionTree["pairs"]): PlainNode[] {
  const uses = graph.uses.slice();
  const none = new Int32Array(0);
  const nodes: PlainNode[] = graph.tensors.map((indices) => ({ indices, involved: none }));
  const scratch = {
    involved: new Int32Array(graph.weights.length),
    kept: new Int32Array(graph.weights.length),
  };
  for (const [a, b] of pairs) nodes.push(joined(at(nodes, a).indices, at(nodes, b).indices, uses, scratch));
  return nodes;
}

/** The result of a pair; an index of both operands has one use fewer from then on, and goes with its last but one. */
function joined(
  a: Int32Array,
  b: Int32Array,
  uses: Int32Array,
  { involved, kept }: { readonly involved: Int32Array; readonly kept: Int32Array },
): PlainNode {
  let [i, j, all, left] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const x = i < a.length ? (a[i] as number) : 0x7fffffff;
    const y = j < b.length ? (b[j] as number) : 0x7fffffff;
    const index = x < y ? x : y;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
    involved[all++] = index;
    if (x === y) {
      const rest = (uses[index] as number) - 1;
      uses[index] = rest;
      if (rest === 1) continue;
    }
    kept[left++] = index;
  }
  return { indices: kept.slice(0, left), involved: involved.slice(0, all) };
}

/** Nodes 0..2n-2 of a tree: leaves first, then one a pair. Throws UserError where the tree does not fit the network. */
export function treeNodes(network: Network, tree: ContractionTree): TreeNode[] {
  checkTree(network, tree);
  const graph = withSliced(hypergraph(network), tree.sliced);
  const sliced = new Set(tree.sliced);
  return plainNodes(graph, tree.pairs).map((node, id) => ({
    labels: Array.from(node.indices, (index) => at(graph.labels, index))
      .filter((label) => !sliced.has(label))
      .sort(),
    log2Size: log2SizeOf(graph, node.indices),
    log2Flops: id < tree.leaves ? -Infinity : log2SizeOf(graph, node.involved),
  }));
}

/**
 * Cost of a tree: multiply-adds summed over pairs as the product of all extents of both operands, after free
 * single-tensor reductions (cotengra's C). A network of one tensor has no pairs: log10Flops is -Infinity
 * and log2Size that of the tensor. Throws UserError where the tree does not fit the network.
 */
export function cost(network: Network, tree: ContractionTree): Cost {
  checkTree(network, tree);
  const whole = hypergraph(network);
  const graph = withSliced(whole, tree.sliced);
  let log2Slices = 0;
  for (let index = 0; index < whole.weights.length; index += 1)
    log2Slices += at(whole.weights, index) - at(graph.weights, index);
  const { log2Flops, log2Size } = plainCost(graph, plainNodes(graph, tree.pairs));
  return { log10Flops: (log2Flops + log2Slices) * Math.LOG10E * Math.LN2, log2Size, log2Slices };
}

/** log2 of the multiply-adds and of the largest intermediate (the only tensor where there is no pair). */
export function plainCost(
  graph: Hypergraph,
  nodes: readonly PlainNode[],
): { readonly log2Flops: number; readonly log2Size: number } {
  const leaves = graph.tensors.length;
  let log2Flops = -Infinity;
  let log2Size = leaves === 1 ? log2SizeOf(graph, at(graph.tensors, 0)) : 0;
  for (const node of nodes.slice(leaves)) {
    log2Flops = log2Add(log2Flops, log2SizeOf(graph, node.involved));
    log2Size = Math.max(log2Size, log2SizeOf(graph, node.indices));
  }
  return { log2Flops, log2Size };
}
