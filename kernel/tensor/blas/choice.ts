/** Which products a BLAS does faster than the WebAssembly kernels: measured over a grid of extents, once a computer. */
import type { Dtype } from "../../../dsl/core.ts";
import type { Product } from "../product.ts";
import type { Matrices } from "./library.ts";

/** Extents that are measured; others are taken for the nearest. */
const GRID = [1, 2, 4, 8, 16, 32, 128, 1024] as const;
/** Multiply-adds of the largest products that are measured. */
const MOST = 2 ** 18;
/** And of the smallest: below it the call of a library takes as long as the product, and kernels need one call for a whole batch. */
const LEAST = 2 ** 13;

const FORMS = (["mk", "km"] as const).flatMap((formA) =>
  (["kn", "nk"] as const).map((formB) => ({ formA, formB })),
);

/** A digit for each form and each (m, n, k) of the grid: 1 where the BLAS is faster. */
export type Choices = Readonly<Record<Dtype, string>>;

/** `isFaster` is asked for the products of the grid that are neither too small nor too large, in some order. */
export function choicesOf(isFaster: (dtype: Dtype, matrices: Matrices) => boolean): Choices {
  const digits = (dtype: Dtype): string =>
    FORMS.flatMap((forms) =>
      GRID.flatMap((m) =>
        GRID.flatMap((n) =>
          GRID.map((k) => (isMeasured(m * n * k) && isFaster(dtype, { m, n, k, ...forms }) ? "1" : "0")),
        ),
      ),
    ).join("");
  return {
    float32: digits("float32"),
    float64: digits("float64"),
    complex64: digits("complex64"),
    complex128: digits("complex128"),
  };
}

function isMeasured(multiplyAdds: number): boolean {
  return multiplyAdds >= LEAST && multiplyAdds <= MOST;
}

/** Whether the BLAS is the faster one for a product of these extents. */
export function isNativeFaster(digits: string, matrices: Omit<Product, "batch" | "shared">): boolean {
  let [m, n, k] = [nearest(matrices.m), nearest(matrices.n), nearest(matrices.k)];
  // A larger product goes as the largest of its proportions that was measured.
  while (extent(m) * extent(n) * extent(k) > MOST)
    if (m >= n && m >= k) m -= 1;
    else if (n >= k) n -= 1;
    else k -= 1;
  const form = FORMS.findIndex(({ formA, formB }) => formA === matrices.formA && formB === matrices.formB);
  return digits[((form * GRID.length + m) * GRID.length + n) * GRID.length + k] === "1";
}

function extent(position: number): number {
  return GRID[position] ?? NaN;
}

/** Position in the grid, nearest by ratio. */
function nearest(value: number): number {
  let position = 0;
  while (position + 1 < GRID.length && value * value >= extent(position) * extent(position + 1))
    position += 1;
  return position;
}
