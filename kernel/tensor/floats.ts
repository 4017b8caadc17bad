/** Numbers in memory. Complex elements are two neighbouring floats, re then im; `width` is the floats of an element. */
import type { Dtype } from "../../dsl/index.ts";

export type Floats = Float32Array | Float64Array;

/** Floats of one element: 1 real, 2 complex. */
export type Width = 1 | 2;

// Worker threads load this folder, and take only types from the language: its parser would be most of their start.

export function widthOf(dtype: Dtype): Width {
  return dtype === "complex64" || dtype === "complex128" ? 2 : 1;
}

/** Bytes of a float: 4 single, 8 double. */
export function floatBytes(dtype: Dtype): 4 | 8 {
  return dtype === "float32" || dtype === "complex64" ? 4 : 8;
}
