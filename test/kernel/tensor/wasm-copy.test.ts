import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { elementBytes, isComplex, type Dtype } from "../../../dsl/index.ts";
import { WORKSPACE_BYTES } from "../../../kernel/tensor/wasm/kernels.ts";
import { PLAN_WORDS, planCopy } from "../../../kernel/tensor/wasm/plan.ts";
import { permuted, places, VIEWS, type Viewed } from "./views.ts";
import { DTYPES, makeArena, type Arena } from "./wasm.ts";

/** Views on which tiles have edges, and steps of nothing. */
const MORE_VIEWS: readonly (readonly [string, Viewed])[] = [
  ["one element again and again", [[6, 5], [0, 0], 2]],
  ["a row again and again", [[9, 8], [0, 1], 0]],
  ["every element several times", [[8, 9], [1, 0], 0]],
  ["a row and a step of nothing between", [[3, 4, 16], [16, 0, 1], 5]],
  ["every second element", [[33, 17], [34, 2], 0]],
  ["every second column, turned", [[17, 33], [2, 34], 0]],
  ["overlapping windows", [[20, 12], [1, 1], 0]],
  ["odd extents turned", permuted([7, 9, 11, 5], [3, 1, 0, 2])],
  ["twos and threes", permuted([2, 3, 2, 3, 2, 3, 2], [6, 1, 4, 3, 0, 5, 2])],
  ["a trace of pairs", [[2, 2, 2, 2], [1 + 16, 2 + 32, 4 + 64, 8 + 128], 0]],
  ["a long transposed matrix", permuted([3, 1000], [1, 0])],
  ["a matrix one more than its tiles", permuted([65, 33], [1, 0])],
  ["a matrix whose rows are read from end to end", permuted([40, 1501], [1, 0])],
  ["a matrix whose rows are written from end to end", permuted([131, 77], [1, 0])],
  ["the same with a mode between", permuted([131, 3, 77], [2, 1, 0])],
];

/** Random permutations of random shapes. */
const random = mulberry32(5);
const draw = (below: number): number => Math.floor(random() * below);
/** Up to so many axes, of extents between these: twos, small ones, and those of which most are no whole number of vectors. */
const KINDS = [
  [12, 2, 2],
  [5, 1, 7],
  [4, 5, 11],
] as const;
const RANDOM_VIEWS = Array.from({ length: 90 }, (_, which): [string, Viewed] => {
  const [most, least, longest] = KINDS[which % KINDS.length] ?? expect.unreachable();
  const rank = 1 + draw(most);
  const shape = Array.from({ length: rank }, () => least + draw(longest - least + 1));
  const axes = [...shape.keys()];
  for (let last = rank - 1; last > 0; last -= 1) {
    const other = draw(last + 1);
    [axes[last], axes[other]] = [axes[other] ?? 0, axes[last] ?? 0];
  }
  return [`[${shape.join(", ")}] by (${axes.join(", ")})`, permuted(shape, axes)];
});

function expectCopied(arena: Arena, [extents, strides, start]: Viewed, dtype: Dtype, wanted: number[]): void {
  const width = isComplex(dtype) ? 2 : 1;
  const size = wanted.reduce((most, place) => Math.max(most, place), 0) + 1;
  const from = arena.place(dtype, size);
  const out = arena.place(dtype, wanted.length);
  for (let lane = 0; lane < from.floats.length; lane += 1) from.floats[lane] = lane;
  out.floats.fill(NaN);
  const address = from.address + start * elementBytes(dtype);
  arena.kernels.copyStrided(out.address, address, planCopy({ extents, strides }, dtype));
  const floats = wanted.flatMap((place) => (width === 1 ? [place] : [2 * place, 2 * place + 1]));
  expect(Array.from(out.floats)).toEqual(floats);
  expect(arena.broken()).toEqual([]);
}

test.each([...VIEWS, ...MORE_VIEWS, ...RANDOM_VIEWS])("%s", (_, view) => {
  const wanted = places(view);
  for (const dtype of DTYPES) expectCopied(makeArena(2 ** 24), view, dtype, wanted);
});

test("no plan is longer than its place in the workspace", () => {
  const orders = (axes: readonly number[]): number[][] =>
    axes.length === 0
      ? [[]]
      : axes.flatMap((axis) => orders(axes.filter((other) => other !== axis)).map((rest) => [axis, ...rest]));
  const shape = [31, 15, 13, 15, 31];
  for (const axes of orders([...shape.keys()]))
    for (const dtype of DTYPES) {
      const [extents, strides] = permuted(shape, axes);
      expect(planCopy({ extents, strides }, dtype).words.length).toBeLessThanOrEqual(PLAN_WORDS);
    }
});

test("tensors may lie above 2 GiB, up to the end of 4 GiB", () => {
  const view = permuted([5, 2, 2, 2, 2, 2, 7], [2, 6, 1, 5, 3, 0, 4]);
  const wanted = places(view);
  const bytes = 2 ** 18;
  for (const dtype of DTYPES)
    for (const start of [2 ** 31 - WORKSPACE_BYTES - 2 ** 13, 2 ** 32 - WORKSPACE_BYTES - bytes])
      expectCopied(makeArena(bytes, start), view, dtype, wanted);
});

test("runs longer than are moved in one go", () => {
  // 16 MiB and some bytes each.
  const [rows, columns, step] = [2, 2 ** 21 + 3, 2 ** 21 + 8];
  const arena = makeArena(2 ** 27);
  const from = arena.place("float64", rows * step);
  const out = arena.place("float64", rows * columns);
  for (let at = 0; at < from.floats.length; at += 1) from.floats[at] = at;
  out.floats.fill(NaN);
  const plan = planCopy({ extents: [rows, columns], strides: [step, 1] }, "float64");
  arena.kernels.copyStrided(out.address, from.address, plan);
  const wrong = out.floats.findIndex((x, at) => x !== Math.floor(at / columns) * step + (at % columns));
  expect(wrong).toBe(-1);
  expect(plan.words.filter((word) => word === 2 ** 24).length).toBeGreaterThan(0);
  expect(arena.broken()).toEqual([]);
});
