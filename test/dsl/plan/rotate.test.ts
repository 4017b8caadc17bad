import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { anneal, scored } from "../../../dsl/plan/anneal.ts";
import { exp2 } from "../../../dsl/plan/exp2.ts";
import { greedy, plainGreedy } from "../../../dsl/plan/greedy.ts";
import { hypergraph } from "../../../dsl/plan/hypergraph.ts";
import { checkTree } from "../../../dsl/plan/path.ts";
import { reconfigure, subsets } from "../../../dsl/plan/reconfigure.ts";
import {
  pairsOf,
  rotateAll,
  rotatingTree,
  thresholdsAt,
  treeScore,
  type RotatingTree,
} from "../../../dsl/plan/rotate.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { allTrees, costByDefinition, randomNetwork } from "./networks.ts";

const seeds = Array.from({ length: 12 }, (_, seed) => seed);
const never = (): boolean => false;

function greedyTree(net: Network, objective: "flops" | "combo"): RotatingTree {
  const graph = hypergraph(net);
  return rotatingTree(graph, greedy(graph, plainGreedy, mulberry32(1)), objective);
}

/** The score that the tree keeps up to date is that of its pairs, by definition, and so are the lists of its nodes. */
function expectConsistent(net: Network, tree: RotatingTree): void {
  const pairs = pairsOf(tree.leaves, tree.left, tree.right);
  checkTree(net, { leaves: tree.leaves, pairs, sliced: [] });
  const { flops, written } = costByDefinition(net, pairs);
  const total = flops + (tree.elementWeight === -Infinity ? 0 : written * 2 ** tree.elementWeight);
  expect(treeScore(tree, "flops")).toBeCloseTo(Math.log2(total), 6);
  const afresh = rotatingTree(tree.graph, pairs, "flops");
  const contents = ({ lists, lengths }: RotatingTree): string[] =>
    lists.map((list, id) => [...list.subarray(0, lengths[id])].sort((a, b) => a - b).join()).sort();
  expect(contents(tree)).toEqual(contents(afresh));
}

test.each(["flops", "combo"] as const)(
  "any rotations keep the nodes and the cost right, for %s",
  (objective) => {
    let done = 0;
    for (const seed of seeds) {
      const net = randomNetwork(mulberry32(seed), 3 + 2 * seed, 6 + 3 * seed);
      const tree = greedyTree(net, objective);
      for (const temperature of [0, 0.5, 30, 3]) {
        for (let pass = 0; pass < 10; pass += 1)
          done += rotateAll(tree, thresholdsAt(temperature), mulberry32(100 * seed + pass));
        expectConsistent(net, tree);
      }
    }
    expect(done).toBeGreaterThan(1000);
  },
);

test("cold rotations never cost more", () => {
  for (const seed of seeds) {
    const tree = greedyTree(randomNetwork(mulberry32(seed), 25, 40), "flops");
    let score = treeScore(tree, "flops");
    for (let pass = 0; pass < 20; pass += 1) {
      rotateAll(tree, thresholdsAt(0), mulberry32(pass));
      expect(treeScore(tree, "flops")).toBeLessThanOrEqual(score + 1e-9);
      score = treeScore(tree, "flops");
    }
  }
});

test.each(["flops", "combo"] as const)(
  "of few leaves reconfiguration makes the best of all trees, for %s",
  (objective) => {
    for (const seed of seeds) {
      const net = randomNetwork(mulberry32(50 + seed), 3 + (seed % 4), 6 + (seed % 5));
      const tree = greedyTree(net, objective);
      reconfigure(tree, subsets(8, tree.graph.weights.length), mulberry32(seed), never);
      const least = Math.min(
        ...[...allTrees(tree.leaves)].map((pairs) => {
          const { flops, written } = costByDefinition(net, pairs);
          return objective === "flops" ? flops : flops + 18 * written;
        }),
      );
      expect(2 ** treeScore(tree, objective)).toBeCloseTo(least, 5);
      expectConsistent(net, tree);
    }
  },
);

test("reconfiguration of parts of a large tree gains and keeps the tree right", () => {
  let gains = 0;
  for (const seed of seeds) {
    const net = randomNetwork(mulberry32(seed), 20 + 2 * seed, 36 + 3 * seed);
    const tree = greedyTree(net, "flops");
    const tables = subsets(6, tree.graph.weights.length);
    let score = treeScore(tree, "flops");
    for (let pass = 0; pass < 3; pass += 1) {
      gains += reconfigure(tree, tables, mulberry32(seed), never);
      expectConsistent(net, tree);
      expect(treeScore(tree, "flops")).toBeLessThanOrEqual(score + 1e-9);
      score = treeScore(tree, "flops");
    }
    expect(tables.holders.every((mask) => mask === 0)).toBe(true);
  }
  expect(gains).toBeGreaterThan(10);
});

test("annealing with a limit of size trades multiply-adds for smaller results", () => {
  const sizes = seeds.map((seed) => {
    const net = randomNetwork(mulberry32(seed), 30, 50);
    const graph = hypergraph(net);
    const pairs = greedy(graph, plainGreedy, mulberry32(1));
    const heat = { objective: "flops", sweeps: 200, hottest: 1, coldest: 0.05, expired: never } as const;
    const size = (maxLog2Size: number): number => {
      const start = scored(graph, pairs, "flops", maxLog2Size);
      const found = anneal(graph, start, { ...heat, maxLog2Size }, mulberry32(seed));
      expect(found.score).toBeLessThanOrEqual(start.score);
      return Math.log2(costByDefinition(net, found.pairs).size);
    };
    return [size(Infinity), size(0)] as const;
  });
  const sum = (which: 0 | 1): number => sizes.reduce((total, pair) => total + pair[which], 0);
  expect(sum(1)).toBeLessThan(sum(0));
});

test("powers of two are those of the language, at whole, broken and extreme exponents", () => {
  for (const x of [0, 1, -1, 31, 32, 1000, -1000, 0.5, -7.25, 1001, 1024, -1074, -1080, -Infinity])
    expect(exp2(x)).toBe(2 ** x);
});
