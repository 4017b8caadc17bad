/** A memory for tests of the WebAssembly kernels, in which every array is followed by guard bytes. */
import { isComplex, type Dtype } from "../../../dsl/index.ts";
import type { Floats, Width } from "../../../kernel/tensor/floats.ts";
import type { Product } from "../../../kernel/tensor/product.ts";
import {
  compileKernels,
  makeKernels,
  WORKSPACE_BYTES,
  type Kernels,
} from "../../../kernel/tensor/wasm/kernels.ts";
import { definition } from "./products.ts";

export const DTYPES: readonly Dtype[] = ["float32", "float64", "complex64", "complex128"];

const GUARD = 64;
const GUARD_BYTE = 0xa5;

export interface Arena {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** Zeros, guarded on both sides; `floats` lie at byte `address`. Their address is a multiple of their size, of no more. */
  place(dtype: Dtype, elements: number): { address: number; floats: Floats };
  /** The guards that a kernel wrote over. */
  broken(): number[];
}

/** `bytes` from byte `start` on, which the memory ends with. */
export function makeArena(bytes: number, start = 0, relaxed = false): Arena {
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
    memory,
    kernels: makeKernels(compileKernels(relaxed), memory, begin),
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

const epsilon = (dtype: Dtype): number =>
  dtype === "float32" || dtype === "complex64" ? 2 ** -24 : 2 ** -53;

/** A product that has run. */
export interface Case {
  readonly a: Floats;
  readonly b: Floats;
  readonly out: Floats;
}

/** Multiplies operands that are drawn, a's before b's. */
export function run(arena: Arena, product: Product, dtype: Dtype, draw: () => number): Case {
  const { batch, m, n, k, shared: which } = product;
  const a = arena.place(dtype, (which === "a" ? 1 : batch) * m * k);
  const b = arena.place(dtype, (which === "b" ? 1 : batch) * n * k);
  const out = arena.place(dtype, batch * m * n);
  for (const { floats } of [a, b]) for (let lane = 0; lane < floats.length; lane += 1) floats[lane] = draw();
  out.floats.fill(NaN);
  arena.kernels.multiply(out.address, a.address, b.address, product, dtype);
  return { a: a.floats, b: b.floats, out: out.floats };
}

/** By element, |re| + |im|. */
function sizes(floats: Floats, width: Width): Float64Array {
  const size = (lane: number): number => Math.abs(floats[lane] ?? NaN);
  return Float64Array.from({ length: floats.length / width }, (_, element) =>
    width === 1 ? size(element) : size(2 * element) + size(2 * element + 1),
  );
}

/** The largest error, over what sums of at most 256 rounded terms may be off by, and float64 sums of those. */
export function shareOfBound({ a, b, out }: Case, product: Product, dtype: Dtype): number {
  const width = isComplex(dtype) ? 2 : 1;
  const wanted = definition(a, b, product, width);
  const size = definition(sizes(a, width), sizes(b, width), product, 1);
  const terms = product.k * width;
  const bound = (Math.min(256, terms) + 2) * epsilon(dtype) + 2 * terms * 2 ** -53;
  return wanted.reduce((most, value, lane) => {
    const off = Math.abs((out[lane] ?? NaN) - value) / (bound * (size[Math.floor(lane / width)] ?? NaN));
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
}

export function bytesOf(floats: Floats): Uint8Array {
  return Uint8Array.from(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
}
