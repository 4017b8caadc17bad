import { expect, test } from "vitest";
import { cost } from "../../../dsl/plan/cost.ts";
import { slice } from "../../../dsl/plan/slice.ts";
import type { Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { contractionFigure } from "../../../kernel/figure/contraction.ts";
import type { Figure } from "../../../kernel/figure/figure.ts";
import { expectSound, golden, titleLines, tracesOf, type TraceJson } from "./check.ts";
import { balancedTree, chainTree, circuit, ising, matrices, networkOf, odd, ring } from "./samples.ts";

/** The figure as it is after a frame. */
function framesOf(figure: Figure): Figure[] {
  return (figure.frames ?? []).map(({ data, layout }) => ({
    ...figure,
    data,
    layout: { ...figure.layout, ...layout },
  }));
}

function trace(figure: Figure, name: string): TraceJson | undefined {
  return tracesOf(figure).find((one) => one.name === name);
}

test("the drawing of three matrices is the one in the golden file", async () => {
  const figure = contractionFigure(matrices, chainTree(3));
  await expect(await golden(figure)).toMatchFileSnapshot("../../golden/figure/contraction-matrices.json");
});

const samples: readonly (readonly [string, Network, ContractionTree])[] = [
  ["matrices", matrices, chainTree(3)],
  ["traces and hyperedges", odd, chainTree(5)],
  ["a circuit", circuit, balancedTree(6)],
  ["ising", ising(4), balancedTree(24)],
  ["sliced ising", ising(4), slice(ising(4), balancedTree(24), 4)],
  ["one tensor", networkOf("one", "A:i", ["i"]), chainTree(1)],
];

test.each(samples)("%s: each picture has what is left, to the last tensor", (_, network, tree) => {
  const figure = contractionFigure(network, tree);
  expectSound(figure);
  const frames = framesOf(figure);
  expect(figure.data).toEqual(frames[0]?.data);
  frames.forEach((frame, done) => {
    expectSound(frame);
    expect(figure.frames?.[done]?.name).toBe(String(done));
    // The ids of the tree: its leaves and results, without what a pair has taken.
    const taken = new Set(tree.pairs.slice(0, done).flat());
    const ids = Array.from({ length: tree.leaves + done }, (_id, id) => id).filter((id) => !taken.has(id));
    const names = ids.map((id) => network.tensors[id]?.name ?? `#${id}`);
    const shown = (trace(frame, "tensor")?.hovertext ?? []).map((text) => /<b>(.*?)<\/b>/.exec(text)?.[1]);
    expect(shown).toEqual(names);
    expect(trace(frame, "next")?.x.length).toBe(done < tree.pairs.length ? 2 : 0);
  });
  expect(frames.length).toBe(tree.leaves);
});

test("the title counts pairs, work and sizes as the tree's cost does", () => {
  const network = networkOf("R", "A:i;j B:j;k C:k;l", ["i", "l"], { i: 4, j: 2, k: 8, l: 3 });
  const lines = framesOf(contractionFigure(network, chainTree(3))).map((frame) => titleLines(frame));
  // 4*2*8 multiply-adds, then 4*8*3.
  expect(10 ** cost(network, chainTree(3)).log10Flops).toBeCloseTo(64 + 96, 8);
  expect(lines).toEqual([
    [
      "Contraction of R: 2 pairs, 160 multiply-adds, largest intermediate 25 elements",
      "3 tensors left, the largest of 24 (24.58) elements · next A with B",
    ],
    [
      "Contraction of R: 1 of 2 pairs done, 40 % of 160 multiply-adds",
      "2 tensors left, the largest of 25 elements · next #3 with C",
    ],
    [
      "Contraction of R: 2 of 2 pairs done, 100 % of 160 multiply-adds",
      "1 tensor left, the largest of 12 (23.58) elements",
    ],
  ]);
});

test("tensors of one name are told apart by their indices", () => {
  const network = networkOf("T", "H:p;q H:q;r V:r;s;t;p W:s;t", []);
  const [first, second] = framesOf(contractionFigure(network, chainTree(4))).map(
    (frame) => titleLines(frame)[1],
  );
  expect(first).toMatch(/ · next H\[p,q\] with H\[q,r\]$/);
  expect(second).toMatch(/ · next #4 with V$/);
});

test("a result lies in the middle of its tensors", () => {
  const network = networkOf("P", "A(x=0,y=0):a A(x=1,y=0):a;b A(x=2,y=0):b;c A(x=3,y=0):c");
  const last = framesOf(contractionFigure(network, chainTree(4))).at(-1);
  expect(last && trace(last, "tensor")?.x).toEqual([1.5]);
});

test.each([
  ["many pairs", ising(7), balancedTree(84)],
  ["a long chain", ring(200), chainTree(200)],
  ["more than can be placed", ring(2500), balancedTree(2500)],
] as const)(
  "%s: the pictures begin late and leave some out, stay small, and say so",
  (_, network, tree) => {
    const figure = contractionFigure(network, tree);
    expectSound(figure);
    const done = (figure.frames ?? []).map(({ name }) => Number(name));
    expect(done[0]).toBeGreaterThan(0);
    expect(done.at(-1)).toBe(tree.pairs.length);
    expect(done.length).toBeGreaterThanOrEqual(12);
    expect(figure.summary).toContain(`, the first ${done[0] ?? 0} before the first picture`);
    const tensors = framesOf(figure).map((frame) => trace(frame, "tensor")?.x.length);
    expect(tensors).toEqual(done.map((count) => tree.leaves - count));
  },
  30_000,
);

test("where a step of the slider is several pairs, the title says how many are next", () => {
  const figure = contractionFigure(ising(7), balancedTree(84));
  expect(titleLines(figure)[1]).toMatch(/ · next .* with .* and \d pairs? more$/);
});
