import { expect, test } from "vitest";
import type { Network } from "../../../dsl/network/network.ts";
import { slice } from "../../../dsl/plan/slice.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { treeFigure } from "../../../kernel/figure/tree.ts";
import { expectSound, golden, titleLines, tracesOf } from "./check.ts";
import { balancedTree, chainTree, ising, matrices, networkOf, ring } from "./samples.ts";

const samples: readonly (readonly [string, Network, ContractionTree])[] = [
  ["matrices", matrices, { leaves: 3, pairs: [[1, 2], [0, 3]], sliced: [] }], // prettier-ignore
  ["sliced", ising(2), chainTree(4, ["s_{1,1}"])],
];

test.each(samples)("the drawing of %s is the one in the golden file", async (name, network, tree) => {
  await expect(await golden(treeFigure(network, tree))).toMatchFileSnapshot(
    `../../golden/figure/tree-${name}.json`,
  );
});

test.each([
  [
    matrices,
    chainTree(3),
    "Order of R: largest intermediate 1,000,000 (2^19.93) elements, 10^6.60 multiply-adds",
  ],
  [
    matrices,
    samples[0]?.[2] ?? chainTree(3),
    "Order of R: largest intermediate 2,000 (2^10.97) elements, 8,000 (10^3.90) multiply-adds",
  ],
  [
    ising(2),
    chainTree(4, ["s_{1,1}"]),
    "Order of Z: largest intermediate 2^3 elements, 40 (10^1.60) multiply-adds, 2 slices",
  ],
  [
    networkOf("one", "A:i", ["i"]),
    chainTree(1),
    "Order of one: largest intermediate 2^1 elements, nothing to contract",
  ],
] as const)("the title of $name tells size, work and slices", (network, tree, headline) => {
  const shown = titleLines(treeFigure(network, tree)).join(" ");
  expect(shown.startsWith(headline.replaceAll("^", ""))).toBe(true);
});

test.each([
  ["matrices", matrices, chainTree(3)],
  ["ising", ising(5), balancedTree(40)],
  ["sliced ising", ising(5), slice(ising(5), balancedTree(40), 4)],
  ["a chain of 200", ring(200), chainTree(200)],
] as const)("%s: every tensor once, every contraction once in each half", (_, network, tree) => {
  const figure = treeFigure(network, tree);
  expectSound(figure);
  const trace = (name: string): ReturnType<typeof tracesOf>[number] | undefined =>
    tracesOf(figure).find((one) => one.name === name);
  const leaves = (trace("tensor")?.hovertext ?? []).map((hover) => /<b>(.*?)</.exec(hover)?.[1]);
  expect(leaves.sort()).toEqual(network.tensors.map(({ name }) => name).sort());
  const ids = tree.pairs.map((_pair, k) => `#${tree.leaves + k}`).sort();
  for (const half of ["intermediate", "sizes"])
    expect((trace(half)?.hovertext ?? []).map((hover) => /<b>(.*?)</.exec(hover)?.[1]).sort()).toEqual(ids);
  // Leaves in order from left to right, none on another.
  expect(trace("tensor")?.x).toEqual(network.tensors.map((_tensor, k) => k));
});

test("a large tree folds small subtrees, and no tensor is lost", () => {
  const network = ring(3000);
  const figure = treeFigure(network, balancedTree(3000));
  expectSound(figure);
  expect(titleLines(figure).join(" ")).toMatch(/\d+ small subtrees folded to a triangle/);
  const leaves = tracesOf(figure).find(({ name }) => name === "tensor")?.hovertext ?? [];
  expect(leaves.length).toBe(251);
  const below = leaves.map((hover) =>
    Number(/with all ([\d,]+) tensors below/.exec(hover)?.[1]?.replace(",", "") ?? 1),
  );
  expect(below.reduce((sum, count) => sum + count, 0)).toBe(3000);
});
