/**
 * The arithmetic that a rank does on its numbers: WebAssembly kernels where they lie in a WebAssembly memory, else TypeScript. In
 * float64 both give the same bits where a sum has at most 256 terms; elsewhere they differ by roundings, as they do in speed.
 */
import type { Dtype } from "../../dsl/core.ts";
import { isNativeFaster } from "../tensor/blas/choice.ts";
import { addressOf } from "../tensor/blas/koffi.ts";
import { openBlas } from "../tensor/blas/library.ts";
import type { Native } from "../tensor/blas/native.ts";
import {
  isElementwise,
  isScaling,
  multiplyElements,
  multiplyScaled,
  scaleFloats,
} from "../tensor/elementwise.ts";
import { floatBytes, widthOf, type Floats } from "../tensor/floats.ts";
import {
  multiplyFolded,
  partOfKernels,
  partOfNative,
  SCRATCH_BYTES,
  type Folding,
  type Scratch,
} from "../tensor/folded.ts";
import { makeWorkspace, multiply } from "../tensor/gemm.ts";
import { batchOf, eachProduct, linesOf, type Product } from "../tensor/product.ts";
import { copyStrided, planCopy, type Copy, type View } from "../tensor/strided.ts";
import { addInto, sumAxis, sumInputs } from "../tensor/sums.ts";
import type { Extents, Kernels } from "../tensor/wasm/kernels.ts";
import { planCopy as planKernelCopy, type CopyPlan } from "../tensor/wasm/plan.ts";

export interface Arithmetic extends Pick<Folding, "scratch" | "planCopy"> {
  /** out[i, r, c] := sum over p of a[i, r, p] * b[i, p, c]. */
  multiply(out: Floats, a: Floats, b: Floats, product: Product): void;
  /** out[outer, inner] := sum over r of from[outer, r, inner]. */
  sumAxis(out: Floats, from: Floats, extents: Extents): void;
  /** Adds `terms` into `sums`, from float `start` of it on. */
  addInto(sums: Floats, start: number, terms: Floats): void;
  /** out := sum of the inputs, in their order, each read from float `start` on. */
  sumInputs(out: Floats, inputs: readonly Floats[], start: number): void;
  /** Multiplies by a factor that is a number of the dtype; the result is the largest magnitude before, NaN where one is. */
  scale(floats: Floats, factor: number): number;
}

export function plainArithmetic(dtype: Dtype): Arithmetic {
  const width = widthOf(dtype);
  const workspace = makeWorkspace();
  let scratch: Scratch | undefined;
  return {
    scratch: () => (scratch ??= scratchIn(new SharedArrayBuffer(2 * SCRATCH_BYTES), 0, dtype)),
    multiply: (out, a, b, product) => multiply(workspace, out, a, b, product, width),
    planCopy: (view) => {
      const plan = planCopy(view);
      return (out, from, start) => copyStrided(out, from, plan, start, width);
    },
    sumAxis: (out, from, extents) => sumAxis(out, from, extents, width),
    addInto,
    sumInputs,
    scale: scaleFloats,
  };
}

function scratchIn(buffer: ArrayBufferLike, start: number, dtype: Dtype): Scratch {
  const half = (at: number): Floats =>
    floatBytes(dtype) === 4
      ? new Float32Array(buffer, at, SCRATCH_BYTES / 4)
      : new Float64Array(buffer, at, SCRATCH_BYTES / 8);
  return [half(start), half(start + SCRATCH_BYTES)];
}

/** Plans of copies from where the kernels reach, and from elsewhere. */
function kernelCopies(
  dtype: Dtype,
  kernels: Kernels,
  { buffer }: WebAssembly.Memory,
  plain: Arithmetic,
): Folding["planCopy"] {
  // Networks have many tensors of few shapes, and a plan costs more than a small copy.
  const plans = new Map<string, CopyPlan>();
  const planOf = (view: View): CopyPlan => {
    const key = `${view.extents.join()} ${view.strides.join()} ${view.to?.join() ?? ""}`;
    const known = plans.get(key) ?? planKernelCopy(view, dtype);
    plans.set(key, known);
    return known;
  };
  return (view) => {
    const plan = planOf(view);
    // Its tables cost more than a small copy, and where all lies in one memory nothing needs them.
    let elsewhere: Copy | undefined;
    return (out, from, start) => {
      const bytes = start * widthOf(dtype) * from.BYTES_PER_ELEMENT;
      if (from.buffer === buffer) kernels.copyStrided(out.byteOffset, from.byteOffset + bytes, plan);
      else (elsewhere ??= plain.planCopy(view))(out, from, start);
    };
  };
}

/** Floats that are added up while they are in the first cache. */
const SUMMED_AT_ONCE = 2048;

