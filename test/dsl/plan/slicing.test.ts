import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { slicing } from "../../../dsl/plan/slicing.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { costByDefinition, fromEquation, randomNetwork, unlimited } from "./networks.ts";

/** Multiply-adds over all values of the labels, and the largest intermediate at one of them, by definition. */
function byDefinition(
  net: Network,
  pairs: readonly (readonly [number, number])[],
  labels: readonly string[],
) {
  const extents = { ...net.extents };
  for (const label of labels) extents[label] = 1;
  const { flops, size } = costByDefinition({ ...net, extents }, pairs);
  const slices = labels.reduce((count, label) => count * (net.extents[label] ?? NaN), 1);
  return { flops: flops * slices, size };
}

test("a matrix product sliced over its sum repeats nothing, sliced over a column repeats what lacks it", () => {
  const net = fromEquation("ab,bc,cd->ad", { a: 2, b: 3, c: 5, d: 7 });
  const pairs = [
    [0, 1],
    [3, 2],
  ] as const;
  // ab,bc takes 30 and ac,cd 70; over d the first is done seven times.
  const { overhead, unsliced, indices } = slicing(net, { leaves: 3, pairs, sliced: ["c", "d"] });
  expect(10 ** unsliced.log10Flops).toBeCloseTo(100, 9);
  expect(overhead).toBeCloseTo((7 * 30 + 70) / 100, 9);
  expect(indices.map(({ label, extent }) => [label, extent])).toEqual([
    ["c", 5],
    ["d", 7],
  ]);
  expect(indices[0]?.overhead).toBeCloseTo(1, 9);
  expect(indices[1]?.overhead).toBeCloseTo(2.8, 9);
});

test("each figure is that of the definition", () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const net = randomNetwork(mulberry32(seed), 14, 24);
    const method = { kind: "search", objective: "flops", maxLog2Size: 2 } as const;
    const tree = plan(net, method, unlimited(6), mulberry32(seed));
    const found = slicing(net, tree);
    const [whole, all] = [byDefinition(net, tree.pairs, []), byDefinition(net, tree.pairs, tree.sliced)];
    expect(found.overhead).toBeCloseTo(all.flops / whole.flops, 6);
    expect(found.overhead).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(found.indices.length).toBe(tree.sliced.length);
    found.indices.forEach(({ label, upTo, without, overhead, bitsGained }, place) => {
      const some = byDefinition(net, tree.pairs, tree.sliced.slice(0, place + 1));
      const others = byDefinition(
        net,
        tree.pairs,
        tree.sliced.filter((other) => other !== label),
      );
      expect(10 ** upTo.log10Flops).toBeCloseTo(some.flops, 3);
      expect(2 ** upTo.log2Size).toBeCloseTo(some.size, 6);
      expect(10 ** without.log10Flops).toBeCloseTo(others.flops, 3);
      expect(overhead).toBeCloseTo(all.flops / others.flops, 6);
      expect(bitsGained).toBeCloseTo(Math.log2(others.size / all.size), 9);
    });
  }
});
