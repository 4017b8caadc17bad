/**
 * Re-optimisation of small subtrees: a node and some below it are taken as leaves, and the best of all trees over those is put
 * in place (subtree reconfiguration; J. Gray and S. Kourtis, Quantum 5, 410, 2021), by dynamic programming over subsets.
 */
import type { Random } from "../base/random.ts";
import { exp2 } from "./exp2.ts";
import { at } from "./hypergraph.ts";
import { costOf, excessFactor, hasIndex, relist, type RotatingTree } from "./rotate.ts";

/** Tables over all subsets of at most `most` parts, used again and again. */
export interface Subsets {
  readonly most: number;
  /** log2 of the extents of the indices that the contracted subset touches, of those it sums over, and of those it keeps. */
  readonly touched: Float64Array;
  readonly summed: Float64Array;
  readonly sizes: Float64Array;
  /** 2^-summed of a subset, and the scaled cost of its best tree. */
  readonly factors: Float64Array;
  readonly best: Float64Array;
  /** One of the two subsets that the best tree contracts last. */
  readonly split: Int32Array;
  /** For each index of the network, the subset of parts that have it; all zero between uses. */
  readonly holders: Int32Array;
}

/** Beyond this many bits in all, sums of the tables would leave the range of a float. */
const MOST_BITS = 900;

export function subsets(most: number, indices: number): Subsets {
  const table = (): Float64Array => new Float64Array(1 << most);
  return {
    most,
    touched: table(),
    summed: table(),
    sizes: table(),
    factors: table(),
    best: table(),
    split: new Int32Array(1 << most),
    holders: new Int32Array(indices),
  };
}

/**
 * Puts the best tree over some `tables.most` descendants of each node in the place of what was there, from the leaves up; of
 * which descendants, `random` decides among those that matter most. Returns how many subtrees were bettered.
 */
export function reconfigure(
  tree: RotatingTree,
  tables: Subsets,
  random: Random,
  expired: () => boolean,
): number {
  let bettered = 0;
  for (const node of fromLeavesUp(tree)) {
    if (expired()) break;
    if (reconfigureAt(tree, node, tables, random)) bettered += 1;
  }
  return bettered;
}

function fromLeavesUp({ root, leaves, left, right }: RotatingTree): number[] {
  const order = [root];
  for (const node of order)
    for (const child of [at(left, node), at(right, node)]) if (child >= leaves) order.push(child);
  return order.reverse();
}

/** Whether another tree over the same parts was cheaper, and now stands there. */
export function reconfigureAt(tree: RotatingTree, node: number, tables: Subsets, random: Random): boolean {
  const { parts, inside } = cut(tree, node, tables.most, random);
  if (parts.length < 3) return false;
  let before = 0;
  for (const id of inside) before += at(tree.costs, id);
  const full = (1 << parts.length) - 1;
  const known = markHolders(tree, parts, tables);
  let cheaper = false;
  if (known) {
    measure(tree, node, parts, tables);
    cheaper = minimise(tree, full, tables) < before * (1 - 1e-9);
  }
  if (cheaper) rebuild(tree, { node, parts, inside }, tables);
  for (const id of parts)
    for (let place = 0; place < at(tree.lengths, id); place += 1)
      tables.holders[at(at(tree.lists, id), place)] = 0;
  return cheaper;
}

interface Cut {
  readonly node: number;
  readonly parts: readonly number[];
  /** The node and the results between it and the parts. */
  readonly inside: readonly number[];
}

/** Makes the best tree found, its results with the ids of the old ones; the node keeps its own. */
function rebuild(tree: RotatingTree, { node, parts, inside }: Cut, tables: Subsets): void {
  const { split, touched, summed, sizes } = tables;
  const free = inside.slice(1);
  const made = (subset: number): number => {
    if ((subset & (subset - 1)) === 0) return at(parts, 31 - Math.clz32(subset));
    const id = subset === (1 << parts.length) - 1 ? node : (free.pop() as number);
    const one = at(split, subset);
    const [left, right] = [made(one), made(subset ^ one)];
    tree.left[id] = left;
    tree.right[id] = right;
    const flops = at(touched, subset) - at(summed, one) - at(summed, subset ^ one);
    tree.flops[id] = flops;
    if (id !== node) {
      tree.sizes[id] = at(sizes, subset);
      const kept = (index: number): boolean =>
        (at(tables.holders, index) & ~subset) !== 0 || hasIndex(tree, node, index);
      relist(tree, id, kept);
    }
    tree.costs[id] = costOf(tree, flops, at(tree.sizes, id));
    return id;
  };
  made((1 << parts.length) - 1);
}

