/** What a placed tree needs of a rank's memory, at the least, before it is lowered. */
import { executionOf } from "./execution.ts";
import type { ModeTree } from "./modes.ts";
import type { NodePlacements } from "./place.ts";

/**
 * Elements of the values that live on a rank at the same time, at the most; permutations and moves need more beside them. Values that
 * do not depend on the slice but are read by one that does live as long as the slices run.
 */
export function leastPeak(tree: ModeTree, placements: NodePlacements): number {
  const { shards, order } = executionOf(tree, placements);
  const size = (sizes: Float64Array, node: number): number => sizes[node] ?? 0;
  const partOf = (node: number): "once" | "looped" =>
    tree.sliceDependent[node] === true ? "looped" : "once";
  const live = { once: 0, looped: 0 };
  const most = { once: 0, looped: 0 };
  for (const node of order) {
    const pair = tree.pairs[node - tree.leaves];
    if (pair === undefined) continue;
    const part = partOf(node);
    // A leaf is loaded, and what grows as it moves is moved, just before it is read.
    for (const child of pair) live[partOf(child)] += size(shards.used, child) - size(shards.waiting, child);
    most[part] = Math.max(most[part], live[part] + size(shards.made, node));
    for (const child of pair) if (partOf(child) === part) live[part] -= size(shards.used, child);
    live[part] += size(shards.waiting, node);
  }
  return Math.max(most.once, live.once + most.looped);
}
