import { expect, test } from "vitest";
import { isComplex } from "../../../dsl/index.ts";
import { scaleFloats } from "../../../kernel/tensor/elementwise.ts";
import { DTYPES, makeArena } from "./wasm.ts";

/** A fixed scatter of numbers that are whole multiples of 1/8. */
const value = (lane: number): number => ((lane * 37) % 101) / 8 - 6;

test.each([
  [1, 1, 1],
  [3, 5, 7],
  [2, 2, 64],
  [5, 2, 1],
  [1, 1000, 1],
  [1, 33, 2],
  [129, 3, 3],
  [2, 300, 19],
  [0, 3, 2],
])("sums over the middle of [%i, %i, %i]", (outer, reduced, inner) => {
  for (const dtype of DTYPES) {
    const arena = makeArena(2 ** 20);
    const from = arena.place(dtype, outer * reduced * inner);
    const out = arena.place(dtype, outer * inner);
    for (let lane = 0; lane < from.floats.length; lane += 1) from.floats[lane] = value(lane);
    arena.kernels.sumAxis(out.address, from.address, { outer, reduced, inner }, dtype);
    const row = inner * (isComplex(dtype) ? 2 : 1);
    // Multiples of 1/8 add up without rounding.
    const wanted = Array.from({ length: outer * row }, (_, lane) => {
      const first = Math.floor(lane / row) * reduced * row + (lane % row);
      return Array.from({ length: reduced }, (_, term) => value(first + term * row)).reduce(
        (x, y) => x + y,
        0,
      );
    });
    expect(Array.from(out.floats)).toEqual(wanted);
    expect(arena.broken()).toEqual([]);
  }
});

test("float32 terms are summed in float64", () => {
  for (const inner of [1, 5]) {
    const arena = makeArena(2 ** 24);
    const reduced = 2 ** 18 + 1;
    const from = arena.place("float32", reduced * inner);
    const out = arena.place("float32", inner);
    from.floats.fill(2 ** -25);
    from.floats.fill(1, 0, inner);
    arena.kernels.sumAxis(out.address, from.address, { outer: 1, reduced, inner }, "float32");
    expect(Array.from(out.floats)).toEqual(new Array(inner).fill(1 + 2 ** -7));
  }
});

test("what is no number stays none in a sum", () => {
  for (const dtype of DTYPES) {
    const arena = makeArena(2 ** 20);
    const from = arena.place(dtype, 300);
    const out = arena.place(dtype, 3);
    from.floats.fill(1);
    from.floats[from.floats.length - 1] = NaN;
    from.floats[0] = Infinity;
    arena.kernels.sumAxis(out.address, from.address, { outer: 3, reduced: 100, inner: 1 }, dtype);
    expect(out.floats[0]).toBe(Infinity);
    expect(out.floats.at(-1)).toBe(NaN);
    expect(out.floats[out.floats.length / 3]).toBe(100);
  }
});

test.each([0, 1, 2, 3, 4, 5, 16, 17, 1003])("adds %i terms into their places", (elements) => {
  for (const dtype of DTYPES) {
    const arena = makeArena(2 ** 20);
    const sums = arena.place(dtype, elements);
    const terms = arena.place(dtype, elements);
    for (let lane = 0; lane < sums.floats.length; lane += 1) {
      sums.floats[lane] = value(lane);
      terms.floats[lane] = value(lane + 50);
    }
    arena.kernels.addInto(sums.address, terms.address, elements, dtype);
    const wanted = Array.from(sums.floats, (_, lane) => value(lane) + value(lane + 50));
    expect(Array.from(sums.floats)).toEqual(wanted);
    expect(arena.broken()).toEqual([]);
  }
});

test.each([0, 1, 2, 3, 4, 5, 16, 17, 1003])(
  "multiplies %i elements by a factor, and says how large they were",
  (elements) => {
    for (const dtype of DTYPES)
      for (const factor of [1, 2 ** -40, 8])
        // Where the largest is: each place is in another part of the loops.
        for (let place = 0; place < Math.min(elements, 20); place += 1) {
          const arena = makeArena(2 ** 20);
          const { address, floats } = arena.place(dtype, elements);
          for (let lane = 0; lane < floats.length; lane += 1) floats[lane] = value(lane);
          floats[place] = -1000;
          const [before, plain] = [Array.from(floats), floats.slice()];
          expect(arena.kernels.scale(address, floats.length, factor, dtype)).toBe(1000);
          expect(Array.from(floats)).toEqual(before.map((x) => x * factor));
          expect(scaleFloats(plain, factor)).toBe(1000);
          expect(plain).toEqual(floats);
          expect(arena.broken()).toEqual([]);
          floats[place] = NaN;
          expect(arena.kernels.scale(address, floats.length, factor, dtype)).toBe(NaN);
        }
  },
);

test("nothing is as large as 0", () => {
  for (const dtype of DTYPES) {
    const arena = makeArena(2 ** 16);
    expect(arena.kernels.scale(arena.place(dtype, 0).address, 0, 2, dtype)).toBe(0);
    const { address, floats } = arena.place(dtype, 9);
    expect(arena.kernels.scale(address, floats.length, 2, dtype)).toBe(0);
    floats.fill(-Infinity);
    expect(arena.kernels.scale(address, floats.length, 1, dtype)).toBe(Infinity);
  }
});
