import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { checkTree } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { slice } from "../../../dsl/plan/slice.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { costByDefinition, network, randomNetwork, unlimited } from "./networks.ts";

function searched(net: Network, maxLog2Size: number, seed: number): ContractionTree {
  const method = { kind: "search", objective: "flops", maxLog2Size } as const;
  return plan(net, method, unlimited(24), mulberry32(seed));
}

/** The network at one value of every sliced index, and how many values there are. */
function oneSlice(net: Network, sliced: readonly string[]): { part: Network; slices: number } {
  const extents = { ...net.extents };
  for (const label of sliced) extents[label] = 1;
  return {
    part: { ...net, extents },
    slices: sliced.reduce((n, label) => n * (net.extents[label] ?? NaN), 1),
  };
}

test.each([0, 2, 4, 6])(
  "no intermediate is larger than 2^%d elements, and the cost is as defined",
  (limit) => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const net = randomNetwork(mulberry32(seed), 8 + 3 * seed, 14 + 5 * seed);
      const tree = searched(net, limit, seed);
      checkTree(net, tree);
      expect(new Set(tree.sliced).size).toBe(tree.sliced.length);
      const { part, slices } = oneSlice(net, tree.sliced);
      const { flops, size } = costByDefinition(part, tree.pairs);
      expect(Math.log2(size)).toBeLessThanOrEqual(limit + 1e-9);
      expect(cost(net, tree).log10Flops).toBeCloseTo(Math.log10(flops * slices), 9);
      expect(searched(net, limit, seed)).toEqual(tree);
    }
  },
);

test("slices found with the tree cost less than slices of a tree found alone", () => {
  const side = 9;
  const at = (x: number, y: number): string[] => {
    const bonds = [
      x > 0 && `h_${x}_${y}`,
      x + 1 < side && `h_${x + 1}_${y}`,
      y > 0 && `v_${x}_${y}`,
      y + 1 < side && `v_${x}_${y + 1}`,
    ];
    return bonds.filter((bond) => bond !== false);
  };
  const inputs = Array.from({ length: side * side }, (_, site) => at(site % side, Math.floor(site / side)));
  const net = network(inputs, [], Object.fromEntries(inputs.flat().map((label) => [label, 3])));
  const limit = 6 * Math.log2(3);
  const alone = plan(net, { kind: "search", objective: "flops" }, unlimited(24), mulberry32(1));
  const together = cost(net, searched(net, limit, 1));
  expect(cost(net, alone).log2Size).toBeGreaterThan(limit);
  expect(together.log10Flops).toBeLessThan(cost(net, slice(net, alone, limit)).log10Flops);
});
