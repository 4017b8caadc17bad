import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { bisect, cutWeight, type Netlist } from "../../../dsl/plan/bisect.ts";
import { plainCost, plainNodes } from "../../../dsl/plan/cost.ts";
import { dissect } from "../../../dsl/plan/dissect.ts";
import { eliminate } from "../../../dsl/plan/eliminate.ts";
import { fused, hypergraph } from "../../../dsl/plan/hypergraph.ts";
import { checkTree, type Pairs } from "../../../dsl/plan/path.ts";
import { starts } from "../../../dsl/plan/starts.ts";
import { sweep } from "../../../dsl/plan/sweep.ts";
import { network, randomNetwork } from "./networks.ts";
import type { Network } from "../../../dsl/network/network.ts";

const draws = Array.from({ length: 12 }, (_, seed) => seed);

const never = (): boolean => false;

test.each(starts)("%o makes a tree of any network, the same for the same seed", (start) => {
  for (const seed of draws) {
    const net = randomNetwork(mulberry32(seed), 1 + 5 * seed, 3 + 6 * seed);
    const graph = hypergraph(net);
    const pairs = start(graph, mulberry32(seed), never);
    checkTree(net, { leaves: net.tensors.length, pairs, sliced: [] });
    expect(start(graph, mulberry32(seed), never)).toEqual(pairs);
  }
});

test.each(starts)("%o makes a tree when time ends before it or within it", (start) => {
  for (const seed of draws) {
    const net = randomNetwork(mulberry32(seed), 1 + 25 * seed, 3 + 40 * seed);
    let asked = 0;
    const pairs = start(hypergraph(net), mulberry32(seed), () => (asked += 1) > seed % 4);
    checkTree(net, { leaves: net.tensors.length, pairs, sliced: [] });
  }
});

test("fused parallel bonds leave the cost of every tree as it is", () => {
  let fewer = 0;
  for (const seed of draws) {
    const net = randomNetwork(mulberry32(seed), 2 + (seed % 4), 12);
    const graph = hypergraph(net);
    const one = fused(graph);
    const pairs = sweep(graph, { from: "order", smoothing: 0 }, mulberry32(seed));
    const [before, after] = [graph, one].map((each) => plainCost(each, plainNodes(each, pairs)));
    expect(after?.log2Flops).toBeCloseTo(before?.log2Flops ?? NaN, 9);
    expect(after?.log2Size).toBeCloseTo(before?.log2Size ?? NaN, 9);
    const sets = new Set(one.tensors.flatMap((indices) => [...indices]));
    const keys = [...sets].map(
      (index) => one.tensors.map((indices) => indices.includes(index)).join() + String(one.open[index]),
    );
    expect(new Set(keys).size).toBe(keys.length);
    fewer += Number(sets.size < new Set(graph.tensors.flatMap((indices) => [...indices])).size);
  }
  expect(fewer).toBeGreaterThan(0);
});

/** A square lattice with a tensor a site and a bond of extent two to each neighbour. */
function lattice(width: number, height: number): Network {
  const extents: Record<string, number> = {};
  const inputs: string[][] = Array.from({ length: width * height }, () => []);
  const join = (a: number, b: number): void => {
    const label = `b_${a}_${b}`;
    extents[label] = 2;
    for (const site of [a, b]) inputs[site]?.push(label);
  };
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      if (x + 1 < width) join(y * width + x, y * width + x + 1);
      if (y + 1 < height) join(y * width + x, (y + 1) * width + x);
    }
  return network(inputs, [], extents);
}

function log2Size(net: Network, pairs: Pairs): number {
  const graph = hypergraph(net);
  return plainCost(graph, plainNodes(graph, pairs)).log2Size;
}

// The lattice of height h has treewidth h: a sweep along its length holds h bonds at a time, a few more where its front is slanted.
test("a smoothed sweep of a long lattice is as narrow as the lattice", () => {
  const net = lattice(24, 4);
  const least = Math.min(
    ...draws.map((seed) =>
      log2Size(net, sweep(hypergraph(net), { from: "end", smoothing: 300 }, mulberry32(seed))),
    ),
  );
  expect(least).toBeGreaterThanOrEqual(4);
  expect(least).toBeLessThanOrEqual(6);
});

test("a sweep in the order given goes along the rows", () => {
  expect(
    log2Size(
      lattice(4, 24),
      sweep(hypergraph(lattice(4, 24)), { from: "order", smoothing: 0 }, mulberry32(1)),
    ),
  ).toBe(5);
});

// A quarter may have three cut sides: 4 + 8 bonds, and one more where a cut has a step.
test("dissection of a square lattice cuts it straight", () => {
  const net = lattice(8, 8);
  const settings = { imbalance: 0.1, outside: 0, smallest: 8 };
  const widths = draws.map((seed) =>
    log2Size(net, dissect(hypergraph(net), settings, mulberry32(seed), never)),
  );
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(8);
  expect(Math.min(...widths)).toBeLessThanOrEqual(13);
});

test.each(["size", "growth", "fill"] as const)(
  "elimination by %s of a tree of hyperedges costs its largest tensor",
  (rule) => {
    // Each clause shares one variable with its parent: no intermediate is larger than a single variable's message.
    const inputs = Array.from({ length: 40 }, (_, k) => [`v${Math.floor((k - 1) / 3)}`, `v${k}`]).slice(1);
    const labels = new Set(inputs.flat());
    const net = network(inputs, [], Object.fromEntries([...labels].map((label) => [label, 2])));
    expect(log2Size(net, eliminate(hypergraph(net), { rule, temperature: 0 }, mulberry32(1), never))).toBe(1);
  },
);

function netlistOf(net: Network): Netlist {
  const graph = hypergraph(net);
  const pins: number[][] = graph.labels.map(() => []);
  graph.tensors.forEach((indices, id) => indices.forEach((index) => pins[index]?.push(id)));
  return {
    vertexWeights: new Float64Array(graph.tensors.length).fill(1),
    nets: graph.tensors.map((indices) => [...indices]),
    netWeights: graph.weights,
    pins,
  };
}

test("bisection meets the least cut of small networks, found by trying all", () => {
  let met = 0;
  for (const seed of draws) {
    const netlist = netlistOf(randomNetwork(mulberry32(seed), 10, 16));
    let least = Infinity;
    for (let mask = 0; mask < 1 << 10; mask += 1) {
      const sides = Uint8Array.from({ length: 10 }, (_, vertex) => (mask >> vertex) & 1);
      const ones = sides.reduce((sum, side) => sum + side, 0);
      if (ones >= 4 && ones <= 6) least = Math.min(least, cutWeight(netlist, sides));
    }
    const found = bisect(netlist, 0.2, mulberry32(seed));
    const ones = found.reduce((sum, side) => sum + side, 0);
    expect(ones).toBeGreaterThanOrEqual(4);
    expect(ones).toBeLessThanOrEqual(6);
    const cut = cutWeight(netlist, found);
    expect(cut).toBeGreaterThanOrEqual(least - 1e-9);
    if (cut < least + 1e-9) met += 1;
  }
  expect(met).toBeGreaterThanOrEqual(10);
});

test("bisection of a large lattice cuts about one side of it", () => {
  const netlist = netlistOf(lattice(24, 24));
  const cuts = draws.slice(0, 4).map((seed) => cutWeight(netlist, bisect(netlist, 0.1, mulberry32(seed))));
  expect(Math.min(...cuts)).toBeLessThanOrEqual(30);
  expect(Math.min(...cuts)).toBeGreaterThanOrEqual(20);
});
