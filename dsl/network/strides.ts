/** Views of entries, copied out: of each axis of the result, how far one step of it goes in the source. */
import type { Entries } from "./network.ts";

export interface View {
  readonly shape: readonly number[];
  /** One a place of `shape`; may be negative. */
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/** Row-major copy of a view. */
export function copied({ re, im }: Entries, view: View): Entries {
  const places = placesOf(view);
  const of = (values: Float64Array): Float64Array =>
    Float64Array.from(places, (place) => values[place] ?? NaN);
  return im === undefined ? { re: of(re) } : { re: of(re), im: of(im) };
}

/** Of each element of a view, row-major, its place in the source. */
export function placesOf({ shape, strides, offset }: View): Int32Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const places = new Int32Array(count);
  places[0] = offset;
  let [made, last] = [1, shape.length - 1];
  // From the innermost axis out: what is made already is repeated, shifted.
  for (; last >= 0; last -= 1) {
    const [extent, stride] = [shape[last] as number, strides[last] as number];
    for (let step = 1; step < extent; step += 1)
      for (let k = 0; k < made; k += 1) places[step * made + k] = (places[k] as number) + step * stride;
    made *= extent;
  }
  return places;
}
