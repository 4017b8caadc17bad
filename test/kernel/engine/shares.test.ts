/** What ranks of one memory do together of that which is rank 0's alone. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { elementBytes } from "../../../dsl/index.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Entries } from "../../../dsl/network/network.ts";
import { partOfView, stretchOf } from "../../../kernel/engine/shares.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { widthOf } from "../../../kernel/tensor/floats.ts";
import { copyStrided, planCopy as planPlainCopy } from "../../../kernel/tensor/strided.ts";
import { planCopy } from "../../../kernel/tensor/wasm/plan.ts";
import { permuted, type Viewed } from "../tensor/views.ts";
import { DTYPES, makeArena } from "../tensor/wasm.ts";

test("shares of an axis are all of it, one after the other, none empty", () => {
  for (const count of [1, 2, 3, 7, 64])
    for (const extent of [count, 8 * count, 8 * count + 5, 1000 * count + 77]) {
      const parts = Array.from({ length: count }, (_, index) => stretchOf(extent, { index, count }));
      const ends = parts.map(({ first, length }) => first + length);
      expect(parts.map(({ first }) => first)).toEqual([0, ...ends.slice(0, -1)]);
      expect(ends.at(-1)).toBe(extent);
      expect(Math.min(...parts.map(({ length }) => length))).toBeGreaterThan(0);
    }
});

const LARGE: readonly (readonly [string, Viewed])[] = [
  ["a transposed matrix", permuted([1024, 512], [1, 0])],
  ["threes reversed", permuted([9, 81, 27, 27], [3, 2, 1, 0])],
  [
    "twos mixed",
    permuted(
      new Array<number>(19).fill(2),
      [3, 1, 4, 9, 2, 6, 5, 13, 8, 7, 0, 10, 12, 11, 18, 15, 14, 17, 16],
    ),
  ],
  ["rows kept", permuted([61, 143, 64], [1, 0, 2])],
  ["a slice", [[800, 700], [1400, 2], 3]],
];

test.each(LARGE)("parts of a copy are the copy: %s", (_, [extents, strides, start]) => {
  const view = { extents, strides };
  const elements = extents.reduce((product, extent) => product * extent, 1);
  const last = extents.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] ?? 0), start);
  for (const dtype of DTYPES) {
    const width = widthOf(dtype);
    const arena = makeArena(2 ** 26);
    const from = arena.place(dtype, last + 1);
    const [whole, byKernels] = [arena.place(dtype, elements), arena.place(dtype, elements)];
    const plain = whole.floats.slice();
    for (let lane = 0; lane < from.floats.length; lane += 1) from.floats[lane] = lane;
    const address = (element: number): number => from.address + element * elementBytes(dtype);
    arena.kernels.copyStrided(whole.address, address(start), planCopy(view, dtype));
    for (const floats of [byKernels.floats, plain]) floats.fill(NaN);
    for (let index = 0; index < 2; index += 1) {
      const part = partOfView(view, { index, count: 2 }) ?? expect.unreachable();
      const out = part.out * width;
      const begin = start + part.from;
      const place = byKernels.address + part.out * elementBytes(dtype);
      arena.kernels.copyStrided(place, address(begin), planCopy(part.view, dtype));
      copyStrided(plain.subarray(out), from.floats, planPlainCopy(part.view), begin, width);
    }
    for (const floats of [byKernels.floats, plain])
      expect(floats.findIndex((x, lane) => x !== whole.floats[lane])).toBe(-1);
    expect(arena.broken()).toEqual([]);
  }
});

test("copies that are small, or have no axis to cut, are not shared", () => {
  const isShared = ([extents, strides]: Viewed, count: number): boolean =>
    partOfView({ extents, strides }, { index: 0, count }) !== undefined;
  expect(isShared(permuted([100, 200], [1, 0]), 2)).toBe(false);
  const twos = permuted(new Array<number>(20).fill(2), [...new Array<number>(20).keys()].reverse());
  expect([2, 3].map((count) => isShared(twos, count))).toEqual([true, false]);
});

/** At [l, i, k, j]: the sum over s of A[i, j, s] * B[k, l, s]. */
const network = {
  name: "outer",
  dtype: "float64",
  tensors: [
    { name: "A", labels: ["i", "j", "s"] },
    { name: "B", labels: ["k", "l", "s"] },
  ],
  open: ["l", "i", "k", "j"],
  extents: { i: 27, j: 31, k: 33, l: 29, s: 8 },
} as const;

const integers = (count: number, factor: number): Entries => ({
  re: Float64Array.from({ length: count }, (_, at) => Math.round(8 * Math.sin(factor * at))),
});

/** By its definition, at a place of the value. */
function outerAt([a, b]: readonly [Entries, Entries], at: number): number {
  const { i: rows, j: columns, k: right, l: last, s: sums } = network.extents;
  const [j, ik] = [at % columns, Math.floor(at / columns)];
  const [k, il] = [ik % right, Math.floor(ik / right)];
  const [i, l] = [il % rows, Math.floor(il / rows)];
  const row = (i * columns + j) * sums;
  const column = (k * last + l) * sums;
  let sum = 0;
  for (let s = 0; s < sums; s += 1) sum += (a.re[row + s] ?? NaN) * (b.re[column + s] ?? NaN);
  return sum;
}

test.each([
  ["in one go", [], []],
  ["in slices, whose sums rank 0 has to have", ["s"], ["reduce"]],
  ["in slices that each are a part of it", ["k"], ["reduce"]],
] as const)("an open value is put in order by all workers, %s", async (_, sliced, sums) => {
  const { i, j, k, l, s } = network.extents;
  const entries = [integers(i * j * s, 3), integers(k * l * s, 5)] as const;
  const tree = { leaves: 2, pairs: [[0, 1]], sliced } as const;
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 33), 2, { method: "slicing" });
  // The second run finds in its memory what the first has left there.
  await threadsEngine.run(schedule, entries);
  const { value, steps } = await threadsEngine.run(schedule, entries);
  expect(steps.slice(-1 - sums.length).map(({ kind }) => kind)).toEqual([...sums, "permute"]);
  // Who has no core for each worker lets rank 0 do it.
  const isShared = availableParallelism() > 1;
  expect(steps.at(-1)?.sharedBy).toBe(isShared ? 2 : undefined);
  const seconds = steps.at(-1)?.measuredSeconds ?? [];
  expect(seconds.filter((x) => x > 0).length).toBe(isShared ? 2 : 1);
  expect(value?.re.length).toBe(i * j * k * l);
  expect(value?.re.findIndex((x, at) => x !== outerAt(entries, at))).toBe(-1);
});
