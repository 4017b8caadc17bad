/**
 * A contraction tree that is rotated in place. Each node has its indices as a list, which is short, and as a bit set for
 * membership; costs are kept as plain numbers, so that a move is judged by additions and one comparison.
 */
import type { Random } from "../base/random.ts";
import { at, log2SizeOf, type Hypergraph } from "./hypergraph.ts";
import { plainNodes } from "./cost.ts";
import { exp2 } from "./exp2.ts";
import { log2ElementWeight, log2PeakOf } from "./objective.ts";
import type { Pairs } from "./path.ts";
import type { Objective } from "./tree.ts";

/** What a bit of size beyond the limit costs, as a power of two: about what one more slice does, measured on circuits. */
const EXCESS_WEIGHT = 0.3;

/** For whole bits of excess. */
const EXCESS_FACTORS = Array.from({ length: 256 }, (_, bits) => 2 ** (EXCESS_WEIGHT * bits));

/** Costs are scaled so that the first tree's is at most 2^this; what a move would bring beyond 2^1023 is refused. */
const MOST_LOG2_COST = 900;

/** Nodes 0..n-1 are leaves, n..2n-2 results. */
export interface RotatingTree {
  readonly graph: Hypergraph;
  readonly leaves: number;
  readonly root: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Indices of each node, in no order, in the first `lengths` places. */
  readonly lists: Int32Array[];
  readonly lengths: Int32Array;
  /** 32-bit words of a node's bit set in `bits`. */
  readonly words: number;
  readonly bits: Int32Array;
  /** log2 of the multiply-adds and of the element count of each node. */
  readonly flops: Float64Array;
  readonly sizes: Float64Array;
  /** What each result costs by the objective, times 2^-scale. */
  readonly costs: Float64Array;
  readonly scale: number;
  /** Scratch for the two weights that a move asks for. */
  readonly overlap: Float64Array;
  /** log2 weight of an element written, beside multiply-adds; -Infinity for none. */
  readonly elementWeight: number;
  /** log2 of the elements of a result beyond which it is penalised. */
  readonly maxLog2Size: number;
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
  const words = Math.max(1, (graph.weights.length + 31) >> 5);
  const bits = new Int32Array(count * words);
  const [flops, sizes] = [new Float64Array(count).fill(-Infinity), new Float64Array(count)];
  const [left, right] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
  const lists: Int32Array[] = [];
  const lengths = new Int32Array(count);
  plainNodes(graph, pairs).forEach((node, id) => {
    // Indices of extent one weigh nothing and are left out.
    const own = node.indices.slice();
    let length = 0;
    for (let place = 0; place < own.length; place += 1) {
      const index = own[place] as number;
      if ((graph.weights[index] as number) === 0) continue;
      const word = id * words + (index >> 5);
      bits[word] = (bits[word] as number) | (1 << (index & 31));
      own[length++] = index;
    }
    lists.push(own);
    lengths[id] = length;
    if (id >= leaves) flops[id] = log2SizeOf(graph, node.involved);
    sizes[id] = log2SizeOf(graph, node.indices);
  });
  pairs.forEach(([a, b], step) => {
    left[leaves + step] = a;
    right[leaves + step] = b;
  });
  const elementWeight = log2ElementWeight(objective);
  const most = flops.reduce((a, b) => Math.max(a, b), 0) + Math.max(0, elementWeight);
  const scale = Math.max(0, Math.ceil(most - MOST_LOG2_COST));
  const tree = { leaves, root: count - 1, left, right, lists, lengths, words, bits, flops, sizes };
  const costs = new Float64Array(count);
  const overlap = new Float64Array(2);
  const made = { ...tree, graph, costs, scale, overlap, elementWeight, maxLog2Size };
  for (let id = leaves; id < count; id += 1) costs[id] = costOf(made, at(flops, id), at(sizes, id));
  return made;
}

/** What a result of this size costs, scaled; a size beyond the limit makes it dearer. */
export function costOf(tree: RotatingTree, log2Flops: number, log2Size: number): number {
  const { scale, elementWeight } = tree;
  const written = elementWeight === -Infinity ? 0 : exp2(log2Size + elementWeight - scale);
  return (exp2(log2Flops - scale) + written) * excessFactor(tree, log2Size);
}

