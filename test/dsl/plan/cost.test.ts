import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { cost, treeNodes } from "../../../dsl/plan/cost.ts";
import { objectiveValue } from "../../../dsl/plan/objective.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { allTrees, costByDefinition, fromEquation, network, randomNetwork, unlimited } from "./networks.ts";

describe("cost", () => {
  it("agrees with the definition on random trees of random networks with hyperedges", () => {
    const random = mulberry32(3);
    for (let round = 0; round < 60; round += 1) {
      const net = randomNetwork(random, 2 + (round % 5), 6);
      const trees = [...allTrees(Math.min(net.tensors.length, 6))];
      const pairs = trees[Math.floor(trees.length * random())] ?? [];
      const { flops, size } = costByDefinition(net, pairs);
      const got = cost(net, { leaves: net.tensors.length, pairs, sliced: [] });
      expect(10 ** got.log10Flops).toBeCloseTo(flops, 6);
      expect(2 ** got.log2Size).toBeCloseTo(size, 6);
    }
  });

  it("counts each slice of a sliced tree", () => {
    const net = fromEquation("ab,bc,cd->ad", { a: 2, b: 3, c: 5, d: 7 });
    const got = cost(net, {
      leaves: 3,
      pairs: [
        [0, 1],
        [2, 3],
      ],
      sliced: ["c"],
    });
    expect(10 ** got.log10Flops).toBeCloseTo(5 * (2 * 3 + 2 * 7), 9);
    expect(2 ** got.log2Slices).toBeCloseTo(5, 9);
    expect(2 ** got.log2Size).toBeCloseTo(14, 9);
  });

  it("does not overflow where the flops exceed float64", () => {
    const labels = Array.from({ length: 2000 }, (_, k) => `i${k}`);
    const net = network([labels, labels], labels, Object.fromEntries(labels.map((label) => [label, 2])));
    expect(cost(net, { leaves: 2, pairs: [[0, 1]], sliced: [] }).log10Flops).toBeCloseTo(
      2000 * Math.log10(2),
      6,
    );
  });

  it("gives one tensor no flops and the size of what is left of it", () => {
    const net = fromEquation("aab->b", { a: 3, b: 4 });
    expect(cost(net, { leaves: 1, pairs: [], sliced: [] })).toEqual({
      log10Flops: -Infinity,
      log2Size: 2,
      log2Slices: 0,
    });
  });

  it("refuses a tree of another network", () => {
    const net = fromEquation("ab,bc->ac", { a: 2, b: 2, c: 2 });
    expect(() =>
      cost(net, {
        leaves: 3,
        pairs: [
          [0, 1],
          [2, 3],
        ],
        sliced: [],
      }),
    ).toThrow("the order is for 3 tensors, but N has 2");
    expect(() => cost(net, { leaves: 2, pairs: [[0, 0]], sliced: [] })).toThrow("tensor 0 a second time");
    expect(() => cost(net, { leaves: 2, pairs: [[0, 1]], sliced: ["z"] })).toThrow("cannot slice over z");
  });

  it("values combo as multiply-adds and eighteen times the elements of the results", () => {
    const net = fromEquation("ab,bc,cd->ad", { a: 2, b: 3, c: 5, d: 7 });
    const tree = {
      leaves: 3,
      pairs: [
        [0, 1],
        [2, 3],
      ],
      sliced: [],
    } as const;
    expect(2 ** objectiveValue(net, tree, "combo")).toBeCloseTo(30 + 70 + 18 * (10 + 14), 6);
  });
});

describe("treeNodes", () => {
  it("gives sorted labels, sizes and flops of every node, without free and sliced indices", () => {
    const net = fromEquation("bax,bc,cb->ba", { a: 2, b: 4, c: 8, x: 3 });
    const nodes = treeNodes(net, {
      leaves: 3,
      pairs: [
        [1, 2],
        [0, 3],
      ],
      sliced: ["c"],
    });
    expect(nodes.map((node) => node.labels)).toEqual([["a", "b"], ["b"], ["b"], ["b"], ["a", "b"]]);
    expect(nodes.map((node) => node.log2Size)).toEqual([3, 2, 2, 2, 3]);
    expect(nodes.map((node) => node.log2Flops)).toEqual([-Infinity, -Infinity, -Infinity, 2, 3]);
  });

  it("sums to the cost of the tree", () => {
    const net = randomNetwork(mulberry32(8), 9, 14);
    const tree = plan(net, { kind: "greedy" }, unlimited(1), mulberry32(1));
    const total = treeNodes(net, tree).reduce((sum, node) => sum + 2 ** node.log2Flops, 0);
    expect(Math.log10(total)).toBeCloseTo(cost(net, tree).log10Flops, 9);
  });
});
