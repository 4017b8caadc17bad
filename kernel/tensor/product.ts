/** Extents and storage forms of out[i, r, c] := sum over p of a[i, r, p] * b[i, p, c]; the batch i leads everywhere. */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly formA: "mk" | "km";
  readonly formB: "kn" | "nk";
}
