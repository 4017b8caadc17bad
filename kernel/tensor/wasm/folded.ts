/**
 * Batches of products that share an operand a, of which each entry alone has few columns: a would be packed again for each. The columns
 * of as many entries as the scratch holds are brought side by side, and the result is taken apart again; the sums, and their bits,
 * are the same.
 */
import type { Dtype } from "../../../dsl/core.ts";
import { apart, besideRows } from "../beside.ts";
import { floatBytes, widthOf, type Floats } from "../floats.ts";
import type { Product } from "../product.ts";

/** Of the columns side by side, and of the result. */
const PART_BYTES = 2 ** 20;
export const FOLD_BYTES = 2 * PART_BYTES;

/** Columns of an entry from which packing is little beside multiplying. */
const MOST_COLUMNS = 24;
/** Shorter sums are no longer than the copies take. */
const LEAST_DEPTH = 128;
/** Fewer rows are packed in no time. */
const LEAST_ROWS = 64;
/** Fewer entries are not worth the copies. */
const LEAST_AT_ONCE = 4;

export function isFolded(product: Product, dtype: Dtype): boolean {
  const { batch, m, n, k, shared, strided } = product;
  const isMeant = shared === "a" && strided === undefined && batch > 1;
  const gains = n <= MOST_COLUMNS && k >= LEAST_DEPTH && m >= LEAST_ROWS;
  return isMeant && gains && entriesAtOnce(product, dtype) >= Math.min(batch, LEAST_AT_ONCE);
}

/** Entries whose columns and results the scratch holds; as many each time, but for the last. */
function entriesAtOnce({ batch, m, n, k, formB }: Product, dtype: Dtype): number {
  const most = Math.floor(PART_BYTES / (n * Math.max(m, formB === "kn" ? k : 1) * bytesOf(dtype)));
  return Math.ceil(batch / Math.ceil(batch / Math.max(1, most)));
}

function bytesOf(dtype: Dtype): number {
  return widthOf(dtype) * floatBytes(dtype);
}

/** Addresses in a memory; a product that is not folded. */
export type Multiply = (out: number, a: number, b: number, product: Product, dtype: Dtype) => void;

/** For products that `isFolded`; `scratch`: where FOLD_BYTES of the memory begin. */
export function foldedBy(multiply: Multiply, memory: WebAssembly.Memory, scratch: number): Multiply {
  const [columns, result] = [scratch, scratch + PART_BYTES];
  return (out, a, b, product, dtype) => {
    const { batch, m, n, k, formA, formB } = product;
    const [bytes, width] = [bytesOf(dtype), widthOf(dtype)];
    const at = (address: number, elements: number): Floats =>
      floatBytes(dtype) === 4
        ? new Float32Array(memory.buffer, address, elements * width)
        : new Float64Array(memory.buffer, address, elements * width);
    const step = entriesAtOnce(product, dtype);
    for (let entry = 0; entry < batch; entry += step) {
      const some = Math.min(step, batch - entry);
      const from = b + entry * k * n * bytes;
      const all = some * n;
      const whole = { begin: 0, part: k, width };
      if (formB === "kn") besideRows(at(columns, k * all), at(from, k * all), { batch: some, n, k }, whole);
      // The rows of columns that are stored as such follow each other as they lie.
      const right = formB === "kn" ? columns : from;
      multiply(result, a, right, { batch: 1, m, n: all, k, formA, formB }, dtype);
      const to = out + entry * m * n * bytes;
      apart(at(to, m * all), at(result, m * all), { batch: some, m, row: n * width });
    }
  };
}
