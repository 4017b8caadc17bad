import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { executionOrder, type Shards } from "../../../dsl/distribute/execution.ts";
import { modeTree, type ModeTree } from "../../../dsl/distribute/modes.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

function treeOf(seed: number, leaves: number): ModeTree {
  const { network } = randomNetwork(seed, { tensors: leaves, labels: 6, extents: [2], dtype: "float64" });
  return modeTree(network, { leaves, pairs: randomPairs(seed, leaves), sliced: [] }, []);
}

function shardsOf(seed: number, { nodes, leaves }: ModeTree): Shards {
  const random = mulberry32(seed);
  const sizes = (): Float64Array => Float64Array.from(nodes, () => 2 ** Math.floor(8 * random()));
  const [made, used] = [sizes(), sizes()];
  const waiting = made.map((size, node) => (node < leaves ? 0 : Math.min(size, used[node] ?? 0)));
  return { made, used, waiting };
}

/** Most that lives at once, step by step: operands as they are read beside the result, and the result beside its copy. */
function peakOf(
  { pairs, leaves }: ModeTree,
  { made, used, waiting }: Shards,
  order: readonly number[],
): number {
  let [live, most] = [0, 0];
  const grow = (by: number): void => {
    live += by;
    most = Math.max(most, live);
  };
  for (const node of order.filter((one) => one >= leaves)) {
    const [a, b] = pairs[node - leaves] as [number, number];
    live -= (waiting[a] ?? 0) + (waiting[b] ?? 0);
    grow((used[a] ?? 0) + (used[b] ?? 0) + (made[node] ?? 0));
    live -= (used[a] ?? 0) + (used[b] ?? 0);
    grow(used[node] ?? 0);
    live += (waiting[node] ?? 0) - (made[node] ?? 0) - (used[node] ?? 0);
  }
  return most;
}

/** Every post-order. */
function* postOrders(tree: ModeTree, node: number): Generator<readonly number[]> {
  const pair = tree.pairs[node - tree.leaves];
  if (pair === undefined) {
    yield [node];
    return;
  }
  for (const [first, second] of [pair, pair.toReversed()] as [number, number][])
    for (const one of postOrders(tree, first))
      for (const other of postOrders(tree, second)) yield [...one, ...other, node];
}

test("pairs are contracted in the post-order that holds least at once", () => {
  let mattered = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const tree = treeOf(seed, 3 + (seed % 5));
    const shards = shardsOf(seed, tree);
    const peaks = [...postOrders(tree, tree.nodes.length - 1)].map((order) => peakOf(tree, shards, order));
    const own = executionOrder(tree, shards);
    expect([...own].sort((a, b) => a - b)).toEqual([...tree.nodes.keys()]);
    expect(peakOf(tree, shards, own), `seed ${seed}`).toBe(Math.min(...peaks));
    if (Math.max(...peaks) > Math.min(...peaks)) mattered += 1;
  }
  expect(mattered).toBeGreaterThan(20);
});
