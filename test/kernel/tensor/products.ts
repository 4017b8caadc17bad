/** Rows for tests of matrix products, and the definition that each must agree with. */
import type { Floats, Width } from "../../../kernel/tensor/floats.ts";
import { entryStrides, type Product } from "../../../kernel/tensor/product.ts";

export type Extents = readonly [batch: number, m: number, n: number, k: number];

/** Small, thin, odd, one more than a panel, and past the limits of a tile and of a packed block. */
export const EXTENTS: readonly Extents[] = [
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

/** Every storage form of the extents. */
export function inAllForms(extents: readonly Extents[]): Product[] {
  return extents.flatMap(([batch, m, n, k]) =>
    (["mk", "km"] as const).flatMap((formA) =>
      (["kn", "nk"] as const).map((formB): Product => ({ batch, m, n, k, formA, formB })),
    ),
  );
}

/** The definition, in float64. */
export function definition(a: Floats, b: Floats, product: Product, width: Width): Float64Array {
  const { batch, m, n, k, formA, formB } = product;
  const next = entryStrides(product);
  const out = new Float64Array(batch * m * n * width);
  for (let cell = 0; cell < batch * m * n; cell += 1) {
    const [entry, row, column] = [Math.floor(cell / (m * n)), Math.floor(cell / n) % m, cell % n];
    for (let p = 0; p < k; p += 1) {
      const at = width * (entry * next.a + (formA === "mk" ? row * k + p : p * m + row));
      const bt = width * (entry * next.b + (formB === "kn" ? p * n + column : column * k + p));
      const [x, y] = [a[at] ?? NaN, width === 2 ? (a[at + 1] ?? NaN) : 0];
      const [u, v] = [b[bt] ?? NaN, width === 2 ? (b[bt + 1] ?? NaN) : 0];
      out[width * cell] = (out[width * cell] ?? NaN) + x * u - y * v;
      if (width === 2) out[2 * cell + 1] = (out[2 * cell + 1] ?? NaN) + x * v + y * u;
    }
  }
  return out;
}

/** The largest distance of two floats at the same place; Infinity where one is not a number. */
export function distance(x: Floats, y: Float64Array): number {
  return y.reduce((most, value, lane) => {
    const off = Math.abs((x[lane] ?? NaN) - value);
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
}