/** How much dearer a result is for its size: 1 within the limit. */
export function excessFactor({ maxLog2Size }: RotatingTree, log2Size: number): number {
  if (log2Size <= maxLog2Size) return 1;
  const excess = log2Size - maxLog2Size;
  return EXCESS_FACTORS[excess] ?? exp2(EXCESS_WEIGHT * excess);
}

export function hasIndex({ bits, words }: RotatingTree, id: number, index: number): boolean {
  return (((bits[id * words + (index >> 5)] as number) >>> (index & 31)) & 1) === 1;
}

/** Draws of a sweep: as many thresholds as there are, each a factor by which the cost of two nodes may grow. */
const THRESHOLDS = 1024;

/** Exponential deviates, the middles of as many equal parts. */
const DEVIATES = Float64Array.from({ length: THRESHOLDS }, (_, k) => -Math.log2((k + 0.5) / THRESHOLDS));

/** Thresholds of the Metropolis rule at a temperature in units of log2 of the cost: factor 2^(T x), x exponential. */
export function thresholdsAt(temperature: number): Float64Array {
  return DEVIATES.map((deviate) => 2 ** (temperature * deviate));
}

/**
 * One pass over all results: tries ((a b) c) -> (a (b c)) at each, with children and order drawn at random, where a b
 * are the children of the inner node; done where the cost of both nodes grows by at most a threshold drawn. The result of (b c)
 * keeps the indices that a or the outer result have, which holds for hyperedges too. Returns how many rotations were done.
 */
export function rotateAll(tree: RotatingTree, thresholds: Float64Array, random: Random): number {
  const { leaves, root, left, right, flops, sizes, costs, scale, overlap } = tree;
  const plain = tree.elementWeight === -Infinity && tree.maxLog2Size === Infinity;
  let done = 0;
  for (let outer = leaves; outer <= root; outer += 1) {
    const draw = (random() * 4 * THRESHOLDS) | 0;
    let inner = ((draw & 1) === 0 ? left : right)[outer] as number;
    let c = ((draw & 1) === 0 ? right : left)[outer] as number;
    if (inner < leaves) {
      if (c < leaves) continue;
      const leaf = inner;
      inner = c;
      c = leaf;
    }
    const a = ((draw & 2) === 0 ? left : right)[inner] as number;
    const b = ((draw & 2) === 0 ? right : left)[inner] as number;
    const limit = ((costs[inner] as number) + (costs[outer] as number)) * (thresholds[draw >> 2] as number);
    const [sizeB, sizeC] = [sizes[b] as number, sizes[c] as number];
    // c shares so much with the result of a b; b and c share no more than that.
    const sharedByC = (sizes[inner] as number) + sizeC - (flops[outer] as number);
    const most = Math.min(sharedByC, sizeB, sizeC);
    // a with the result of b c, before what those sum over is taken off: |a| + |b| + |c| - |a and b| - |c and (a b)|.
    const wide = (flops[inner] as number) + sizeC - sharedByC;
    if (exp2(sizeB + sizeC - most - scale) + exp2(wide - most - scale) > limit) continue;
    measureOverlap(tree, a, b, c, outer);
    const newInner = sizeB + sizeC - (overlap[0] as number);
    const newOuter = wide - (overlap[1] as number);
    const newSize = newInner - (overlap[1] as number);
    const innerCost = plain ? exp2(newInner - scale) : costOf(tree, newInner, newSize);
    const outerCost = plain ? exp2(newOuter - scale) : costOf(tree, newOuter, sizes[outer] as number);
    if (!(innerCost + outerCost <= limit)) continue;
    flops[inner] = newInner;
    flops[outer] = newOuter;
    sizes[inner] = newSize;
    costs[inner] = innerCost;
    costs[outer] = outerCost;
    left[inner] = b;
    right[inner] = c;
    left[outer] = a;
    right[outer] = inner;
    relist(tree, inner, (index) => hasIndex(tree, a, index) || hasIndex(tree, outer, index));
    done += 1;
  }
  return done;
}

