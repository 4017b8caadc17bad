/**
 * Batched matrix product, real and complex: out[i, r, c] := sum over p of a[i, r, p] * b[i, p, c]. In: two operands in
 * one of two storage forms each. Out: row-major [batch, m, n]. Sums are float64 sums in a fixed order, so that the
 * result is the same to the bit on every run; they are rounded once, when stored.
 */
import type { Floats, Width } from "./floats.ts";
import { packPanels } from "./pack.ts";
import { eachProduct, entryStrides, linesOf, type Product } from "./product.ts";
import { multiplySmall } from "./small.ts";
import { COMPLEX_PANELS, REAL_PANELS, sweepComplex, sweepReal } from "./sweep.ts";

/** Scratch memory, made once and used by every product of a thread. */
export interface Workspace {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly tile: Float64Array;
}

/** Depth of a packed block: two panels of it fit the first cache. */
const MOST_DEPTH = 256;
/** The smaller side of a tile. */
const NARROW = 64;
/** Elements of a packed block and of a tile: together they fit the second cache. */
const BLOCK_ELEMENTS = 32_768;
const TILE_ELEMENTS = 8_192;

/** Where packing does not pay (measured): few multiply-adds a batch entry, or a thin operand or result. */
function isSmall({ m, n, k }: Product): boolean {
  return m * n * k <= 2048 || Math.min(m * k, n * k) <= 16 || m * n <= 4 || k <= 2;
}

export function makeWorkspace(): Workspace {
  const floats = (elements: number): Float64Array => new Float64Array(2 * elements);
  return { a: floats(BLOCK_ELEMENTS), b: floats(BLOCK_ELEMENTS), tile: floats(TILE_ELEMENTS) };
}

export function multiply(
  work: Workspace,
  out: Floats,
  a: Floats,
  b: Floats,
  product: Product,
  width: Width,
): void {
  const { strided } = product;
  if (strided === undefined) multiplyBatch(work, out, a, b, product, width);
  else
    eachProduct(strided, (atA, atB, atOut) => {
      const [left, right] = [a.subarray(atA * width), b.subarray(atB * width)];
      multiplyBatch(work, out.subarray(atOut * width), left, right, product, width);
    });
}

function multiplyBatch(
  work: Workspace,
  out: Floats,
  a: Floats,
  b: Floats,
  product: Product,
  width: Width,
): void {
  const { batch, m, n } = product;
  if (isSmall(product)) {
    multiplySmall(out, a, b, product, width);
    return;
  }
  for (let entry = 0; entry < batch; entry += 1)
    forEachTile(product, (tile) => {
      sumTile(work, a, b, product, { ...tile, entry }, width);
      storeTile(work.tile, out, { ...tile, start: entry * m * n, rowElements: linesOf(product).out }, width);
    });
}

interface Tile {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

function roundDown(count: number, unit: number): number {
  return Math.max(unit, count - (count % unit));
}

/** The narrower side of the result is cut at `NARROW`, the other as long as packed block and tile allow. */
function forEachTile({ m, n, k }: Product, visit: (tile: Tile) => void): void {
  const narrow = Math.min(NARROW, Math.min(m, n) + (Math.min(m, n) % 2));
  const depth = Math.min(k, MOST_DEPTH);
  const long = roundDown(Math.min(BLOCK_ELEMENTS / depth, TILE_ELEMENTS / (narrow + 2)), 4);
  const [most, mostColumns] = m <= n ? [roundDown(narrow + 2, 4), long] : [long, narrow];
  for (let row = 0; row < m; row += most)
    for (let column = 0; column < n; column += mostColumns) {
      const rows = Math.min(most, m - row);
      visit({ row, rows, column, columns: Math.min(mostColumns, n - column) });
    }
}

/** Floats of a row of the tile: whole panels. */
function tileStride(columns: number, width: Width): number {
  return (columns + (columns % 2)) * width;
}

function sumTile(
  work: Workspace,
  a: Floats,
  b: Floats,
  product: Product,
  tile: Tile & { entry: number },
  width: Width,
): void {
  const { k, formA, formB } = product;
  const lines = linesOf(product);
  const { row, rows, column, columns, entry } = tile;
  const next = entryStrides(product);
  const size = width === 1 ? REAL_PANELS : COMPLEX_PANELS;
  const sweep = width === 1 ? sweepReal : sweepComplex;
  const panels = Math.ceil(rows / size.rows);
  const stride = tileStride(columns, width);
  work.tile.fill(0, 0, panels * size.rows * stride);
  for (let start = 0; start < k; start += MOST_DEPTH) {
    const depth = Math.min(MOST_DEPTH, k - start);
    const strides = (rowMajor: boolean, line: number): { rowStride: number; depthStride: number } =>
      rowMajor ? { rowStride: line, depthStride: 1 } : { rowStride: 1, depthStride: line };
    const aOffset = entry * next.a + (formA === "mk" ? row * lines.a + start : start * lines.a + row);
    const bOffset = entry * next.b + (formB === "nk" ? column * lines.b + start : start * lines.b + column);
    packPanels(
      work.a,
      a,
      { offset: aOffset, rows, depth, ...strides(formA === "mk", lines.a) },
      size.rows,
      width,
    );
    const block = { offset: bOffset, rows: columns, depth, ...strides(formB === "nk", lines.b) };
    packPanels(work.b, b, block, size.columns, width);
    for (let at = 0; at < columns; at += size.columns)
      sweep(work.tile, work.a, work.b, {
        panels,
        depth,
        bOffset: at * depth * width,
        column: at * width,
        stride,
      });
  }
}

function storeTile(
  sums: Float64Array,
  out: Floats,
  tile: Tile & { start: number; rowElements: number },
  width: Width,
): void {
  const stride = tileStride(tile.columns, width);
  const floats = tile.columns * width;
  for (let row = 0; row < tile.rows; row += 1) {
    const write = (tile.start + (tile.row + row) * tile.rowElements + tile.column) * width;
    const read = row * stride;
    for (let lane = 0; lane < floats; lane += 1) out[write + lane] = sums[read + lane] as number;
  }
}