/** Over numbers in `memory`. Inputs and peers' buffers that lie elsewhere are read by TypeScript. */
export function kernelArithmetic(dtype: Dtype, kernels: Kernels, memory: WebAssembly.Memory): Arithmetic {
  const { buffer } = memory;
  const width = widthOf(dtype);
  const plain = plainArithmetic(dtype);
  const isHere = (floats: Floats): boolean => floats.buffer === buffer;
  const multiplyDirectly = (out: Floats, a: Floats, b: Floats, product: Product): void => {
    kernels.multiply(out.byteOffset, a.byteOffset, b.byteOffset, product, dtype);
  };
  const scratch = scratchIn(buffer, kernels.scratch, dtype);
  const folding: Folding = {
    scratch: () => scratch,
    planCopy: kernelCopies(dtype, kernels, memory, plain),
    multiply: multiplyDirectly,
  };
  return {
    ...folding,
    multiply: (out, a, b, product) => {
      const part = partOfKernels(product, dtype);
      if (isElementwise(product)) multiplyElements(out, a, b, width);
      else if (isScaling(product)) multiplyScaled(out, a, b, product, width);
      else if (part !== undefined) multiplyFolded(folding, [out, a, b], product, part, width);
      else multiplyDirectly(out, a, b, product);
    },
    sumAxis: (out, from, extents) => kernels.sumAxis(out.byteOffset, from.byteOffset, extents, dtype),
    addInto: (sums, start, terms) => {
      const to = sums.byteOffset + start * sums.BYTES_PER_ELEMENT;
      if (isHere(sums)) kernels.addInto(to, terms.byteOffset, terms.length / width, dtype);
      else addInto(sums, start, terms);
    },
    scale: (floats, factor) => kernels.scale(floats.byteOffset, floats.length, factor, dtype),
    sumInputs: (out, inputs, start) => {
      const [first, ...others] = inputs;
      if (first === undefined || !inputs.every(isHere)) {
        sumInputs(out, inputs, start);
        return;
      }
      for (let lane = 0; lane < out.length; lane += SUMMED_AT_ONCE) {
        const part = out.subarray(lane, lane + SUMMED_AT_ONCE);
        part.set(first.subarray(start + lane, start + lane + part.length));
        for (const { byteOffset } of others) {
          const terms = byteOffset + (start + lane) * out.BYTES_PER_ELEMENT;
          kernels.addInto(part.byteOffset, terms, part.length / width, dtype);
        }
      }
    },
  };
}

/** Extents and strides that every BLAS counts. */
const LARGEST_EXTENT = 2 ** 31 - 1;

/** Products by a BLAS, those that it is faster at where that is known; all else as `own` does it. Over numbers in shared memory. */
export function nativeArithmetic(dtype: Dtype, native: Native, own: Arithmetic): Arithmetic {
  const blas = openBlas(native.file);
  // Loaded in another environment it could be as right and many times slower.
  if (blas.description !== native.description)
    throw new RangeError(`expected ${native.description}, got ${blas.description}`);
  const digits = native.choices?.[dtype];
  const width = widthOf(dtype);
  const begins = new Map<ArrayBufferLike, number>();
  const addressIn = ({ buffer, byteOffset }: Floats): number => {
    const begin = begins.get(buffer) ?? addressOf(buffer);
    begins.set(buffer, begin);
    return begin + byteOffset;
  };
  const call = (out: Floats, a: Floats, b: Floats, product: Product, adds = false): void => {
    const { m, n, k, formA, formB } = product;
    const matrices = { m, n, k, formA, formB, lines: linesOf(product), adds };
    const [left, right, to] = [addressIn(a), addressIn(b), addressIn(out)];
    const bytes = width * out.BYTES_PER_ELEMENT;
    eachProduct(product.strided ?? batchOf(product), (atA, atB, atOut) => {
      blas.multiply(to + atOut * bytes, left + atA * bytes, right + atB * bytes, matrices, dtype);
    });
  };
  const folding: Folding = { ...own, multiply: call };
  return {
    ...own,
    multiply: (out, a, b, given) => {
      const product = withoutBatch(given);
      const { m, n, k } = product;
      const lines = linesOf(product);
      const isTooLarge = Math.max(m, n, k, lines.a, lines.b, lines.out) > LARGEST_EXTENT;
      const part = partOfNative(product, dtype);
      const called = part === undefined ? product : { ...product, n: part.entries * n };
      const isOwn = isTooLarge || isElementwise(given) || isScaling(given);
      if (isOwn || (digits !== undefined && !isNativeFaster(digits, called))) own.multiply(out, a, b, given);
      else if (part === undefined) call(out, a, b, product);
      else multiplyFolded(folding, [out, a, b], product, part, width);
    },
  };
}

/** Entries that share b and lie row after row are one product. */
function withoutBatch(product: Product): Product {
  const { batch, m, n, k, formA, formB, shared } = product;
  return shared === "b" && formA === "mk" ? { batch: 1, m: batch * m, n, k, formA, formB } : product;
}
