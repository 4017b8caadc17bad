/**
 * Batches of products that share an operand a, of which each entry alone has few columns: a would be read, and packed, again for each.
 * The columns of as many entries as the scratch holds are brought side by side, where k is long a stretch of it at a time, and the result
 * is taken apart again.
 */
import type { Dtype } from "../../dsl/core.ts";
import { elementBytes, widthOf, type Floats, type Width } from "./floats.ts";
import { evenly, linesOf, type Product } from "./product.ts";
import type { Copy, View } from "./strided.ts";

/** Of the columns side by side, and of the result: at least the first cache, at most half of the second. */
export const SCRATCH_BYTES = 2 ** 20;
const LEAST_BYTES = 2 ** 17;
/** What is packed of a is then little beside what is multiplied. */
const BYTES_PER_SHARED = 2;
/** Fewer entries are not worth the copies. */
const LEAST_AT_ONCE = 4;

/** Where the kernels gain by it (measured): rows that are short, of products that take longer than the copies. */
const KERNEL = { mostRowBytes: 192, leastRows: 64, leastDepth: 128 } as const;

/**
 * Where a BLAS does (measured), each of whose calls takes a lock of all threads: short rows, of an operand a that does not stay in the first
 * cache, or of complex numbers that are multiplied often for each one that is copied.
 */
const NATIVE = { mostRowBytes: 256, leastSharedBytes: 3 * 2 ** 16, leastComplexUses: 8 } as const;

/** Undefined: not folded. */
export function partOfKernels(product: Product, dtype: Dtype): Part | undefined {
  const { m, n, k } = product;
  const bytes = elementBytes(dtype);
  const gains = n * bytes <= KERNEL.mostRowBytes && m >= KERNEL.leastRows && k >= KERNEL.leastDepth;
  const part = gains ? partOf(product, bytes) : undefined;
  // They store products, and do not add them.
  return part?.depth === k ? part : undefined;
}

export function partOfNative(product: Product, dtype: Dtype): Part | undefined {
  const { m, n, k } = product;
  const bytes = elementBytes(dtype);
  const isLarge = m * k * bytes >= NATIVE.leastSharedBytes;
  const isUsed = widthOf(dtype) === 2 && m * k >= NATIVE.leastComplexUses * (m + k);
  return n * bytes <= NATIVE.mostRowBytes && (isLarge || isUsed) ? partOf(product, bytes) : undefined;
}

/** Of SCRATCH_BYTES each. */
export type Scratch = readonly [columns: Floats, result: Floats];

/** Who multiplies, and copies into and out of the scratch. */
export interface Folding {
  readonly scratch: () => Scratch;
  readonly planCopy: (view: View) => Copy;
  /** A product without a batch. `adds`: to what `out` holds. */
  readonly multiply: (out: Floats, a: Floats, b: Floats, product: Product, adds: boolean) => void;
}

/** How many entries go at once, and how much of k. */
export interface Part {
  readonly entries: number;
  readonly depth: number;
}

/** As many each time, but for the last; undefined where they would be too few. `bytes`: of an element. */
function partOf({ batch, m, n, k, formB, shared, strided }: Product, bytes: number): Part | undefined {
  if (shared !== "a" || strided !== undefined || batch === 1) return undefined;
  const most = Math.max(LEAST_BYTES, Math.min(SCRATCH_BYTES, BYTES_PER_SHARED * m * k * bytes));
  const column = n * bytes;
  const cut = Math.floor(most / (column * m));
  const fewest = Math.min(batch, LEAST_AT_ONCE);
  if (cut < fewest) return undefined;
  // Columns that are stored as such follow each other as they lie.
  if (formB === "nk") return { entries: evenly(batch, cut), depth: k };
  const whole = Math.floor(most / (column * Math.max(m, k)));
  if (whole >= fewest) return { entries: evenly(batch, whole), depth: k };
  const entries = evenly(batch, cut);
  return { entries, depth: Math.floor(most / (column * entries)) };
}

/** For a product that has such a part. */
export function multiplyFolded(
  { scratch, planCopy, multiply }: Folding,
  [out, a, b]: readonly [Floats, Floats, Floats],
  product: Product,
  { entries, depth }: Part,
  width: Width,
): void {
  const { batch, m, n, k, formA, formB } = product;
  const [columns, result] = scratch();
  for (let entry = 0; entry < batch; entry += entries) {
    const some = Math.min(entries, batch - entry);
    const all = some * n;
    for (let begin = 0; begin < k; begin += depth) {
      const part = Math.min(depth, k - begin);
      const extents = { batch: 1, m, n: all, k: part, formA, formB } as const;
      const from = a.subarray(begin * (formA === "mk" ? 1 : m) * width);
      const lines = { loops: [], ...linesOf(extents), a: formA === "mk" ? k : m };
      const start = entry * n * k + begin * (formB === "kn" ? n : 1);
      if (formB === "kn")
        planCopy(rowsBeside(product, some, part))(columns.subarray(0, part * all * width), b, start);
      const right = formB === "kn" ? columns : b.subarray(start * width);
      multiply(result, from, right, part === k ? extents : { ...extents, strided: lines }, begin > 0);
    }
    const to = out.subarray(entry * m * n * width, (entry * m * n + m * all) * width);
    planCopy({ extents: [some, m, n], strides: [n, all, 1] })(to, result, 0);
  }
}

/** Columns [p, i, c] of so many entries i. */
function rowsBeside({ n, k }: Product, entries: number, depth: number): View {
  return { extents: [depth, entries, n], strides: [n, k * n, 1] };
}
