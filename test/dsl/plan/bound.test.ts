import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { parseInstance } from "../../../dsl/network/instance.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { lowerBound } from "../../../dsl/plan/bound.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { hypergraph } from "../../../dsl/plan/hypergraph.ts";
import { leastBag } from "../../../dsl/plan/linegraph.ts";
import { optimal } from "../../../dsl/plan/optimal.ts";
import { allTrees, costByDefinition, fromEquation, network, randomNetwork } from "./networks.ts";

/** Both minima over all trees, as log2. */
function best(net: Network): { log2Size: number; log2Flops: number } {
  const all = [...allTrees(net.tensors.length)].map((pairs) => costByDefinition(net, pairs));
  return {
    log2Size: Math.log2(Math.min(...all.map(({ size }) => size))),
    log2Flops: Math.log2(Math.min(...all.map(({ flops }) => flops))),
  };
}

test("no tree of a random network is below the bounds: hyperedges, open indices, unequal extents", () => {
  const random = mulberry32(31);
  let close = 0;
  for (let round = 0; round < 80; round += 1) {
    const net = randomNetwork(random, 2 + (round % 5), 3 + (round % 9));
    const [least, bound] = [best(net), lowerBound(net)];
    expect(bound.log2Size).toBeLessThanOrEqual(least.log2Size + 1e-6);
    expect(bound.log2Flops).toBeLessThanOrEqual(least.log2Flops + 1e-6);
    if (least.log2Flops - bound.log2Flops < 1) close += 1;
  }
  expect(close).toBeGreaterThan(40);
});

/** Bonds of extent two between tensors 0..n-1. */
function bonds(count: number, edges: readonly (readonly [number, number])[]): Network {
  const inputs: string[][] = Array.from({ length: count }, () => []);
  for (const [a, b] of edges) for (const end of [a, b]) inputs[end]?.push(`e${a}_${b}`);
  return network(inputs, [], Object.fromEntries(edges.map(([a, b]) => [`e${a}_${b}`, 2])));
}

function chain(count: number): [number, number][] {
  return Array.from({ length: count - 1 }, (_, k) => [k, k + 1]);
}

function complete(count: number): [number, number][] {
  return chain(count + 1)
    .slice(0, count)
    .flatMap(([a]) => Array.from({ length: count - 1 - a }, (_, k): [number, number] => [a, a + 1 + k]));
}

function grid(side: number): [number, number][] {
  const rows = Array.from({ length: side }, (_, row) => row);
  return rows.flatMap((row) =>
    rows.slice(1).flatMap((place): [number, number][] => [
      [row * side + place - 1, row * side + place],
      [(place - 1) * side + row, place * side + row],
    ]),
  );
}

/** The least largest result is known for these: one bond, two, s (n - s) at a third, and the side of a grid. */
test.each<[string, Network, number]>([
  ["chain of 30", bonds(30, chain(30)), 1],
  ["ring of 30", bonds(30, [...chain(30), [0, 29]]), 2],
  ["complete graph of 6", bonds(6, complete(6)), 8],
  ["complete graph of 9", bonds(9, complete(9)), 18],
  ["grid of 4 x 4", bonds(16, grid(4)), 4],
  ["star with a hyperedge", fromEquation("ab,ac,ad,ae,af->", { a: 2, b: 2, c: 2, d: 2, e: 2, f: 2 }), 1],
])("the size of a %s is met", (_, net, size) => {
  expect(lowerBound(net).log2Size).toBeCloseTo(size, 9);
  const { pairs, proven } = optimal(hypergraph(net), "size", { expired: () => false, pairs: 1e9, sets: 1e6 });
  expect(proven).toBe(true);
  expect(cost(net, { leaves: net.tensors.length, pairs, sliced: [] }).log2Size).toBeCloseTo(size, 9);
});

/** The line graph of a star of n bonds is a clique of n; that of a ring is a ring, of treewidth two. */
test.each<[string, Network, number]>([
  [
    "star",
    fromEquation("abcdefg,a,b,c,d,e,f,g->", Object.fromEntries(Array.from("abcdefg").map((l) => [l, 2]))),
    7,
  ],
  ["chain", bonds(20, chain(20)), 2],
  ["ring", bonds(20, [...chain(20), [0, 19]]), 3],
  ["grid, of which the line graph has bags of side + 1 at least", bonds(9, grid(3)), 4],
  ["hyperedge through all", fromEquation("xa,xab,xbc,xc->x", { x: 16, a: 2, b: 2, c: 2 }), 6],
])("the heaviest bag of a %s", (_, net, bag) => {
  expect(leastBag(hypergraph(net))).toBeGreaterThanOrEqual(bag);
  expect(leastBag(hypergraph(net))).toBeLessThanOrEqual(best6(net));
});

/** Of a few tensors the dearest pair of the best tree; a bag is never heavier. */
function best6(net: Network): number {
  if (net.tensors.length > 6) return Infinity;
  const all = [...allTrees(net.tensors.length)].map((pairs) => costByDefinition(net, pairs).flops);
  return Math.log2(Math.min(...all));
}

test("one tensor costs nothing, the output is a result", () => {
  expect(lowerBound(fromEquation("aab->b", { a: 3, b: 4 }))).toEqual({ log2Size: 2, log2Flops: -Infinity });
  const outer = lowerBound(fromEquation("a,b->ab", { a: 8, b: 16 }));
  expect(outer).toEqual({ log2Size: 7, log2Flops: 7 });
});

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);

interface Figure {
  readonly log10_flops: number;
  readonly log2_size?: number;
}

/** Trees that others have found are above the bounds of large networks too, and some not by far. */
test.skipIf(absent).each<[string, number]>([
  ["sycamore_m20", 32],
  ["gen_ising2d_20x20", 13],
  ["gen_ising3d_6x6x6", 23],
  ["eb_gm_queen5_5_3_wcsp", 12],
  ["eb_qc_qft_27", 27],
  ["eb_str_matrix_chain_multiplication_100", 17.2],
])(
  "published orders of %s are above the bounds (left out where there is no ../shared/data)",
  (name, size) => {
    const parsed = parseInstance(readFileSync(new URL(`instances/${name}.json`, DATA), "utf8"));
    if (!parsed.ok) throw new TypeError("malformed");
    const bound = lowerBound(parsed.value);
    const peers = JSON.parse(readFileSync(new URL("peers.json", DATA), "utf8")) as Record<
      string,
      Record<string, Figure>
    >;
    const figures = Object.values(peers[name] ?? {});
    expect(figures.length).toBeGreaterThan(0);
    for (const { log10_flops, log2_size } of figures) {
      expect(bound.log2Flops).toBeLessThanOrEqual(log10_flops * Math.log2(10));
      if (log2_size !== undefined) expect(bound.log2Size).toBeLessThanOrEqual(log2_size + 0.005);
    }
    expect(bound.log2Size).toBeGreaterThan(size - 1e-9);
  },
);
