/**
 * The arithmetic of one thread, in WebAssembly SIMD over a shared memory. In: byte addresses in that memory, below 4 GiB. Out:
 * numbers in the same memory. Nothing is allocated; scratch is the thread's workspace.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import type { Dtype, Strided } from "../../../dsl/core.ts";
import { elementBytes, floatBytes, widthOf } from "../floats.ts";
import { SCRATCH_BYTES } from "../folded.ts";
import { eachProduct, linesOf, type Product } from "../product.ts";
import { PLAN_WORDS, type CopyPlan } from "./plan.ts";

/** Scratch of the module. */
const MODULE_BYTES = 11 * 2 ** 19;
/** Scratch bytes of each thread, at an address that is a multiple of 64. */
export const WORKSPACE_BYTES = MODULE_BYTES + 2 * SCRATCH_BYTES;

export interface Extents {
  readonly outer: number;
  readonly reduced: number;
  readonly inner: number;
}

export interface Kernels {
  /** Where scratch begins that they do not use, 2 * SCRATCH_BYTES. */
  readonly scratch: number;
  /**
   * out[i, r, c] := sum over p of a[i, r, p] * b[i, p, c]; `out` is row-major [batch, m, n]. At most 256 terms are summed in the
   * operands' precision, and what they come to in float64: in float32 the error is within 256 * 2^-24 of the sum of the terms' sizes,
   * whatever k. The bits depend on the operands alone (in the relaxed module on the processor, too), and are the same where a and b change
   * places, or lie in larger buffers.
   */
  multiply(out: number, a: number, b: number, product: Product, dtype: Dtype): void;
  /** Fills `out` with the elements of the view whose first element is at `from`. */
  copyStrided(out: number, from: number, plan: CopyPlan): void;
  /** out[outer, inner] := sum over r of from[outer, r, inner], summed in float64 and rounded once. */
  sumAxis(out: number, from: number, extents: Extents, dtype: Dtype): void;
  /** sums := sums + terms, element by element. */
  addInto(sums: number, terms: number, elements: number, dtype: Dtype): void;
  /**
   * Multiplies parts, real or imaginary, by a factor that is a number of the dtype; the result is their largest magnitude before, NaN where
   * one is.
   */
  scale(at: number, parts: number, factor: number, dtype: Dtype): number;
}

/** Steps: bytes from one matrix of a batch to the next; lines: from one row of a matrix as it is stored to the next. */
type Multiply = (
  out: number,
  a: number,
  b: number,
  ...numbers: [
    ...steps: [batch: number, out: number, a: number, b: number],
    ...extents: [m: number, n: number, k: number, forms: number],
    ...lines: [a: number, b: number, out: number],
    workspace: number,
  ]
) => void;
type Sum = (out: number, from: number, outer: number, reduced: number, inner: number) => void;
type Add = (sums: number, terms: number, floats: number) => void;
type Scale = (at: number, floats: number, factor: number) => number;

interface Exports {
  readonly multiplyFloat32: Multiply;
  readonly multiplyFloat64: Multiply;
  readonly multiplyComplex64: Multiply;
  readonly multiplyComplex128: Multiply;
  readonly copyParts: (out: number, from: number, plan: number) => void;
  readonly sumAxisFloat32: Sum;
  readonly sumAxisFloat64: Sum;
  readonly addIntoFloat32: Add;
  readonly addIntoFloat64: Add;
  readonly scaleFloat32: Scale;
  readonly scaleFloat64: Scale;
}

const compiled = new Map<string, WebAssembly.Module>();

/**
 * The compiled module: made once a process, and handed to worker threads as it is. `relaxed`: the one in which a product and a sum may be
 * rounded once, as the processor has it; only where there is relaxed SIMD.
 */
export function compileKernels(relaxed = false): WebAssembly.Module {
  const file = relaxed ? RELAXED : USUAL;
  const known = compiled.get(file);
  if (known !== undefined) return known;
  // Else V8 makes fast code only of what has run often, and stays in the slow one until the call ends, however long that takes.
  setFlagsFromString("--no-wasm-dynamic-tiering");
  const module = new WebAssembly.Module(bytesOf(file));
  compiled.set(file, module);
  return module;
}

