/**
 * Batches of products that share a large operand a, of which each entry alone has few columns: as products of many columns, each of which
 * reads a once. The columns of as many entries as the scratch holds are brought side by side, a stretch of k at a time, and the result is
 * taken apart again.
 */
import type { Dtype } from "../../../dsl/core.ts";
import { apart, besideColumns, besideRows } from "../beside.ts";
import { floatBytes, widthOf, type Floats } from "../floats.ts";
import { linesOf, type Product } from "../product.ts";
import { addressOf, type Address } from "./koffi.ts";
import { type Blas } from "./library.ts";

/** Columns of an entry from which a product is fast by itself. */
const MOST_COLUMNS = 16;
/** A smaller operand stays in a cache from entry to entry. */
const LEAST_SHARED_BYTES = 2 ** 19;
/** Of the columns side by side, and of the result. */
const SCRATCH_BYTES = 2 ** 20;
/** Fewer entries are not worth the copies. */
const LEAST_AT_ONCE = 4;

export function isFolded(product: Product, dtype: Dtype): boolean {
  const { batch, m, n, k, shared } = product;
  const bytes = widthOf(dtype) * floatBytes(dtype);
  return (
    shared === "a" &&
    batch > 1 &&
    n <= MOST_COLUMNS &&
    m * k * bytes >= LEAST_SHARED_BYTES &&
    entriesAtOnce(product, dtype) >= Math.min(batch, LEAST_AT_ONCE)
  );
}

/** Entries whose results, and a row of whose columns, the scratch holds; as many each time, but for the last. */
export function entriesAtOnce({ batch, m, n }: Product, dtype: Dtype): number {
  const most = Math.floor(SCRATCH_BYTES / (m * n * widthOf(dtype) * floatBytes(dtype)));
  return Math.ceil(batch / Math.ceil(batch / Math.max(1, most)));
}

interface Scratch {
  readonly floats: Floats;
  readonly address: Address;
}

export type FoldedMultiply = (out: Floats, a: Address, b: Floats, product: Product) => void;

/** Of one thread; its scratch is had once. For products that `isFolded`; `b` and `out` are theirs as they lie. */
export function foldedBy(blas: Blas, dtype: Dtype): FoldedMultiply {
  const width = widthOf(dtype);
  const bytes = width * floatBytes(dtype);
  let scratch: readonly [columns: Scratch, result: Scratch] | undefined;
  const together = (out: Floats, a: Address, b: Floats, { batch, m, n, k, formA, formB }: Product): void => {
    const [columns, result] = (scratch ??= [scratchOf(dtype), scratchOf(dtype)]);
    const all = batch * n;
    const step = Math.floor(SCRATCH_BYTES / (all * bytes));
    for (let begin = 0; begin < k; begin += step) {
      const part = Math.min(step, k - begin);
      const beside = { begin, part, width };
      if (formB === "kn") besideRows(columns.floats, b, { batch, n, k }, beside);
      else besideColumns(columns.floats, b, { batch, n, k }, beside);
      const from = a + bytes * begin * (formA === "mk" ? 1 : m);
      const extents = { m, n: all, k: part, formA, formB };
      const lines = { ...linesOf(extents), a: formA === "mk" ? k : m };
      const matrices = { ...extents, lines, adds: begin > 0 };
      blas.multiply(result.address, from, columns.address, matrices, dtype);
    }
    apart(out, result.floats, { batch, m, row: n * width });
  };
  return (out, a, b, product) => {
    const { batch, m, n, k } = product;
    const step = entriesAtOnce(product, dtype);
    for (let entry = 0; entry < batch; entry += step) {
      const some = { ...product, batch: Math.min(step, batch - entry) };
      together(out.subarray(entry * m * n * width), a, b.subarray(entry * k * n * width), some);
    }
  };
}

function scratchOf(dtype: Dtype): Scratch {
  const block = new SharedArrayBuffer(SCRATCH_BYTES);
  const floats = floatBytes(dtype) === 4 ? new Float32Array(block) : new Float64Array(block);
  return { floats, address: addressOf(block) };
}