/** Opens the node and then, again and again, the dearest result below, until there are enough parts. */
function cut(
  { left, right, leaves, costs }: RotatingTree,
  node: number,
  most: number,
  random: Random,
): { readonly parts: readonly number[]; readonly inside: readonly number[] } {
  const parts = [left[node] as number, right[node] as number];
  const inside = [node];
  while (parts.length < most) {
    let [place, weight] = [-1, -1];
    for (let k = 0; k < parts.length; k += 1) {
      const id = parts[k] as number;
      const own = id < leaves ? -1 : (costs[id] as number) * (0.25 + random());
      if (own > weight) [place, weight] = [k, own];
    }
    if (place < 0) break;
    const opened = parts[place] as number;
    inside.push(opened);
    parts[place] = left[opened] as number;
    parts.push(right[opened] as number);
  }
  return { parts, inside };
}

/** Notes for each index which parts have it; false where there are too many bits in all for the tables. */
function markHolders(tree: RotatingTree, parts: readonly number[], { holders }: Subsets): boolean {
  let all = 0;
  parts.forEach((id, part) => {
    const list = tree.lists[id] as Int32Array;
    const length = tree.lengths[id] as number;
    for (let place = 0; place < length; place += 1) {
      const index = list[place] as number;
      holders[index] = (holders[index] as number) | (1 << part);
    }
    all += at(tree.sizes, id);
  });
  return all <= MOST_BITS;
}

/** Fills the sizes of all subsets of the parts. */
function measure(tree: RotatingTree, node: number, parts: readonly number[], tables: Subsets): void {
  const { touched, summed, sizes, factors, holders } = tables;
  const { weights } = tree.graph;
  const count = 1 << parts.length;
  touched.fill(0, 0, count);
  summed.fill(0, 0, count);
  parts.forEach((id, part) => {
    const list = tree.lists[id] as Int32Array;
    const length = tree.lengths[id] as number;
    for (let place = 0; place < length; place += 1) {
      const index = list[place] as number;
      const mask = holders[index] as number;
      // Each index once, at the lowest part that has it.
      if ((mask & -mask) !== 1 << part) continue;
      const weight = weights[index] as number;
      touched[mask] = (touched[mask] as number) + weight;
      if (!hasIndex(tree, node, index)) summed[mask] = (summed[mask] as number) + weight;
    }
  });
  sumOverSubsets(touched, count);
  sumOverSubsets(summed, count);
  const all = touched[count - 1] as number;
  for (let subset = 0; subset < count >> 1; subset += 1) {
    // A subset touches all but what lies in its complement altogether.
    const low = touched[subset] as number;
    touched[subset] = all - (touched[count - 1 - subset] as number);
    touched[count - 1 - subset] = all - low;
  }
  for (let subset = 0; subset < count; subset += 1) {
    sizes[subset] = (touched[subset] as number) - (summed[subset] as number);
    factors[subset] = exp2(-(summed[subset] as number));
  }
}

/** Each entry becomes the sum of those of all its subsets. */
function sumOverSubsets(table: Float64Array, count: number): void {
  for (let bit = 1; bit < count; bit <<= 1)
    for (let subset = 0; subset < count; subset += 1)
      if ((subset & bit) !== 0) table[subset] = (table[subset] as number) + (table[subset ^ bit] as number);
}

/**
 * The scaled cost of the best tree of all parts; fills in that of each subset. A pair makes 2^touched of the whole, over
 * 2^summed of each side, multiply-adds: what a side has summed over is no longer there.
 */
function minimise(tree: RotatingTree, full: number, tables: Subsets): number {
  const { touched, sizes, factors, best, split } = tables;
  for (let subset = 1; subset <= full; subset += 1) {
    const lowest = subset & -subset;
    const others = subset ^ lowest;
    if (others === 0) {
      best[subset] = 0;
      continue;
    }
    const size = sizes[subset] as number;
    const written = costOf(tree, -Infinity, size);
    const whole = exp2((touched[subset] as number) - tree.scale) * excessFactor(tree, size);
    let [least, found] = [Infinity, lowest];
    // The lowest part stays on one side, so that each split is seen once.
    for (let side = others; side > 0; ) {
      side = (side - 1) & others;
      const [one, rest] = [side | lowest, others ^ side];
      const below = (best[one] as number) + (best[rest] as number);
      if (below >= least) continue;
      const cost = below + whole * (factors[one] as number) * (factors[rest] as number);
      if (cost < least) {
        least = cost;
        found = one;
      }
    }
    best[subset] = least + written;
    split[subset] = found;
  }
  return best[full] as number;
}
