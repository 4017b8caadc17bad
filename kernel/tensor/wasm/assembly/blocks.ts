/**
 * Products of any extents, by blocks packed into the workspace. A complex product is two real ones with b's parts as they lie, one by
 * a's real parts and one by its imaginary parts, times i: so are the sums that make an element the same, to the bit, where a and b
 * change places. Sums run over at most DEPTH floats of a row in the operands' precision, sums of those in float64.
 */
import { leftPanelBytes, packColumns, packRows } from "./packLeft";
import { packLines, packTurned, rightPanelBytes } from "./packRight";
import { addTile, round } from "./rounding";
import { addWideTimesI, ROW_BYTES, ROWS, sumWhole, sumWide } from "./tile";

/** Floats of a sum between two roundings to float64. */
const DEPTH: u32 = 256;
/** Floats of a row of a block of the result. */
const COLUMNS: u32 = 480;
/** Bytes of a column of it. */
const COLUMN_BYTES: u32 = 1920;

/** Parts of the workspace, in bytes from its start: one tile; packed blocks; sums of a block of the result. */
const LEFT: usize = 512;
const RIGHT: usize = LEFT + 501_760;
const SUMS: usize = RIGHT + 991_232;

export function multiplyBlocks<T extends number>(
  out: usize, a: usize, b: usize, m: u32, n: u32, k: u32, turnedA: bool, turnedB: bool, complex: bool, work: usize,
): void {
  const width: u32 = complex ? 2 : 1;
  const size = width * <u32>sizeof<T>();
  const rowsMost = COLUMN_BYTES / <u32>sizeof<T>();
  const columnsMost = COLUMNS / width;
  const depthMost = DEPTH / width;
  const outRow = n * size;
  for (let column: u32 = 0; column < n; column += columnsMost) {
    const columns = min(columnsMost, n - column);
    for (let row: u32 = 0; row < m; row += rowsMost) {
      const rows = min(rowsMost, m - row);
      const to = out + row * outRow + column * size;
      for (let start: u32 = 0; start < k; start += depthMost) {
        const depth = min(depthMost, k - start);
        // The same panels serve all rows where they hold the whole sum.
        if (row === 0 || k > depthMost)
          if (turnedB) packTurned(work + RIGHT, b + (column * k + start) * size, columns, depth, k * size, size);
          else packLines(work + RIGHT, b + (start * n + column) * size, columns, depth, n * size, size);
        if (turnedA) packColumns<T>(work + LEFT, a + (start * m + row) * size, rows, depth, m * size, complex);
        else packRows<T>(work + LEFT, a + (row * k + start) * size, rows, depth * width, k * size);
        if (k <= depthMost) storeBlock<T>(to, outRow, rows, columns * width, depth, complex, work);
        else addBlock<T>(rows, columns * width, depth, start === 0, complex, work);
      }
      if (k > depthMost) roundBlock<T>(to, outRow, rows, columns * width, work);
    }
  }
}

/** `columns` in floats, `depth` in elements. */
function storeBlock<T extends number>(out: usize, outRow: u32, rows: u32, columns: u32, depth: u32, complex: bool, work: usize): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  let b = work + RIGHT;
  for (let column: u32 = 0; column < columns; column += wide, b += rightPanelBytes(depth)) {
    let to = out + column * sizeof<T>();
    let a = work + LEFT;
    const bytes = (columns - column) * <u32>sizeof<T>();
    for (let row: u32 = 0; row < rows; row += ROWS, a += leftPanelBytes<T>(complex ? 2 * depth : depth), to += ROWS * outRow) {
      const high = min(ROWS, rows - row);
      if (bytes >= ROW_BYTES) sumPanels<T>(high, depth, complex, a, b, to, outRow);
      else {
        sumPanels<T>(high, depth, complex, a, b, work, ROW_BYTES);
        for (let line: u32 = 0; line < high; line++)
          memory.copy(to + line * outRow, work + line * ROW_BYTES, bytes);
      }
    }
  }
}

@inline
function sumPanels<T extends number>(
  rows: u32, depth: u32, complex: bool, a: usize, b: usize, to: usize, toRow: u32,
): void {
  const step = ROWS * <u32>sizeof<T>();
  const next = complex ? 2 * step : step;
  if (rows === ROWS) sumWhole<T>(depth, a, sizeof<T>(), next, b, ROW_BYTES, to, toRow);
  else sumWide<T>(rows, depth, a, sizeof<T>(), next, b, ROW_BYTES, to, toRow);
  if (complex) addWideTimesI<T>(rows, depth, a + step, sizeof<T>(), next, b, ROW_BYTES, to, toRow);
}

/** Adds a block into the workspace's sums, whose tiles lie one after another, in the order in which they are made here. */
function addBlock<T extends number>(rows: u32, columns: u32, depth: u32, first: bool, complex: bool, work: usize): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  let sums = work + SUMS;
  let b = work + RIGHT;
  for (let column: u32 = 0; column < columns; column += wide, b += rightPanelBytes(depth)) {
    let a = work + LEFT;
    for (let row: u32 = 0; row < rows; row += ROWS, a += leftPanelBytes<T>(complex ? 2 * depth : depth)) {
      sumPanels<T>(min(ROWS, rows - row), depth, complex, a, b, work, ROW_BYTES);
      sums = addTile<T>(sums, work, ROWS * ROW_BYTES, first);
    }
  }
}

/** Rounds the workspace's sums into the result. */
function roundBlock<T extends number>(out: usize, outRow: u32, rows: u32, columns: u32, work: usize): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  let sums = work + SUMS;
  for (let column: u32 = 0; column < columns; column += wide)
    for (let row: u32 = 0; row < rows; row += ROWS, sums += ROWS * wide * 8) {
      const filled = min(wide, columns - column);
      const to = out + row * outRow + column * sizeof<T>();
      for (let line: u32 = 0; line < min(ROWS, rows - row); line++)
        round<T>(to + line * outRow, sums + line * wide * 8, filled);
    }
}
