/** A tensor network: a hypergraph of tensors joined by indices. Plain data; survives JSON. */

/** The printed name of an index, e.g. `i`, `s_1`, `s_{1,2}`. Equal labels are the same index. */
export type Label = string;

export type Dtype = "float32" | "float64" | "complex64" | "complex128";

export const DTYPES: readonly Dtype[] = ["float32", "float64", "complex64", "complex128"];

export function isComplex(dtype: Dtype): boolean {
  return dtype === "complex64" || dtype === "complex128";
}

/** Bytes of one element. */
export function elementBytes(dtype: Dtype): number {
  return { float32: 4, float64: 8, complex64: 8, complex128: 16 }[dtype];
}

/** One factor of the product. */
export interface NetworkTensor {
  /** As written, with loop values where it came from a comprehension: `A`, `W(x=1,y=2)`. */
  readonly name: string;
  /** One label an axis, row-major; a label may repeat (diagonal or trace). */
  readonly labels: readonly Label[];
}

/**
 * Invariants: every label of a tensor and of `open` has an extent; `open` has no repeats, and each of
 * its labels occurs in at least one tensor. Labels that are not open are summed over.
 */
export interface Network {
  readonly name: string;
  readonly dtype: Dtype;
  readonly tensors: readonly NetworkTensor[];
  /** Axes of the result, row-major. */
  readonly open: readonly Label[];
  /** Positive integers. */
  readonly extents: Readonly<Record<Label, number>>;
}

/** Entries of one tensor, row-major over its axes; `im` absent when all are real. Many tensors may share one. */
export interface Entries {
  readonly re: Float64Array;
  readonly im?: Float64Array;
}

/** That the value is wanted beyond the range and the digits of float64, and from what it is found. */
export type Exactness =
  /**
   * The value is that of the network with these entries, all of them integers, in the place of its own, divided by
   * `denominator`, a decimal integer. Without `entries` its own are integers.
   */
  | { readonly kind: "count"; readonly entries?: readonly Entries[]; readonly denominator: string }
  /** The value is a mantissa and an exponent. Of `rounded` tensors the entries were rounded to float64 when they were read. */
  | { readonly kind: "scaled"; readonly rounded: number };

/**
 * A network with its numbers: `entries[k]` belongs to `network.tensors[k]`. A network without data has no entries at all: it can
 * be ordered, scheduled and modelled, not run.
 */
export interface ValuedNetwork {
  readonly network: Network;
  readonly entries: readonly Entries[];
  readonly exact?: Exactness;
}

export function hasData({ network, entries }: ValuedNetwork): boolean {
  return entries.length === network.tensors.length;
}

export function extentOf(network: Network, label: Label): number {
  const extent = network.extents[label];
  if (extent === undefined) throw new RangeError(`expected an extent for index ${label}, got none`);
  return extent;
}
