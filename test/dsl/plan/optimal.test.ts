import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { parseInstance } from "../../../dsl/network/instance.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { bestConnectedPairs } from "../../../dsl/plan/connected.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { hypergraph } from "../../../dsl/plan/hypergraph.ts";
import { log2Peak } from "../../../dsl/plan/objective.ts";
import { optimal, optimalPairs } from "../../../dsl/plan/optimal.ts";
import { checkTree, type Pairs } from "../../../dsl/plan/path.ts";
import { allTrees, costByDefinition, fromEquation, network, randomNetwork } from "./networks.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);
const why = absent ? " (left out: no ../shared/data)" : "";
const effort = { expired: () => false, pairs: 1e9, sets: 1e6 };

interface Item {
  readonly eq: string;
  readonly sizes: Record<string, number>;
  readonly opt_C: number;
  readonly opt_size: number;
}

const items = absent
  ? []
  : (JSON.parse(readFileSync(new URL("small_einsums.json", DATA), "utf8")) as { items: Item[] }).items;

/** The published figures are those of searches that leave out outer products and free sums: upper bounds. */
test.skipIf(absent)(`textbook einsums: no tree costs less, nor what was published${why}`, () => {
  expect(items.length).toBeGreaterThan(50);
  for (const { eq, sizes, opt_C, opt_size } of items) {
    const net = fromEquation(eq, sizes);
    const leaves = net.tensors.length;
    const pairs = optimalPairs(hypergraph(net), "flops");
    const narrow = optimalPairs(hypergraph(net), "size");
    const flops = 10 ** cost(net, { leaves, pairs, sliced: [] }).log10Flops;
    const size = 2 ** cost(net, { leaves, pairs: narrow, sliced: [] }).log2Size;
    expect(flops, eq).toBeLessThanOrEqual(opt_C * (1 + 1e-9));
    expect(size, eq).toBeLessThanOrEqual(opt_size * (1 + 1e-9));
    if (leaves > 5) continue;
    const all = [...allTrees(leaves)].map((tree) => costByDefinition(net, tree));
    expect(flops, eq).toBeCloseTo(Math.min(...all.map((one) => one.flops)), 6);
    expect(size, eq).toBeCloseTo(Math.min(...all.map((one) => one.size)), 6);
  }
});

/** Published or found by other programs: see the benchmark's table of peers. */
test.skipIf(absent)(`26 tensors with open indices reach the published optimum${why}`, () => {
  const text = readFileSync(new URL("instances/eb_str_nw_mera_open_26.json", DATA), "utf8");
  const parsed = parseInstance(text);
  if (!parsed.ok) throw new TypeError("malformed");
  const { pairs, proven } = optimal(hypergraph(parsed.value), "flops", effort);
  expect(proven).toBe(true);
  expect(cost(parsed.value, { leaves: 26, pairs, sliced: [] }).log10Flops).toBeCloseTo(10.191, 3);
});

/** Live elements by definition: every order of the pairs that respects operands, subtrees kept together or not. */
function peakByDefinition(net: Network, pairs: Pairs): number {
  const leaves = net.tensors.length;
  const sizes = [
    ...net.tensors.map((_, k) => costByDefinition(reduced(net, k), [[0, 1]]).size),
    ...pairs.map((_, step) => costByDefinition(net, [...pairs.slice(0, step + 1)]).written),
  ];
  const own = sizes.map((size, id) => (id > leaves ? size - (sizes[id - 1] ?? 0) : size));
  const given = own.slice(0, leaves).reduce((sum, size) => sum + size, 0);
  /** Pairs of a subtree one after the other, each child's subtree in one piece, in both orders. */
  const orders = (id: number): number[][] => {
    const pair = pairs[id - leaves];
    if (pair === undefined) return [[]];
    const [a, b] = pair;
    return orders(a).flatMap((x) =>
      orders(b).flatMap((y) => [
        [...x, ...y, id],
        [...y, ...x, id],
      ]),
    );
  };
  let least = Infinity;
  for (const order of orders(leaves + pairs.length - 1)) {
    let [alive, peak] = [given, given];
    for (const id of order) {
      const [a, b] = pairs[id - leaves] ?? [0, 0];
      peak = Math.max(peak, alive + (own[id] ?? NaN));
      alive += (own[id] ?? NaN) - (own[a] ?? NaN) - (own[b] ?? NaN);
    }
    least = Math.min(least, peak);
  }
  return least;
}