/** Puts into `overlap` the weight of the indices of both b and c, and of those among them that neither a nor the outer result has. */
function measureOverlap(tree: RotatingTree, a: number, b: number, c: number, outer: number): void {
  const { lists, lengths, words, bits, overlap } = tree;
  const { weights, uses } = tree.graph;
  const [few, many] = (lengths[b] as number) <= (lengths[c] as number) ? [b, c] : [c, b];
  const list = lists[few] as Int32Array;
  const length = lengths[few] as number;
  const [inMany, inA, inOuter] = [many * words, a * words, outer * words];
  let [shared, summed] = [0, 0];
  for (let place = 0; place < length; place += 1) {
    const index = list[place] as number;
    const word = index >> 5;
    const bit = 1 << (index & 31);
    if (((bits[inMany + word] as number) & bit) === 0) continue;
    const weight = weights[index] as number;
    shared += weight;
    if (
      (uses[index] as number) === 2 ||
      (((bits[inA + word] as number) | (bits[inOuter + word] as number)) & bit) === 0
    )
      summed += weight;
  }
  overlap[0] = shared;
  overlap[1] = summed;
}

/** Lists the indices of a result anew, from its children; of what both have, those that are `kept`. */
export function relist(tree: RotatingTree, id: number, kept: (index: number) => boolean): void {
  const { lists, lengths, words, bits } = tree;
  const { uses } = tree.graph;
  const [left, right] = [tree.left[id] as number, tree.right[id] as number];
  const own = id * words;
  let list = lists[id] as Int32Array;
  for (let place = (lengths[id] as number) - 1; place >= 0; place -= 1)
    bits[own + ((list[place] as number) >> 5)] = 0;
  const most = (lengths[left] as number) + (lengths[right] as number);
  if (list.length < most) list = lists[id] = new Int32Array(most + (most >> 1));
  let length = 0;
  for (let side = 0; side < 2; side += 1) {
    const from = lists[side === 0 ? left : right] as Int32Array;
    const count = lengths[side === 0 ? left : right] as number;
    const inOther = (side === 0 ? right : left) * words;
    for (let place = 0; place < count; place += 1) {
      const index = from[place] as number;
      const word = index >> 5;
      const bit = 1 << (index & 31);
      if (((bits[inOther + word] as number) & bit) !== 0) {
        if (side === 1 || uses[index] === 2 || !kept(index)) continue;
      }
      list[length++] = index;
      bits[own + word] = (bits[own + word] as number) | bit;
    }
  }
  lengths[id] = length;
}

/** The score that the search minimises, and the penalty where a result is too large; lower is better. */
export function treeScore(tree: RotatingTree, objective: Objective): number {
  let total = 0;
  if (objective !== "size" && objective !== "peak") {
    for (let id = tree.leaves; id <= tree.root; id += 1) total += tree.costs[id] as number;
    return tree.scale + Math.log2(total);
  }
  let size = 0;
  for (let id = tree.leaves; id <= tree.root; id += 1) {
    total += exp2((tree.flops[id] as number) - tree.scale);
    size = Math.max(size, tree.sizes[id] as number);
  }
  if (objective === "peak")
    size = log2PeakOf(postorder(tree.leaves, tree.left, tree.right), tree.left, tree.right, tree.sizes);
  return size + 1e-4 * (tree.scale + Math.log2(total));
}

/** Pairs of the tree, each after the pairs that it uses. */
export function pairsOf(leaves: number, left: Int32Array, right: Int32Array): [number, number][] {
  const ids = Int32Array.from(left, (_, id) => id);
  return Array.from(postorder(leaves, left, right), (node, step) => {
    ids[node] = leaves + step;
    return [at(ids, at(left, node)), at(ids, at(right, node))];
  });
}

/** The results of the tree, each after the results that it uses. */
function postorder(leaves: number, left: Int32Array, right: Int32Array): Int32Array {
  const order = new Int32Array(left.length - leaves);
  const stack = [left.length - 1];
  // Backwards: a node before its children, the right one's subtree first.
  for (let place = order.length - 1; place >= 0; place -= 1) {
    let node = stack.pop() as number;
    while (node < leaves) node = stack.pop() as number;
    order[place] = node;
    stack.push(at(left, node), at(right, node));
  }
  return order;
}
