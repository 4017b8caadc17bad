/** What a placed tree needs of a rank's memory, at the least, before it is lowered. */
import { elementCount, executionOrder, type ModeTree } from "./modes.ts";
import type { NodePlacements, Split } from "./place.ts";

/**
 * Elements of the values that live on a rank at the same time, at the most; permutations and moves need more beside them. Values that
 * do not depend on the slice but are read by one that does live as long as the slices run.
 */
export function leastPeak(tree: ModeTree, { made, used }: NodePlacements): number {
  const shard = (node: number, split: Split | undefined): number =>
    elementCount(
      tree.modes,
      (tree.nodes[node] ?? []).filter((mode) => split?.includes(mode) !== true),
    );
  const waiting = (node: number): number => (node < tree.leaves ? 0 : shard(node, made[node]));
  const partOf = (node: number): "once" | "looped" =>
    tree.sliceDependent[node] === true ? "looped" : "once";
  const live = { once: 0, looped: 0 };
  const most = { once: 0, looped: 0 };
  for (const node of executionOrder(tree)) {
    const pair = tree.pairs[node - tree.leaves];
    if (pair === undefined) continue;
    const part = partOf(node);
    // A leaf is loaded, and what moves is moved, just before it is read.
    for (const child of pair) live[partOf(child)] += shard(child, used[child]) - waiting(child);
    most[part] = Math.max(most[part], live[part] + shard(node, made[node]));
    for (const child of pair) if (partOf(child) === part) live[part] -= shard(child, used[child]);
    live[part] += waiting(node);
  }
  return Math.max(most.once, live.once + most.looped);
}
