/** Numbers in memory. Complex elements are two neighbouring floats, re then im; `width` is the floats of an element. */

export type Floats = Float32Array | Float64Array;

/** Floats of one element: 1 real, 2 complex. */
export type Width = 1 | 2;
