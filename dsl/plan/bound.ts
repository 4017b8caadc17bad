/** What no order of a network can go below: how far from the best a found order can be at most. */
import type { Network } from "../network/network.ts";
import { at, hypergraph, log2SizeOf, type Hypergraph } from "./hypergraph.ts";
import { leastBag } from "./linegraph.ts";
import { leastSplit } from "./congestion.ts";

export interface LowerBound {
  /** log2 of the elements of the largest result of a pair, in any tree without slices. */
  readonly log2Size: number;
  /** log2 of the multiply-adds in sum, in any tree, sliced or not; -Infinity of one tensor. */
  readonly log2Flops: number;
}

const EPSILON = 1e-6;

/**
 * Two proven bounds and what is plain, whichever is highest. With w the log2 of a product of extents, and for each pair of
 * a tree the operands A and B, the result R and I, the indices of A and B together (all after free sums):
 *
 * 1. The sets I of a tree are the bags of a tree decomposition of the line graph, whose vertices are the indices and in which each
 *    tensor, and the output, is a clique: an index is in the I of the results on the way from its tensors up to where the last
 *    of them comes in (the root, if it is open), which is connected. So some w(I) is at least T, the least heaviest bag
 *    (Markov, Shi, SIAM J. Comput. 38 (2008) 963, here with weights and hyperedges).
 * 2. Each index of I is in at least two of A, B and R, so that w(A) + w(B) + w(R) >= 2 T there. A and B are results or tensors of
 *    weight at most m: the largest result weighs at least min(2 T / 3, T - m / 2, 2 (T - m)).
 * 3. Let k tensors send one unit to each other along paths in the network that load each index x by at most c w(x). Any tree
 *    has a result R with k/3 to 2k/3 of them: at least k/3 2k/3 units leave it through its indices, so w(R) >= 2 k^2 / 9 c.
 *    It also has a pair whose A, B and the rest have at most k/2 of them each: w(I) >= k^2 / 4 c (both with k/3, k/2 whole).
 * 4. The output is a result; each tensor and each result is in some I.
 *
 * Where all extents agree the size is rounded up to a whole number of indices. Deterministic; about a second for a few
 * thousand tensors.
 */
export function lowerBound(network: Network): LowerBound {
  const graph = hypergraph(network);
  const { tensors, weights, open } = graph;
  const sizes = tensors.map((indices) => log2SizeOf(graph, indices));
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  if (tensors.length < 2) return { log2Size: largest, log2Flops: -Infinity };
  const output = weights.reduce((sum, weight, index) => sum + weight * at(open, index), 0);
  const bag = leastBag(graph);
  const { size: split, pair } = leastSplit(graph);
  const narrow = Math.min((2 * bag) / 3, bag - largest / 2, 2 * (bag - largest));
  const log2Size = roundedUp(graph, Math.max(0, output, narrow, split));
  return { log2Size, log2Flops: Math.max(log2Size, largest, bag, pair) };
}

function roundedUp({ weights }: Hypergraph, log2Size: number): number {
  const extents = weights.filter((weight) => weight > 0);
  const unit = at(extents, 0);
  if (extents.length === 0 || !extents.every((weight) => weight === unit)) return log2Size;
  return unit * Math.ceil(log2Size / unit - EPSILON);
}
