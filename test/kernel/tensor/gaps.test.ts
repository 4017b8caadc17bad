import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Loop } from "../../../dsl/schedule/schedule.ts";
import { isComplex } from "../../../dsl/index.ts";
import { nativeArithmetic, plainArithmetic } from "../../../kernel/engine/arithmetic.ts";
import { makeWorkspace, multiply } from "../../../kernel/tensor/gemm.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import { systemNative } from "./blas.ts";
import { distance } from "./products.ts";
import { DTYPES, makeArena } from "./wasm.ts";

type Name = "a" | "b" | "out";
/** Extents by letter; upper case goes around. The order of a buffer is its letters, the slowest first. */
type Case = readonly [extents: Readonly<Record<string, number>>, a: string, b: string, out: string];

const CASES: readonly Case[] = [
  // A batch within, of vectors and of single elements.
  [{ B: 3, m: 5, n: 4, k: 6 }, "mBk", "Bkn", "mBn"],
  [{ B: 3, m: 5, n: 1, k: 4 }, "mBk", "Bkn", "mBn"],
  [{ B: 2, m: 7, n: 2, k: 3 }, "kBm", "Bnk", "mBn"],
  [{ B: 3, m: 1, n: 5, k: 6 }, "kB", "Bkn", "Bn"],
  // Rows around a batch, and between it and the sum.
  [{ R: 3, B: 2, m: 9, n: 3, k: 12 }, "RBkm", "Bkn", "mRBn"],
  [{ R: 2, B: 2, m: 4, n: 40, k: 9 }, "BmRk", "Bnk", "RmBn"],
  [{ R: 2, B: 2, m: 11, n: 6, k: 300 }, "RmBk", "Bkn", "mBRn"],
  [{ R: 2, S: 3, m: 8, n: 70, k: 5 }, "RkSm", "kn", "RmSn"],
  // Larger than the first cache where a stays in it.
  [{ R: 2, m: 3, n: 1201, k: 4 }, "mRk", "kn", "mRn"],
  // No sum, and no column.
  [{ R: 2, B: 3, m: 6, n: 5 }, "RmB", "Bn", "RmBn"],
  [{ R: 2, B: 3, m: 6, k: 5 }, "RBkm", "Bk", "mRB"],
  // No sum, and the one row of b has its elements apart.
  [{ P: 2, Q: 2, m: 2, n: 2 }, "mPQ", "nQP", "mPQn"],
  [{ R: 3, m: 5, n: 70 }, "Rm", "nR", "Rmn"],
];

function stride(extents: Case[0], order: string, letter: string): number {
  const at = order.indexOf(letter);
  return at < 0
    ? 0
    : Array.from(order.slice(at + 1)).reduce((product, one) => product * (extents[one] ?? 1), 1);
}

/** Elements from one row to the next of the matrix of a buffer, whose rows or whose columns are neighbours; true where these are. */
function lines([extents, ...orders]: Case, name: Name): readonly [step: number, straight: boolean] {
  const order = orders[{ a: 0, b: 1, out: 2 }[name]] ?? "";
  const [row, column] = { a: "mk", b: "kn", out: "mn" }[name] as unknown as [string, string];
  const straight = stride(extents, order, column) === 1 || (extents[column] ?? 1) === 1;
  if (!straight) return [stride(extents, order, column), false];
  return [stride(extents, order, row) || (extents[column] ?? 1), true];
}

function productOf(given: Case): Product {
  const [extents, ...orders] = given;
  const loops = Object.entries(extents)
    .filter(([letter]) => letter < "a")
    .map(([letter, extent]): Loop => {
      const [a, b, out] = orders.map((order) => stride(extents, order, letter)) as [number, number, number];
      return { extent, a, b, out };
    });
  const { m = 1, n = 1, k = 1 } = extents;
  const [[a, straightA], [b, straightB], [out]] = [lines(given, "a"), lines(given, "b"), lines(given, "out")];
  const forms = { formA: straightA ? "mk" : "km", formB: straightB ? "kn" : "nk" } as const;
  return { batch: 1, m, n, k, ...forms, strided: { loops, a, b, out } };
}

function size(extents: Case[0], order: string): number {
  return Array.from(order).reduce((product, one) => product * (extents[one] ?? 1), 1);
}

/** The sum over all letters that the result has not, element by element. */
function definition(
  [extents, ...orders]: Case,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  width: number,
): Float64Array {
  const out = new Float64Array(size(extents, orders[2]) * width);
  const letters = Object.keys(extents);
  for (let cell = 0; cell < size(extents, letters.join("")); cell += 1) {
    let rest = cell;
    const at = [0, 0, 0];
    for (const letter of letters) {
      const value = rest % (extents[letter] ?? 1);
      rest = Math.floor(rest / (extents[letter] ?? 1));
      orders.forEach(
        (order, place) => (at[place] = (at[place] ?? 0) + value * stride(extents, order, letter)),
      );
    }
    const [x, y, z] = at.map((element) => element * width) as [number, number, number];
    const [re, im] = [x, y].map((start, which) => (which === 0 ? a : b)[start] ?? NaN) as [number, number];
    if (width === 1) out[z] = (out[z] ?? NaN) + re * im;
    else {
      const [u, v] = [a[x + 1] ?? NaN, b[y + 1] ?? NaN];
      out[z] = (out[z] ?? NaN) + re * im - u * v;
      out[z + 1] = (out[z + 1] ?? NaN) + re * v + u * im;
    }
  }
  return out;
}

/** Nothing is left to it where a BLAS is to do all. */
const refusing = {
  ...plainArithmetic("float64"),
  multiply: () => {
    throw new RangeError("expected a call of the BLAS");
  },
};

test.each(CASES)("matrices with gaps are multiplied where they lie: %o, %s times %s to %s", (...given) => {
  const [extents, ofA, ofB, ofOut] = given;
  const product = productOf(given);
  for (const dtype of DTYPES) {
    const arena = makeArena(2 ** 22);
    const width = isComplex(dtype) ? 2 : 1;
    const draw = mulberry32(1);
    const [a, b, out] = [ofA, ofB, ofOut].map((order) => arena.place(dtype, size(extents, order))) as [
      ReturnType<typeof arena.place>,
      ReturnType<typeof arena.place>,
      ReturnType<typeof arena.place>,
    ];
    for (const { floats } of [a, b])
      for (let lane = 0; lane < floats.length; lane += 1) floats[lane] = draw() - 0.5;
    const wanted = definition(given, a.floats, b.floats, width);
    const bound = (product.k + 2) * (dtype === "float32" || dtype === "complex64" ? 2 ** -24 : 2 ** -53);
    out.floats.fill(NaN);
    arena.kernels.multiply(out.address, a.address, b.address, product, dtype);
    expect(distance(out.floats, wanted)).toBeLessThan(bound);
    expect(arena.broken()).toEqual([]);
    out.floats.fill(NaN);
    multiply(makeWorkspace(), out.floats, a.floats, b.floats, product, width);
    expect(distance(out.floats, wanted)).toBeLessThan(bound);
    if (systemNative === undefined) continue;
    out.floats.fill(NaN);
    nativeArithmetic(dtype, systemNative, refusing).multiply(out.floats, a.floats, b.floats, product);
    expect(distance(out.floats, wanted)).toBeLessThan(bound);
  }
});
