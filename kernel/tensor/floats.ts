/** Numbers in memory. Complex elements are two neighbouring floats, re then im; `width` is the floats of an element. */
import type { Dtype } from "../../dsl/core.ts";

export type Floats = Float32Array | Float64Array;

/** Floats of one element: 1 real, 2 complex. */
export type Width = 1 | 2;

// Worker threads load this folder, and take only types from the language: its parser would be most of their start.

export function widthOf(dtype: Dtype): Width {
  return dtype === "complex64" || dtype === "complex128" ? 2 : 1;
}

/** Floats that are copied at once: a thread that is to end does so between two copies, never within one. */
const COPIED_AT_ONCE = 2 ** 21;

/** As `out.set(from, at)`. */
export function copyFloats(out: Floats, at: number, from: Floats): void {
  for (let begin = 0; begin < from.length; begin += COPIED_AT_ONCE)
    out.set(from.subarray(begin, begin + COPIED_AT_ONCE), at + begin);
}

/** Bytes of a float: 4 single, 8 double. */
export function floatBytes(dtype: Dtype): 4 | 8 {
  return dtype === "float32" || dtype === "complex64" ? 4 : 8;
}

export function elementBytes(dtype: Dtype): number {
  return widthOf(dtype) * floatBytes(dtype);
}
