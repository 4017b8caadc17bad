/**
 * Products with a thin operand or of a few elements a batch entry, straight from where the operands lie: two rows by two
 * columns of the result at a time. Of an odd side the last row or column is its own partner, and is
 * written twice with the same sum.
 */
import type { Floats, Width } from "./floats.ts";
import { entryStrides, linesOf, type Product } from "./product.ts";

/** Float strides of both operands: down the result's rows or columns, and along the sum. */
interface Strides {
  readonly aRow: number;
  readonly aDepth: number;
  readonly bColumn: number;
  readonly bDepth: number;
}

function stridesOf(product: Product, width: Width): Strides {
  const lines = linesOf(product);
  const [aRow, aDepth] = product.formA === "mk" ? [lines.a, 1] : [1, lines.a];
  const [bColumn, bDepth] = product.formB === "nk" ? [lines.b, 1] : [1, lines.b];
  return { aRow: aRow * width, aDepth: aDepth * width, bColumn: bColumn * width, bDepth: bDepth * width };
}

export function multiplySmall(out: Floats, a: Floats, b: Floats, product: Product, width: Width): void {
  const multiply = width === 1 ? smallReal : smallComplex;
  multiply(out, a, b, product, stridesOf(product, width));
}

function smallReal(out: Floats, a: Floats, b: Floats, product: Product, strides: Strides): void {
  const { batch, m, n, k } = product;
  const { aRow, aDepth, bColumn, bDepth } = strides;
  const next = entryStrides(product);
  const { out: line } = linesOf(product);
  for (let entry = 0; entry < batch; entry += 1)
    for (let row = 0; row < m; row += 2) {
      const under = row + 1 < m ? aRow : 0;
      const below = row + 1 < m ? line : 0;
      for (let column = 0; column < n; column += 2) {
        const beside = column + 1 < n ? bColumn : 0;
        const right = column + 1 < n ? 1 : 0;
        let at = entry * next.a + row * aRow;
        let bt = entry * next.b + column * bColumn;
        let c00 = 0;
        let c01 = 0;
        let c10 = 0;
        let c11 = 0;
        for (let depth = 0; depth < k; depth += 1) {
          const a0 = a[at] as number;
          const a1 = a[at + under] as number;
          const b0 = b[bt] as number;
          const b1 = b[bt + beside] as number;
          c00 += a0 * b0;
          c01 += a0 * b1;
          c10 += a1 * b0;
          c11 += a1 * b1;
          at += aDepth;
          bt += bDepth;
        }
        const write = entry * m * n + row * line + column;
        out[write] = c00;
        out[write + right] = c01;
        out[write + below] = c10;
        out[write + below + right] = c11;
      }
    }
}

function smallComplex(out: Floats, a: Floats, b: Floats, product: Product, strides: Strides): void {
  const { batch, m, n, k } = product;
  const { aRow, aDepth, bColumn, bDepth } = strides;
  const next = entryStrides(product);
  const { out: line } = linesOf(product);
  for (let entry = 0; entry < batch; entry += 1)
    for (let row = 0; row < m; row += 2) {
      const under = row + 1 < m ? aRow : 0;
      const below = row + 1 < m ? 2 * line : 0;
      for (let column = 0; column < n; column += 2) {
        const beside = column + 1 < n ? bColumn : 0;
        const right = column + 1 < n ? 2 : 0;
        let at = 2 * entry * next.a + row * aRow;
        let bt = 2 * entry * next.b + column * bColumn;
        let c00r = 0;
        let c00i = 0;
        let c01r = 0;
        let c01i = 0;
        let c10r = 0;
        let c10i = 0;
        let c11r = 0;
        let c11i = 0;
        for (let depth = 0; depth < k; depth += 1) {
          const a0r = a[at] as number;
          const a0i = a[at + 1] as number;
          const a1r = a[at + under] as number;
          const a1i = a[at + under + 1] as number;
          const b0r = b[bt] as number;
          const b0i = b[bt + 1] as number;
          const b1r = b[bt + beside] as number;
          const b1i = b[bt + beside + 1] as number;
          c00r += a0r * b0r - a0i * b0i;
          c00i += a0r * b0i + a0i * b0r;
          c01r += a0r * b1r - a0i * b1i;
          c01i += a0r * b1i + a0i * b1r;
          c10r += a1r * b0r - a1i * b0i;
          c10i += a1r * b0i + a1i * b0r;
          c11r += a1r * b1r - a1i * b1i;
          c11i += a1r * b1i + a1i * b1r;
          at += aDepth;
          bt += bDepth;
        }
        const write = 2 * (entry * m * n + row * line + column);
        store(out, write, c00r, c00i);
        store(out, write + right, c01r, c01i);
        store(out, write + below, c10r, c10i);
        store(out, write + below + right, c11r, c11i);
      }
    }
}

function store(out: Floats, at: number, re: number, im: number): void {
  out[at] = re;
  out[at + 1] = im;
}