/** Tensor k against all that keeps its indices: the result of the pair is what free sums leave of it. */
function reduced(net: Network, k: number): Network {
  const own = net.tensors[k]?.labels ?? [];
  const others = new Set([...net.open, ...net.tensors.filter((_, id) => id !== k).flatMap((t) => t.labels)]);
  const open = [...new Set(own)].filter((label) => others.has(label));
  return network([own, []], open, { ...net.extents });
}

test("the peak is that of the best postorder", () => {
  const random = mulberry32(21);
  for (let round = 0; round < 60; round += 1) {
    const net = randomNetwork(random, 2 + (round % 4), 7);
    const trees = [...allTrees(net.tensors.length)];
    const pairs = trees[Math.floor(random() * trees.length)] ?? [];
    const peak = log2Peak(net, { leaves: net.tensors.length, pairs, sliced: [] });
    expect(2 ** peak).toBeCloseTo(peakByDefinition(net, pairs), 6);
  }
});

const objectives = {
  flops: (net: Network, pairs: Pairs) => costByDefinition(net, pairs).flops,
  size: (net: Network, pairs: Pairs) => costByDefinition(net, pairs).size,
  combo: (net: Network, pairs: Pairs) =>
    costByDefinition(net, pairs).flops + 18 * costByDefinition(net, pairs).written,
  writes: (net: Network, pairs: Pairs) => costByDefinition(net, pairs).written,
  peak: (net: Network, pairs: Pairs) => 2 ** log2Peak(net, { leaves: net.tensors.length, pairs, sliced: [] }),
};

test.each(["flops", "size", "combo", "writes", "peak"] as const)("no tree has less %s", (objective) => {
  const random = mulberry32(17);
  for (let round = 0; round < 12; round += 1) {
    const count = 2 + (round % 5);
    const net = randomNetwork(random, count, 4 + (round % 6));
    const value = (pairs: Pairs): number => objectives[objective](net, pairs);
    const least = Math.min(...[...allTrees(count)].map(value));
    expect(value(optimalPairs(hypergraph(net), objective))).toBeCloseTo(least, 6);
  }
});

test("a weight of one's own counts elements moved, and nine is combo", () => {
  const random = mulberry32(4);
  for (let round = 0; round < 10; round += 1) {
    const net = randomNetwork(random, 5, 8);
    const value = (pairs: Pairs): number =>
      costByDefinition(net, pairs).flops + 2 * 3.5 * costByDefinition(net, pairs).written;
    const least = Math.min(...[...allTrees(5)].map(value));
    expect(value(optimalPairs(hypergraph(net), { weight: 3.5 }))).toBeCloseTo(least, 6);
    expect(optimalPairs(hypergraph(net), { weight: 9 })).toEqual(optimalPairs(hypergraph(net), "combo"));
  }
});

/** A connected network: a random tree of bonds, and more bonds and hyperedges. */
function connected(seed: number, count: number): Network {
  const random = mulberry32(seed);
  const inputs: string[][] = Array.from({ length: count }, () => []);
  const extents: Record<string, number> = {};
  const join = (label: string, tensors: readonly number[]): void => {
    extents[label] = 2 + Math.floor(2 * random());
    for (const tensor of new Set(tensors)) inputs[tensor]?.push(label);
  };
  const any = (below: number): number => Math.floor(below * random());
  for (let k = 1; k < count; k += 1) join(`t${k}`, [k, any(k)]);
  for (let k = 0; k < count / 2; k += 1) join(`b${k}`, [any(count), any(count)]);
  join("h", [any(count), any(count), any(count), any(count)]);
  return network(inputs, ["h"], extents);
}

