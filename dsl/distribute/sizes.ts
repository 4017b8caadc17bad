/** What the values and the products of a tree measure before anything is split: found once a tree. */
import { onceFor } from "../base/memo.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { elementCount, type ModeTree } from "./modes.ts";

export interface Sizes {
  /** By mode. */
  readonly extents: Float64Array;
  /** Per node: elements of its value. */
  readonly elements: Float64Array;
  /** Per node: multiply-adds of its pair; 1 for a leaf. */
  readonly multiplyAdds: Float64Array;
  /** Per node: the modes of both operands; those of the value for a leaf. */
  readonly involved: readonly (readonly ModeId[])[];
  /** Per node: modes that both operands and the result have; absent where there are none. */
  readonly batches: readonly (readonly ModeId[] | undefined)[];
}

/** Found once a tree. */
export const sizesOf = onceFor(measured);

function measured(tree: ModeTree): Sizes {
  const extents = Float64Array.from(tree.modes, ({ extent }) => extent);
  const elements = Float64Array.from(tree.nodes, (ids) => elementCount(tree.modes, ids));
  const multiplyAdds = new Float64Array(tree.nodes.length).fill(1);
  const involved = tree.nodes.slice(0, tree.leaves);
  const batches = new Array<readonly ModeId[] | undefined>(tree.nodes.length);
  tree.pairs.forEach(([a, b], position) => {
    const node = tree.leaves + position;
    const [first, second, kept] = [tree.nodes[a] ?? [], tree.nodes[b] ?? [], tree.nodes[node] ?? []];
    const all = first.concat(second.filter((mode) => !first.includes(mode)));
    multiplyAdds[node] = elementCount(tree.modes, all);
    involved.push(all);
    const batch = second.filter((mode) => first.includes(mode) && kept.includes(mode));
    if (batch.length > 0) batches[node] = batch;
  });
  return { extents, elements, multiplyAdds, involved, batches };
}
