/** A BLAS of this computer, for tests of what is done by one. */
import { hasKoffi } from "../../../kernel/tensor/blas/koffi.ts";
import { openBlas, type Blas } from "../../../kernel/tensor/blas/library.ts";
import type { Native } from "../../../kernel/tensor/blas/native.ts";

interface Found {
  readonly file: string;
  readonly blas: Blas;
}

function found(): Found | undefined {
  if (!hasKoffi()) return undefined;
  for (const file of ["libopenblas.so.0", "libblis.so.4"])
    try {
      return { file, blas: openBlas(file) };
    } catch {
      // The next, or none.
    }
  return undefined;
}

export const system = found();

/** To do all that it can, however fast. */
export const systemNative: Native | undefined = system && {
  file: system.file,
  description: system.blas.description,
  environment: {},
  flopsPerSecond: { float32: 1, float64: 1, complex64: 1, complex128: 1 },
  thinFlopsPerSecond: 1,
};
export const withoutBlas = system === undefined ? " (left out: no OpenBLAS or BLIS here)" : "";
