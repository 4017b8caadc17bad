/** Batched matrix products on flat arrays: what a pair of tensors comes to once their axes are in order. */

/**
 * x times y, summed over `sums`. With `columns` innermost, x is [batch, rows, sums], y is [batch, sums, columns] and the result
 * [batch, rows, columns]; with `batch` innermost, [rows, sums, batch], [sums, columns, batch] and [rows, columns, batch].
 */
export interface ProductShape {
  readonly batch: number;
  readonly rows: number;
  readonly sums: number;
  readonly columns: number;
  readonly inner: "batch" | "columns";
}

/** Which of the summed products are added (from <= q < to), and with which sign. */
export interface Portion {
  readonly sign: number;
  readonly from: number;
  readonly to: number;
}

/** Adds to `out`; entries must be finite, since products with 0 are left out. */
export function addProduct(
  shape: ProductShape,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
  portion: Portion,
): void {
  if (shape.inner === "batch") addBatches(shape, x, y, out, portion);
  else addColumns(shape, x, y, out, portion);
}

function addColumns(
  { batch, rows, sums, columns }: ProductShape,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
  { sign, from, to }: Portion,
): void {
  for (let row = 0; row < batch * rows; row += 1) {
    const to0 = row * columns;
    const fromX = row * sums;
    const fromY = Math.floor(row / rows) * sums;
    let q = from;
    // Two at a time: the result is read and written half as often.
    for (; q + 1 < to; q += 2) {
      const f = sign * (x[fromX + q] as number);
      const g = sign * (x[fromX + q + 1] as number);
      if (f === 0 && g === 0) continue;
      const at = (fromY + q) * columns;
      for (let j = 0; j < columns; j += 1)
        out[to0 + j] =
          (out[to0 + j] as number) + f * (y[at + j] as number) + g * (y[at + columns + j] as number);
    }
    if (q < to) {
      const f = sign * (x[fromX + q] as number);
      if (f === 0) continue;
      const at = (fromY + q) * columns;
      for (let j = 0; j < columns; j += 1)
        out[to0 + j] = (out[to0 + j] as number) + f * (y[at + j] as number);
    }
  }
}

function addBatches(
  { batch, rows, sums, columns }: ProductShape,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
  { sign, from, to }: Portion,
): void {
  for (let i = 0; i < rows; i += 1)
    for (let q = from; q < to; q += 1)
      for (let j = 0; j < columns; j += 1) {
        const at = (i * columns + j) * batch;
        const fromX = (i * sums + q) * batch;
        const fromY = (q * columns + j) * batch;
        for (let t = 0; t < batch; t += 1)
          out[at + t] = (out[at + t] as number) + sign * (x[fromX + t] as number) * (y[fromY + t] as number);
      }
}
