/** Sums of elements, kept in float64 and rounded once. */
import type { Floats, Width } from "./floats.ts";

/** out[outer, inner] := sum over r of from[outer, r, inner]. */
export function sumAxis(
  out: Floats,
  from: Floats,
  extents: { readonly outer: number; readonly reduced: number; readonly inner: number },
  width: Width,
): void {
  const { outer, reduced } = extents;
  const inner = extents.inner * width;
  for (let row = 0; row < outer; row += 1)
    for (let lane = 0; lane < inner; lane += 1) {
      let sum = 0;
      let read = row * reduced * inner + lane;
      for (let term = 0; term < reduced; term += 1, read += inner) sum += from[read] as number;
      out[row * inner + lane] = sum;
    }
}

/** Adds `terms` float by float into `sums`, from float `start` of it on. */
export function addInto(sums: Floats, start: number, terms: Floats): void {
  for (let lane = 0; lane < terms.length; lane += 1)
    sums[start + lane] = (sums[start + lane] as number) + (terms[lane] as number);
}

/** out := sum of the inputs float by float, in their order, each read from float `start` on. */
export function sumInputs(out: Floats, inputs: readonly Floats[], start: number): void {
  for (let lane = 0; lane < out.length; lane += 1) {
    let sum = 0;
    for (const input of inputs) sum += input[start + lane] as number;
    out[lane] = sum;
  }
}
