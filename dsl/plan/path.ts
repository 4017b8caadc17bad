/** Forms of a contraction path, and whether a tree fits a network. */
import { UserError } from "../base/diagnostic.ts";
import type { Network } from "../network/network.ts";
import type { ContractionTree } from "./tree.ts";

export type Pairs = ContractionTree["pairs"];

/**
 * opt_einsum's linear path to pairs of ids: each pair names places in the list of what is left; both are
 * taken out, and the result goes to the end. Throws UserError where a place does not exist or is named twice.
 */
export function fromLinear(leaves: number, path: readonly (readonly number[])[]): Pairs {
  const live = Array.from({ length: leaves }, (_, id) => id);
  return path.map((places, step) => {
    const [i, j] = places;
    if (places.length !== 2 || i === undefined || j === undefined)
      throw new UserError(`path step ${step + 1} names ${places.length} tensors; a step contracts two`);
    const [a, b] = [live[i], live[j]];
    if (a === undefined || b === undefined || i === j)
      throw new UserError(
        `path step ${step + 1} is [${i}, ${j}], but ${live.length} tensors are left (places 0 to ${live.length - 1})`,
      );
    live.splice(Math.max(i, j), 1);
    live.splice(Math.min(i, j), 1);
    live.push(leaves + step);
    return [a, b] as const;
  });
}

/** Pairs of ids to opt_einsum's linear path. */
export function toLinear(tree: ContractionTree): (readonly [number, number])[] {
  // How many of the ids up to each are used already, as sums over ranges (P. Fenwick): thousands of tensors are routine.
  const used = new Int32Array(tree.leaves + tree.pairs.length + 1);
  const place = (id: number): number => {
    let before = 0;
    for (let k = id; k > 0; k -= k & -k) before += used[k] as number;
    return id - before;
  };
  const take = (id: number): void => {
    for (let k = id + 1; k < used.length; k += k & -k) used[k] = (used[k] as number) + 1;
  };
  return tree.pairs.map(([a, b]) => {
    const places = [place(a), place(b)] as const;
    take(a);
    take(b);
    return places;
  });
}

/** Throws UserError where a tree is not one of this network: wrong count, an id used twice or before it exists. */
export function checkTree(network: Network, tree: ContractionTree): void {
  const leaves = network.tensors.length;
  if (tree.leaves !== leaves)
    throw new UserError(`the order is for ${tree.leaves} tensors, but ${network.name} has ${leaves}`);
  if (tree.pairs.length !== Math.max(0, leaves - 1))
    throw new UserError(
      `an order of ${leaves} tensors has ${Math.max(0, leaves - 1)} pairs; this one has ${tree.pairs.length}`,
    );
  const used = new Set<number>();
  tree.pairs.forEach((pair, step) => {
    for (const id of pair) {
      if (!Number.isInteger(id) || id < 0 || id >= leaves + step)
        throw new UserError(
          `step ${step + 1} of the order uses tensor ${id}, which does not exist at that step`,
        );
      if (used.has(id)) throw new UserError(`step ${step + 1} of the order uses tensor ${id} a second time`);
      used.add(id);
    }
  });
  const known = new Set(Object.keys(network.extents));
  for (const label of tree.sliced)
    if (!known.has(label))
      throw new UserError(`cannot slice over ${label}: ${network.name} has no such index`);
  if (new Set(tree.sliced).size !== tree.sliced.length) throw new UserError("an index is sliced twice");
}
