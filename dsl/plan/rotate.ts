/** A contraction tree that can be rotated in place, each node's indices as a bit set. */
import { at, type Hypergraph } from "./hypergraph.ts";
import { COMBO_LOG2_WEIGHT, plainNodes } from "./cost.ts";
import type { Pairs } from "./path.ts";
import type { Objective } from "./tree.ts";

/** Multiply-adds only break ties of `size`. */
const SIZE_LOG2_WEIGHT = 20;

/** What a bit of size beyond the limit costs, as a power of two: about what one more slice does, measured on circuits. */
const EXCESS_WEIGHT = 0.3;

/** Nodes 0..n-1 are leaves, n..2n-2 results. */
export interface RotatingTree {
  readonly leaves: number;
  readonly root: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 32-bit words a node. All bits of one word weigh the same, so that a size is a sum of population counts. */
  readonly words: number;
  readonly wordWeights: Float64Array;
  readonly bits: Int32Array;
  /** log2 of the multiply-adds and of the element count of each node. */
  readonly flops: Float64Array;
  readonly sizes: Float64Array;
  readonly scratch: Int32Array;
  /** log2 weight of an element written, beside multiply-adds. */
  readonly elementWeight: number;
  /** log2 of the elements of a result beyond which it is penalised. */
  readonly maxLog2Size: number;
}

/** Where each index has its bit; indices of extent one weigh nothing and have none. */
function bitPlaces(graph: Hypergraph): { readonly places: Int32Array; readonly wordWeights: Float64Array } {
  const order = Array.from(graph.weights, (_, index) => index).filter(
    (index) => at(graph.weights, index) > 0,
  );
  order.sort((a, b) => at(graph.weights, a) - at(graph.weights, b) || a - b);
  const places = new Int32Array(graph.weights.length).fill(-1);
  const wordWeights: number[] = [];
  let next = 0;
  for (const index of order) {
    const weight = at(graph.weights, index);
    if (next === 32 * wordWeights.length || wordWeights[wordWeights.length - 1] !== weight) {
      next = 32 * wordWeights.length;
      wordWeights.push(weight);
    }
    places[index] = next++;
  }
  return { places, wordWeights: Float64Array.from(wordWeights) };
}

/** A tree of at least two leaves, ready to be rotated. */
export function rotatingTree(
  graph: Hypergraph,
  pairs: Pairs,
  objective: Objective,
  maxLog2Size = Infinity,
): RotatingTree {
  const leaves = graph.tensors.length;
  const count = 2 * leaves - 1;
  const { places, wordWeights } = bitPlaces(graph);
  const words = wordWeights.length;
  const bits = new Int32Array(count * words);
  const [flops, sizes] = [new Float64Array(count), new Float64Array(count)];
  const [left, right] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
  const weigh = (indices: Int32Array): number =>
    indices.reduce((sum, index) => sum + at(graph.weights, index), 0);
  plainNodes(graph, pairs).forEach((node, id) => {
    for (const index of node.indices) {
      const place = at(places, index);
      const word = id * words + (place >> 5);
      if (place >= 0) bits[word] = at(bits, word) | (1 << (place & 31));
    }
    flops[id] = id < leaves ? -Infinity : weigh(node.involved);
    sizes[id] = weigh(node.indices);
  });
  pairs.forEach(([a, b], step) => {
    left[leaves + step] = a;
    right[leaves + step] = b;
  });
  const elementWeight = { flops: -Infinity, combo: COMBO_LOG2_WEIGHT, size: SIZE_LOG2_WEIGHT }[objective];
  const scratch = new Int32Array(words);
  return {
    leaves,
    root: count - 1,
    left,
    right,
    words,
    wordWeights,
    bits,
    flops,
    sizes,
    scratch,
    elementWeight,
    maxLog2Size,
  };
}

function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** log2 of the cost of two nested nodes, of which the outer keeps its size. */
function nested(tree: RotatingTree, inner: number, outer: number, size: number): number {
  const weighted = size + tree.elementWeight;
  const most = Math.max(inner, outer, weighted);
  const excess = size > tree.maxLog2Size ? EXCESS_WEIGHT * (size - tree.maxLog2Size) : 0;
  return excess + most + Math.log2(2 ** (inner - most) + 2 ** (outer - most) + 2 ** (weighted - most));
}

