/** What multiplies on the threads engine where the usual kernels do not: plain data, so that worker threads can be given it. */
import type { Native } from "../tensor/blas/native.ts";

/** The WebAssembly kernels in which a product and a sum are one operation of relaxed SIMD. */
export interface RelaxedKernels {
  readonly relaxed: true;
  readonly description: string;
}

export type Multiplier = Native | RelaxedKernels;

export function isRelaxed(multiplier: Multiplier | undefined): multiplier is RelaxedKernels {
  return multiplier !== undefined && "relaxed" in multiplier;
}
