import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { checkTree, type Pairs } from "../../../dsl/plan/path.ts";
import { plan } from "../../../dsl/plan/plan.ts";
import { repair } from "../../../dsl/plan/repair.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { costByDefinition, network, randomNetwork, unlimited } from "./networks.ts";

function greedyTree(net: Network): ContractionTree {
  return plan(net, { kind: "greedy" }, unlimited(1), mulberry32(1));
}

/** The groups of tensors that are contracted, by name, in no order. */
function groups(net: Network, pairs: Pairs): Set<string> {
  const own = net.tensors.map(({ name }) => [name]);
  for (const [a, b] of pairs) own.push([...(own[a] ?? []), ...(own[b] ?? [])].sort());
  return new Set(own.slice(net.tensors.length).map((group) => group.join(" ")));
}

test("the same network in another order keeps its tree", () => {
  const random = mulberry32(6);
  for (let round = 0; round < 20; round += 1) {
    const net = randomNetwork(random, 2 + round, 30);
    const tree = greedyTree(net);
    const shuffled = { ...net, tensors: net.tensors.toSorted(() => random() - 0.5) };
    const repaired = repair(net, tree, shuffled);
    checkTree(shuffled, repaired);
    expect(groups(shuffled, repaired.pairs)).toEqual(groups(net, tree.pairs));
    expect(cost(shuffled, repaired).log10Flops).toBeCloseTo(cost(net, tree).log10Flops, 9);
  }
});

test("a tensor that is gone leaves the groups as they were without it", () => {
  const random = mulberry32(7);
  for (let round = 0; round < 20; round += 1) {
    const net = randomNetwork(random, 4 + round, 30);
    const tree = greedyTree(net);
    const gone = Math.floor(random() * net.tensors.length);
    const name = net.tensors[gone]?.name ?? "";
    const after = { ...net, open: [], tensors: net.tensors.filter((_, id) => id !== gone) };
    const repaired = repair({ ...net, open: [] }, tree, after);
    checkTree(after, repaired);
    const expected = [...groups(net, tree.pairs)].map((group) =>
      group
        .split(" ")
        .filter((one) => one !== name)
        .join(" "),
    );
    const several = new Set(expected.filter((group) => group.includes(" ")));
    expect(groups(after, repaired.pairs)).toEqual(several);
  }
});

/** All ways to put a new last tensor into a tree: beside each node. */
function* insertions(pairs: Pairs, before: number): Generator<[number, number][]> {
  const moved = (id: number): number => (id < before ? id : id + 1);
  for (let beside = 0; beside < before + pairs.length; beside += 1) {
    const names = new Map<number, number>();
    const result: [number, number][] = [];
    const idOf = (id: number): number => names.get(id) ?? moved(id);
    const put = (id: number): void => {
      if (id !== beside) return;
      result.push([idOf(id), before]);
      names.set(id, before + result.length);
    };
    for (let leaf = 0; leaf < before; leaf += 1) put(leaf);
    pairs.forEach(([a, b], step) => {
      result.push([idOf(a), idOf(b)]);
      names.set(before + step, before + result.length);
      put(before + step);
    });
    yield result;
  }
}

test("a new tensor goes where it costs least of all places near its neighbours", () => {
  const random = mulberry32(8);
  for (let round = 0; round < 20; round += 1) {
    const count = 4 + (round % 4);
    const net = randomNetwork(random, count, 9);
    const tree = greedyTree(net);
    const labels = Object.keys(net.extents);
    const [one, two] = [labels[Math.floor(random() * labels.length)], labels[Math.floor(random() * 9)]];
    const joined = [...new Set([one ?? "", two ?? "", "new"])];
    const tensors = [...net.tensors, { name: "new", labels: joined }];
    const after = { ...net, tensors, open: [...net.open, "new"], extents: { ...net.extents, new: 3 } };
    const repaired = repair(net, tree, after);
    checkTree(after, repaired);
    const least = Math.min(
      ...[...insertions(tree.pairs, count)].map((pairs) => costByDefinition(after, pairs).flops),
    );
    // The best of all places may be where nothing is shared.
    expect(costByDefinition(after, repaired.pairs).flops).toBeLessThanOrEqual(1.5 * least);
  }
});

test("tensors that were renamed are known by their indices, slices by their names", () => {
  const sizes = { a: 2, b: 3, c: 4, d: 5, e: 2 };
  const net = network(
    [
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
      ["d", "e"],
    ],
    ["a", "e"],
    sizes,
  );
  const tree = {
    leaves: 4,
    pairs: [
      [1, 2],
      [0, 4],
      [3, 5],
    ] as const,
    sliced: ["c", "d"],
  };
  const renamed = net.tensors.map(({ labels }, id) => ({ name: id === 2 ? "other" : `T${id}`, labels }));
  expect(repair(net, tree, { ...net, tensors: renamed })).toEqual(tree);
  const [first, second, , last] = renamed;
  const tensors = [first, second, { name: "joined", labels: ["c", "f"] }, last].map(
    (tensor) => tensor ?? { name: "", labels: [] },
  );
  const joined = tensors.map(({ name, labels }) => ({
    name,
    labels: labels.map((l) => (l === "d" ? "f" : l)),
  }));
  const extents = { a: 2, b: 3, c: 4, f: 5, e: 2 };
  const repaired = repair(net, tree, { ...net, tensors: joined, extents });
  expect(repaired.sliced).toEqual(["c"]);
  checkTree({ ...net, tensors: joined, extents }, repaired);
});

test("networks with nothing in common, and many new tensors, get valid trees", () => {
  const random = mulberry32(9);
  const net = randomNetwork(random, 5, 9);
  const large = randomNetwork(random, 120, 200);
  const renamed = large.tensors.map(({ labels }, id) => ({
    name: `S${id}`,
    labels: labels.map((l) => `x${l}`),
  }));
  const extents = Object.fromEntries(Object.entries(large.extents).map(([l, extent]) => [`x${l}`, extent]));
  const other = { ...large, tensors: renamed, extents, open: [] };
  for (const after of [
    other,
    {
      ...large,
      tensors: [...net.tensors.slice(0, 2), ...large.tensors.slice(2)],
      extents: { ...net.extents, ...large.extents },
    },
  ])
    checkTree(after, repair(net, greedyTree(net), after));
});
