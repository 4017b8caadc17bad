/** A network as small integers: what the cost, the searches and the slicing compute on. */
import { InvariantError, UserError } from "../base/diagnostic.ts";
import { extentOf, type Label, type Network } from "../network/network.ts";

/** Tensors are 0..n-1, indices 0..m-1. Indices that only one tensor needs are summed already: they cost nothing. */
export interface Hypergraph {
  /** Name of each index. */
  readonly labels: readonly Label[];
  /** log2 of the extent of each index; 0 where it is sliced. */
  readonly weights: Float64Array;
  /** Ascending indices of each tensor. */
  readonly tensors: readonly Int32Array[];
  /** For each index, how many tensors have it, plus one where it is open. */
  readonly uses: Int32Array;
  /** For each index, 1 where it is open. */
  readonly open: Uint8Array;
}

/** Throws RangeError where an index has no extent. */
export function hypergraph(network: Network): Hypergraph {
  const numbers = new Map<Label, number>();
  for (const tensor of network.tensors)
    for (const label of tensor.labels) if (!numbers.has(label)) numbers.set(label, numbers.size);
  const labels = [...numbers.keys()];
  const uses = new Int32Array(labels.length);
  const open = new Uint8Array(labels.length);
  const number = (label: Label): number => numbers.get(label) ?? missing(label);
  const all = network.tensors.map((tensor) => Int32Array.from(new Set(tensor.labels.map(number))).sort());
  for (const indices of all) for (const index of indices) uses[index] = at(uses, index) + 1;
  for (const label of network.open) {
    open[number(label)] = 1;
    uses[number(label)] = at(uses, number(label)) + 1;
  }
  const tensors = all.map((indices) => indices.filter((index) => at(uses, index) > 1));
  const weights = Float64Array.from(labels, (label) => Math.log2(extentOf(network, label)));
  return { labels, weights, tensors, uses, open };
}

/** The same hypergraph with sliced indices at extent one. Throws UserError where the network lacks one. */
export function withSliced(graph: Hypergraph, sliced: readonly Label[]): Hypergraph {
  if (sliced.length === 0) return graph;
  const weights = graph.weights.slice();
  for (const label of sliced) {
    const index = graph.labels.indexOf(label);
    if (index < 0) throw new UserError(`cannot slice over ${label}: the network has no such index`);
    weights[index] = 0;
  }
  return { ...graph, weights };
}

/**
 * The same tensors with parallel bonds fused: of indices that the very same tensors have, open or not, the first stands for all, with
 * their weights added. Any tree costs the same; single bonds cannot be sliced any more.
 */
export function fused(graph: Hypergraph): Hypergraph {
  const holders: number[][] = graph.labels.map(() => []);
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) at(holders, index).push(id);
  });
  const weights = new Float64Array(graph.weights.length);
  const firsts = new Map<string, number>();
  holders.forEach((ids, index) => {
    const key = `${ids.join()} ${at(graph.open, index)}`;
    const first = firsts.get(key) ?? index;
    firsts.set(key, first);
    weights[first] = at(weights, first) + at(graph.weights, index);
  });
  const kept = new Set(firsts.values());
  const tensors = graph.tensors.map((indices) => indices.filter((index) => kept.has(index)));
  return { ...graph, weights, tensors };
}

function missing(label: Label): never {
  throw new InvariantError(`expected open index ${label} to occur in a tensor, got none`);
}

/** Element of an array at a position that is known to exist. */
export function at<T>(array: ArrayLike<T>, position: number): T {
  return array[position] as T;
}

/** log2 of the element count of a tensor with these indices. */
export function log2SizeOf(graph: Hypergraph, indices: Int32Array): number {
  const { weights } = graph;
  let sum = 0;
  for (let place = 0; place < indices.length; place += 1) sum += weights[indices[place] as number] as number;
  return sum;
}

/** Ascending union of two ascending lists. */
export function union(a: Int32Array, b: Int32Array): Int32Array {
  const merged = new Int32Array(a.length + b.length);
  let [i, j, length] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const x = i < a.length ? at(a, i) : Infinity;
    const y = j < b.length ? at(b, j) : Infinity;
    merged[length++] = Math.min(x, y);
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return merged.slice(0, length);
}

/** log2(2^a + 2^b) without overflow; -Infinity stands for zero. */
export function log2Add(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log2(1 + 2 ** (Math.min(a, b) - most));
}