/**
 * Tries ((a b) c) -> (a (b c)) at `outer`, where a b are the children of `inner`; does it where the log2 of the cost of
 * both nodes grows by at most `allowance`. `rises` says which child of `inner` is a. The result of (b c) keeps the indices that
 * a or the result of `outer` have, which holds for hyperedges too. Returns whether the tree changed.
 */
export function tryRotation(tree: RotatingTree, outer: number, move: RotationMove): boolean {
  const { left, right, words, wordWeights, bits, flops, sizes, scratch } = tree;
  const inner = move.innerLeft ? at(left, outer) : at(right, outer);
  if (inner < tree.leaves) return false;
  const c = move.innerLeft ? at(right, outer) : at(left, outer);
  const a = move.leftRises ? at(left, inner) : at(right, inner);
  const b = move.leftRises ? at(right, inner) : at(left, inner);
  const [pa, pb, pc, po] = [a * words, b * words, c * words, outer * words];
  let [newInner, newOuter, newSize] = [0, 0, 0];
  for (let word = 0; word < words; word += 1) {
    const bitsA = bits[pa + word] as number;
    const both = (bits[pb + word] as number) | (bits[pc + word] as number);
    const kept = both & (bitsA | (bits[po + word] as number));
    scratch[word] = kept;
    const weight = wordWeights[word] as number;
    newInner += weight * ones(both);
    newSize += weight * ones(kept);
    newOuter += weight * ones(bitsA | kept);
  }
  const before = nested(tree, at(flops, inner), at(flops, outer), at(sizes, inner));
  if (nested(tree, newInner, newOuter, newSize) - before > move.allowance) return false;
  bits.set(scratch, inner * words);
  flops[inner] = newInner;
  flops[outer] = newOuter;
  sizes[inner] = newSize;
  left[inner] = b;
  right[inner] = c;
  left[outer] = a;
  right[outer] = inner;
  return true;
}

export interface RotationMove {
  readonly innerLeft: boolean;
  readonly leftRises: boolean;
  /** How much log2 of the cost of both nodes may grow. */
  readonly allowance: number;
}

/** The score that the search minimises, and the penalty where a result is too large; lower is better. */
export function treeScore(tree: RotatingTree, objective: Objective): number {
  let [flops, writes, size] = [0, 0, 0];
  let most = 0;
  for (let id = tree.leaves; id <= tree.root; id += 1) most = Math.max(most, at(tree.flops, id));
  for (let id = tree.leaves; id <= tree.root; id += 1) {
    flops += 2 ** (at(tree.flops, id) - most);
    writes += 2 ** (at(tree.sizes, id) + COMBO_LOG2_WEIGHT - most);
    size = Math.max(size, at(tree.sizes, id));
  }
  const log2Flops = most + Math.log2(flops);
  const excess = EXCESS_WEIGHT * Math.max(0, size - tree.maxLog2Size);
  switch (objective) {
    case "flops":
      return excess + log2Flops + 1e-6 * size;
    case "combo":
      return excess + most + Math.log2(flops + writes);
    case "size":
      return size + 1e-4 * log2Flops;
    default:
      return objective satisfies never;
  }
}

/** Pairs of the tree, each after the pairs that it uses. */
export function pairsOf(leaves: number, left: Int32Array, right: Int32Array): [number, number][] {
  const pairs: [number, number][] = [];
  const ids = new Int32Array(left.length);
  const stack = [left.length - 1];
  const entered = new Uint8Array(left.length);
  while (stack.length > 0) {
    const node = at(stack, stack.length - 1);
    if (node < leaves) {
      ids[node] = node;
      stack.pop();
    } else if (at(entered, node) === 0) {
      entered[node] = 1;
      stack.push(at(right, node), at(left, node));
    } else {
      ids[node] = leaves + pairs.length;
      pairs.push([at(ids, at(left, node)), at(ids, at(right, node))]);
      stack.pop();
    }
  }
  return pairs;
}