/** Whether the tensors of each subtree are joined by indices. */
function allConnected(net: Network, pairs: Pairs): boolean {
  const groups: number[][] = net.tensors.map((_, k) => [k]);
  const touches = (x: number, y: number): boolean =>
    (net.tensors[x]?.labels ?? []).some((label) => net.tensors[y]?.labels.includes(label));
  return pairs.every(([a, b]) => {
    const [x, y] = [groups[a] ?? [], groups[b] ?? []];
    groups.push([...x, ...y]);
    return x.some((one) => y.some((other) => touches(one, other)));
  });
}

test.each(["flops", "size", "writes"] as const)(
  "connected parts only: no such tree has less %s",
  (objective) => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const count = 3 + (seed % 4);
      const net = connected(seed, count);
      const value = (pairs: Pairs): number => objectives[objective](net, pairs);
      const trees = [...allTrees(count)].filter((pairs) => allConnected(net, pairs));
      const known = { log2Cost: 3, log2Size: 5 };
      const pairs = bestConnectedPairs(hypergraph(net), objective, known, effort) ?? [];
      checkTree(net, { leaves: count, pairs, sliced: [] });
      expect(value(pairs)).toBeCloseTo(Math.min(...trees.map(value)), 6);
    }
  },
);

test("parts that are not joined are put together smallest first", () => {
  const extents = Object.fromEntries(Array.from("abcdefghijklmnop").map((label, k) => [label, 2 + (k % 5)]));
  // Three chains of four, of which two are left with open indices, and a scalar.
  const net = fromEquation("ab,bc,cd,de,fg,gh,hi,ij,kl,lm,mn,no,->aefj", extents);
  const { pairs, proven } = optimal(hypergraph(net), "flops", effort);
  expect(proven).toBe(true);
  const chains = ["ab,bc,cd,de->ae", "fg,gh,hi,ij->fj", "kl,lm,mn,no->"].map((equation) => {
    const own = fromEquation(equation, extents);
    return Math.min(...[...allTrees(4)].map((tree) => costByDefinition(own, tree).flops));
  });
  const [a = 0, e = 0, f = 0, j = 0] = Array.from("aefj").map((label) => extents[label]);
  const joins = 1 + Math.min(a * e, f * j) + a * e * f * j;
  expect(costByDefinition(net, pairs).flops).toBeCloseTo(
    chains.reduce((x, y) => x + y, joins),
    6,
  );
});

test("a matrix chain of thirty costs what the textbook's dynamic programme says", () => {
  const extents = Array.from({ length: 31 }, (_, k) => 2 + ((k * 7919) % 13));
  const labels = extents.map((_, k) => `i${k}`);
  const inputs = labels.slice(1).map((label, k) => [labels[k] ?? "", label]);
  const net = network(inputs, ["i0", "i30"], Object.fromEntries(labels.map((l, k) => [l, extents[k] ?? 1])));
  const best = new Map<string, number>();
  const least = (from: number, to: number): number => {
    if (to - from < 2) return 0;
    const known = best.get(`${from} ${to}`);
    if (known !== undefined) return known;
    let value = Infinity;
    for (let mid = from + 1; mid < to; mid += 1) {
      const [a = 0, b = 0, c = 0] = [extents[from], extents[mid], extents[to]];
      value = Math.min(value, least(from, mid) + least(mid, to) + a * b * c);
    }
    best.set(`${from} ${to}`, value);
    return value;
  };
  const { pairs, proven } = optimal(hypergraph(net), "flops", effort);
  expect(proven).toBe(true);
  expect(costByDefinition(net, pairs).flops).toBeCloseTo(least(0, 30), 3);
});

test("without time, or with too many tensors, a tree is given and nothing is claimed", () => {
  const net = connected(3, 20);
  const many = connected(5, 40);
  for (const [one, given] of [
    [net, { ...effort, pairs: 100 }],
    [net, { ...effort, sets: 25 }],
    [many, effort],
  ] as const) {
    const { pairs, proven } = optimal(hypergraph(one), "flops", given);
    expect(proven).toBe(false);
    checkTree(one, { leaves: one.tensors.length, pairs, sliced: [] });
  }
});
