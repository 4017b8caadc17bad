/** Matrices of a batch as one: their columns side by side, and a result of such columns taken apart again. */
import type { Floats } from "./floats.ts";
import type { Product } from "./product.ts";

type Columns = Pick<Product, "batch" | "n" | "k">;

interface Stretch {
  readonly begin: number;
  readonly part: number;
  readonly width: number;
}

/** into[p, i, c] := b[i, p, c], for `part` values of p. */
export function besideRows(
  into: Floats,
  b: Floats,
  { batch, n, k }: Columns,
  { begin, part, width }: Stretch,
): void {
  const row = n * width;
  for (let entry = 0; entry < batch; entry += 1) {
    let [read, write] = [(entry * k + begin) * row, entry * row];
    for (let p = 0; p < part; p += 1, write += batch * row)
      for (let lane = 0; lane < row; lane += 1, read += 1) into[write + lane] = b[read] as number;
  }
}

/** into[i, c, p] := b[i, c, p], for `part` values of p. */
export function besideColumns(
  into: Floats,
  b: Floats,
  { batch, n, k }: Columns,
  { begin, part, width }: Stretch,
): void {
  for (let column = 0; column < batch * n; column += 1) {
    const read = (column * k + begin) * width;
    into.set(b.subarray(read, read + part * width), column * part * width);
  }
}

/** out[i, r, c] := from[r, i, c]; rows of so many floats. */
export function apart(
  out: Floats,
  from: Floats,
  { batch, m, row }: { readonly batch: number; readonly m: number; readonly row: number },
): void {
  for (let entry = 0; entry < batch; entry += 1)
    for (let r = 0; r < m; r += 1) {
      const [write, read] = [(entry * m + r) * row, (r * batch + entry) * row];
      for (let lane = 0; lane < row; lane += 1) out[write + lane] = from[read + lane] as number;
    }
}
