/** Batches of products of single elements: no matrix is in them, and memory is what they wait for. */
import type { Floats, Width } from "./floats.ts";
import type { Product } from "./product.ts";

/** Whether every product of the batch is of one element with one other. */
export function isElementwise({ batch, m, n, k, shared, strided }: Product): boolean {
  return batch > 1 && m * n * k === 1 && shared === undefined && strided === undefined;
}

/** out[i] := a[i] * b[i], rounded once; the same bits where a and b change places. */
export function multiplyElements(out: Floats, a: Floats, b: Floats, width: Width): void {
  if (width === 2) multiplyComplex(out, a, b);
  else multiplyReal(out, a, b);
}

function multiplyReal(out: Floats, a: Floats, b: Floats): void {
  const { length } = out;
  for (let lane = 0; lane < length; lane += 1) out[lane] = (a[lane] as number) * (b[lane] as number);
}

function multiplyComplex(out: Floats, a: Floats, b: Floats): void {
  const { length } = out;
  for (let re = 0; re < length; re += 2) {
    const aRe = a[re] as number;
    const aIm = a[re + 1] as number;
    const bRe = b[re] as number;
    const bIm = b[re + 1] as number;
    out[re] = aRe * bRe - aIm * bIm;
    out[re + 1] = aRe * bIm + aIm * bRe;
  }
}
