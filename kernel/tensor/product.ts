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
}

/** Elements from one batch entry to the next in each operand. */
export function entryStrides({ m, n, k, shared }: Product): { readonly a: number; readonly b: number } {
  return { a: shared === "a" ? 0 : m * k, b: shared === "b" ? 0 : n * k };
}
