import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { annealBy } from "../../../dsl/plan/judged.ts";
import { checkTree, type Pairs } from "../../../dsl/plan/path.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { allTrees, costByDefinition, network, randomNetwork, unlimited } from "./networks.ts";

function depth({ leaves, pairs }: { readonly leaves: number; readonly pairs: Pairs }): number {
  const depths = new Array<number>(leaves).fill(0);
  for (const [a, b] of pairs) depths.push(1 + Math.max(depths[a] ?? 0, depths[b] ?? 0));
  return depths.at(-1) ?? 0;
}

/** Pairs that each tensor goes through, in sum. */
function steps({ leaves, pairs }: ContractionTree): number {
  const tensors = new Array<number>(leaves).fill(1);
  for (const [a, b] of pairs) tensors.push((tensors[a] ?? 0) + (tensors[b] ?? 0));
  return tensors.slice(leaves).reduce((sum, count) => sum + count, 0);
}

test("rotations lead from a chain to a balanced tree", () => {
  const count = 16;
  const labels = Array.from({ length: count }, () => ["a"]);
  const net = network(labels, [], { a: 2 });
  const pairs = Array.from({ length: count - 1 }, (_, k): [number, number] => [
    k === 0 ? 0 : count + k - 1,
    k + 1,
  ]);
  const start = { leaves: count, pairs, sliced: ["a"] };
  const found = annealBy(net, start, { value: steps, hottest: 3 }, unlimited(20_000), mulberry32(1));
  checkTree(net, found);
  expect([depth(start), depth(found), found.sliced]).toEqual([15, 4, ["a"]]);
});

test("small networks: the least of all trees by a function that is no sum over pairs", () => {
  const random = mulberry32(12);
  for (let round = 0; round < 6; round += 1) {
    const net = randomNetwork(random, 5, 8);
    const value = ({ pairs }: { readonly pairs: Pairs }): number => {
      const { flops, size } = costByDefinition(net, pairs);
      return Math.log2(flops) + Math.sqrt(Math.log2(size) * depth({ leaves: 5, pairs }));
    };
    const trees = [...allTrees(5)];
    const least = Math.min(...trees.map((pairs) => value({ pairs })));
    const start: ContractionTree = { leaves: 5, pairs: trees[0] ?? [], sliced: [] };
    const found = annealBy(net, start, { value, hottest: 2 }, unlimited(3000), mulberry32(round));
    expect(value(found)).toBeCloseTo(least, 9);
  }
});

test("never worse than the start, also without any trial", () => {
  const net = randomNetwork(mulberry32(2), 9, 14);
  const start: ContractionTree = {
    leaves: 9,
    pairs: Array.from({ length: 8 }, (_, k): [number, number] => [k === 0 ? 0 : 8 + k, k + 1]),
    sliced: [],
  };
  const value = ({ pairs }: ContractionTree): number => -depth({ leaves: 9, pairs });
  for (const trials of [0, 50])
    expect(value(annealBy(net, start, { value, hottest: 5 }, unlimited(trials), mulberry32(3)))).toBe(-8);
});
