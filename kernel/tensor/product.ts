import type { Strided } from "../../dsl/core.ts";

/**
 * Extents and storage forms of out[i, r, c] := sum over p of a[i, r, p] * b[i, p, c]; the batch i leads everywhere, but an operand
 * that is `shared` has none and is the same for every i.
 */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly formA: "mk" | "km";
  readonly formB: "kn" | "nk";
  readonly shared?: "a" | "b";
  /** Absent: matrices without gaps, one after the other. Else one product for all values of the loops, and no batch. */
  readonly strided?: Strided;
}

/** Elements from one batch entry to the next in each operand. */
export function entryStrides({ m, n, k, shared }: Product): { readonly a: number; readonly b: number } {
  return { a: shared === "a" ? 0 : m * k, b: shared === "b" ? 0 : n * k };
}

/** Elements from one row of a matrix, as it is stored, to the next. */
export type Lines = Pick<Strided, "a" | "b" | "out">;

export function linesOf(product: Omit<Product, "batch" | "shared">): Lines {
  const { m, n, k, formA, formB, strided } = product;
  return strided ?? { a: formA === "mk" ? k : m, b: formB === "kn" ? n : k, out: n };
}

/** A batch as an axis around its products. */
export function batchOf(product: Product): Pick<Strided, "loops"> {
  const { batch, m, n } = product;
  return { loops: [{ extent: batch, ...entryStrides(product), out: m * n }] };
}

/** Calls `visit` with where the matrices of each product begin, in elements. */
export function eachProduct(
  { loops }: Pick<Strided, "loops">,
  visit: (a: number, b: number, out: number) => void,
): void {
  const at = loops.map(() => 0);
  let [a, b, out] = [0, 0, 0];
  for (;;) {
    visit(a, b, out);
    let axis = loops.length - 1;
    for (; axis >= 0; axis -= 1) {
      const loop = loops[axis] as Strided["loops"][number];
      const value = ((at[axis] as number) += 1);
      [a, b, out] = [a + loop.a, b + loop.b, out + loop.out];
      if (value < loop.extent) break;
      [a, b, out] = [a - loop.extent * loop.a, b - loop.extent * loop.b, out - loop.extent * loop.out];
      at[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** An extent that is cut into as few parts of at most `most` as there can be: that of each but the last, which may be smaller. */
export function evenly(extent: number, most: number): number {
  return Math.ceil(extent / Math.ceil(extent / most));
}
