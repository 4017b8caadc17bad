/** A memory for tests of the WebAssembly kernels, in which every array is followed by guard bytes. */
import { isComplex, type Dtype } from "../../../dsl/index.ts";
import type { Floats } from "../../../kernel/tensor/floats.ts";
import {
  compileKernels,
  makeKernels,
  WORKSPACE_BYTES,
  type Kernels,
} from "../../../kernel/tensor/wasm/kernels.ts";

export const DTYPES: readonly Dtype[] = ["float32", "float64", "complex64", "complex128"];

const GUARD = 64;
const GUARD_BYTE = 0xa5;

const module = compileKernels();

export interface Arena {
  readonly kernels: Kernels;
  /** Zeros, guarded on both sides; `floats` lie at byte `address`. Their address is a multiple of their size, of no more. */
  place(dtype: Dtype, elements: number): { address: number; floats: Floats };
  /** The guards that a kernel wrote over. */
  broken(): number[];
}

/** `bytes` from byte `start` on, which the memory ends with. */
export function makeArena(bytes: number, start = 0): Arena {
  const begin = Math.ceil(start / 64) * 64;
  const pages = Math.ceil((begin + WORKSPACE_BYTES + bytes) / 65536);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  memory.grow(pages - 1);
  const guards: Uint8Array[] = [];
  const guard = (at: number): void => {
    guards.push(new Uint8Array(memory.buffer, at, GUARD).fill(GUARD_BYTE));
  };
  guard(begin + WORKSPACE_BYTES);
  let next = begin + WORKSPACE_BYTES + GUARD;
  return {
    kernels: makeKernels(module, memory, begin),
    place: (dtype, elements) => {
      const Type = dtype === "float32" || dtype === "complex64" ? Float32Array : Float64Array;
      const floats = new Type(memory.buffer, next, elements * (isComplex(dtype) ? 2 : 1));
      const address = next;
      guard(address + floats.byteLength);
      next = address + floats.byteLength + GUARD;
      // Not on a whole vector, and yet on a whole float.
      next = Math.ceil(next / 8) * 8 + 8;
      return { address, floats };
    },
    broken: () =>
      guards.flatMap((bytes, which) => (bytes.some((byte) => byte !== GUARD_BYTE) ? [which] : [])),
  };
}
