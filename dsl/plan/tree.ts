/** A contraction tree: in which pairs the tensors of a network are contracted. Plain data; survives JSON. */
import type { Label } from "../network/network.ts";

/**
 * Pairs in static single assignment form: tensors are 0..n-1, step k yields n+k.
 * Invariants: for n >= 1 tensors there are n-1 pairs, each id is used once and defined before use.
 * A disconnected pair is an outer product.
 */
export interface ContractionTree {
  readonly leaves: number;
  readonly pairs: readonly (readonly [number, number])[];
  /** Indices fixed one value at a time (never open ones... an open sliced index is written slice by slice). */
  readonly sliced: readonly Label[];
}

/** Cost convention: scalar multiply-adds, summed over pairs as the product of all extents involved. */
export interface Cost {
  /** log10 of multiply-adds over all slices. */
  readonly log10Flops: number;
  /** log2 of the element count of the largest intermediate, within one slice. */
  readonly log2Size: number;
  /** log2 of the number of slices. */
  readonly log2Slices: number;
}

/** How a tree is searched for. Methods are values. `seconds` is enforced through `Budget`, not through a clock here. */
export type Objective = "flops" | "size" | "combo";

/** Passed in by the kernel, since dsl has no clock. */
export interface Budget {
  /** True once the search must stop, or a part of it that may use only `share` of the time; asked between trials. */
  readonly expired: (share?: number) => boolean;
  /** Upper limit of trials, for reproducible runs. */
  readonly trials: number;
}
