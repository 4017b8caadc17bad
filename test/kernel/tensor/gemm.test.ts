import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Floats, Width } from "../../../kernel/tensor/floats.ts";
import { makeWorkspace, multiply } from "../../../kernel/tensor/gemm.ts";
import type { Product } from "../../../kernel/tensor/product.ts";

const work = makeWorkspace();

/** Batch, m, n, k: small, thin, odd, one more than a panel, and past the limits of a tile and of a packed block. */
const extents: readonly (readonly [number, number, number, number])[] = [
  [1, 1, 1, 1],
  [5, 1, 1, 1],
  [3, 2, 3, 5],
  [2, 1, 9, 700],
  [1, 300, 1, 9],
  [1, 1, 1, 1000],
  [1, 65, 1, 513],
  [2, 17, 19, 23],
  [1, 5, 4001, 4],
  [1, 4001, 7, 3],
  [1, 70, 131, 257],
  [1, 259, 66, 300],
  [1, 33, 2, 600],
];

const rows = extents.flatMap(([batch, m, n, k]) =>
  (["mk", "km"] as const).flatMap((formA) =>
    (["kn", "nk"] as const).map((formB): Product => ({ batch, m, n, k, formA, formB })),
  ),
);

/** The definition, in float64. */
function expected(
  a: Floats,
  b: Floats,
  { batch, m, n, k, formA, formB }: Product,
  width: Width,
): Float64Array {
  const out = new Float64Array(batch * m * n * width);
  for (let cell = 0; cell < batch * m * n; cell += 1) {
    const [entry, row, column] = [Math.floor(cell / (m * n)), Math.floor(cell / n) % m, cell % n];
    for (let p = 0; p < k; p += 1) {
      const at = width * (entry * m * k + (formA === "mk" ? row * k + p : p * m + row));
      const bt = width * (entry * n * k + (formB === "kn" ? p * n + column : column * k + p));
      const [x, y] = [a[at] ?? NaN, width === 2 ? (a[at + 1] ?? NaN) : 0];
      const [u, v] = [b[bt] ?? NaN, width === 2 ? (b[bt + 1] ?? NaN) : 0];
      out[width * cell] = (out[width * cell] ?? NaN) + x * u - y * v;
      if (width === 2) out[2 * cell + 1] = (out[2 * cell + 1] ?? NaN) + x * v + y * u;
    }
  }
  return out;
}

test.each(rows)("$batch x [$m, $k] ($formA) times [$k, $n] ($formB)", (product) => {
  const { batch, m, n, k } = product;
  const random = mulberry32(m + n + k);
  for (const width of [1, 2] as const)
    for (const [Type, tolerance] of [
      [Float64Array, 1e-13],
      [Float32Array, 1e-7],
    ] as const) {
      const draw = (elements: number): Floats => new Type(elements * width).map(() => random() - 0.5);
      const [a, b] = [draw(batch * m * k), draw(batch * n * k)];
      const out = new Type(batch * m * n * width).fill(NaN);
      multiply(work, out, a, b, product, width);
      const wanted = expected(a, b, product, width);
      const worst = wanted.reduce((most, x, lane) => {
        const off = Math.abs((out[lane] ?? NaN) - x);
        return Number.isNaN(off) ? Infinity : Math.max(most, off);
      }, 0);
      // Float64 sums whatever the operands are: the result is off by its own rounding alone.
      expect(worst / Math.max(1, Math.sqrt(k))).toBeLessThan(tolerance);
    }
});