/** Whether this runtime takes the module of relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(bytesOf(RELAXED));
}

const USUAL = "kernels.wasm";
const RELAXED = "relaxed.wasm";

function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  // Modules are built beside the compiled JavaScript, also where this file itself is run from its source.
  return new Uint8Array(
    readFileSync(createRequire(import.meta.url).resolve(`tnlab/kernel/tensor/wasm/${file}`)),
  );
}

/** Kernels over `memory`, which is shared; `workspace`: where this thread's WORKSPACE_BYTES begin. */
export function makeKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  workspace: number,
): Kernels {
  const made = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const words = new Uint32Array(memory.buffer, workspace, PLAN_WORDS);
  const multiply: Record<Dtype, Multiply> = {
    float32: made.multiplyFloat32,
    float64: made.multiplyFloat64,
    complex64: made.multiplyComplex64,
    complex128: made.multiplyComplex128,
  };
  return {
    scratch: workspace + MODULE_BYTES,
    multiply: (out, a, b, product, dtype) => {
      const { m, n, k } = product;
      const bytes = elementBytes(dtype);
      const lines = linesOf(product);
      const { within, around } = loopsOf(product);
      const steps = [within.extent, bytes * within.out, bytes * within.a, bytes * within.b] as const;
      const extents = [m, n, k, formsOf(product)] as const;
      const rest = [bytes * lines.a, bytes * lines.b, bytes * lines.out, workspace] as const;
      eachProduct({ loops: around }, (atA, atB, atOut) => {
        const places = [out + bytes * atOut, a + bytes * atA, b + bytes * atB] as const;
        multiply[dtype](...places, ...steps, ...extents, ...rest);
      });
    },
    copyStrided: (out, from, plan) => {
      words.set(plan.words);
      made.copyParts(out, from, workspace);
    },
    sumAxis: (out, from, { outer, reduced, inner }, dtype) => {
      const sum = floatBytes(dtype) === 4 ? made.sumAxisFloat32 : made.sumAxisFloat64;
      sum(out, from, outer, reduced, inner * widthOf(dtype));
    },
    addInto: (sums, terms, elements, dtype) => {
      const add = floatBytes(dtype) === 4 ? made.addIntoFloat32 : made.addIntoFloat64;
      add(sums, terms, elements * widthOf(dtype));
    },
    scale: (at, parts, factor, dtype) => {
      const scale = floatBytes(dtype) === 4 ? made.scaleFloat32 : made.scaleFloat64;
      return scale(at, parts, factor);
    },
  };
}

/** Multiply-adds of a product that takes no longer than a call from outside. */
const TINY = 256;

type Loop = Strided["loops"][number];

/** The loop of a product that has none around it. */
const ONCE: Loop = { extent: 1, a: 0, b: 0, out: 0 };

/**
 * The loop that goes on within the module, and those around its calls. Of matrices with gaps that is the longest one where calls would take
 * most of the time, else the last, in the order of the result.
 */
function loopsOf({ batch, m, n, k, shared, strided }: Product): { within: Loop; around: readonly Loop[] } {
  if (strided === undefined) {
    const within = {
      extent: batch,
      a: shared === "a" ? 0 : m * k,
      b: shared === "b" ? 0 : k * n,
      out: m * n,
    };
    return { within, around: [] };
  }
  const { loops } = strided;
  const longer = (best: Loop, one: Loop): Loop => (one.extent > best.extent ? one : best);
  const last = loops.at(-1) ?? ONCE;
  const within = m * n * k > TINY ? last : loops.reduce(longer, last);
  return { within, around: loops.filter((one) => one !== within) };
}

/** Bits: a is km; b is nk. */
function formsOf({ formA, formB }: Product): number {
  return (formA === "km" ? 1 : 0) | (formB === "nk" ? 2 : 0);
}
