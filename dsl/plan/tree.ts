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

/**
 * What a search minimises: multiply-adds, the largest intermediate, multiply-adds with elements moved at a weight of nine,
 * the elements written, the most elements alive at once, or multiply-adds with elements moved at a weight of one's own. The weight
 * is the multiply-adds that take as long as moving one element: on a machine its rate in flops over 8 (complex) or 2 (real),
 * over its bytes a second over the bytes of an element. Plain data; survives a message to a worker.
 */
export type Objective = "flops" | "size" | "combo" | "writes" | "peak" | { readonly weight: number };

/** Passed in by the kernel, since dsl has no clock. */
export interface Budget {
  /** True once the search must stop, or a part of it that may use only `share` of the time; asked between trials. */
  readonly expired: (share?: number) => boolean;
  /** Upper limit of trials, for reproducible runs. */
  readonly trials: number;
}
