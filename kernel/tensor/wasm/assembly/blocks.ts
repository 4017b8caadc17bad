/**
 * Products of any extents, by blocks packed into the workspace. A complex product is two real ones with b's parts as they lie, one by
 * a's real parts and one by its imaginary parts, times i: so are the sums that make an element the same, to the bit, where a and b
 * change places. Sums run over at most DEPTH floats of a row in the operands' precision, sums of those in float64.
 */
import { copyLines, leftPanelBytes, lineBytes, packRows } from "./packLeft";
import { packLines, packTurned, rightPanelBytes } from "./packRight";
import { addPanelTimesI, keepPanel, keepPanelTimesI, PANEL_ROWS, STEP_BYTES, sumPanel } from "./panel";
import { addTile, round } from "./rounding";
import { addWideTimesI, ROW_BYTES, ROWS, sumWide } from "./tile";

/** Floats of a sum between two roundings to float64. */
const DEPTH: u32 = 256;
/** Bytes of a row of a block of the result: its right panels stay in the second cache. */
const BLOCK_BYTES: u32 = 2048;
/** Rows of a block, in those of a square one: the more there are, the more rarely right panels are packed. */
const SQUARES: u32 = 2;
/** Rows that are packed at a time where rows are neighbours: what shares a cache line. */
const STRIP: u32 = 64;
/** Bytes of the float64 sums of a panel's tile, times those of a float. */
const TILE_SUMS: u32 = PANEL_ROWS * ROW_BYTES * 8;
/** Right panels that do not pay for packed rows. */
const MOST_UNPACKED: u32 = 3;

/** Parts of the workspace, in bytes from its start: one tile; packed rows; packed columns; sums of a block of the result. */
const LEFT: u32 = 512;
const RIGHT: u32 = LEFT + 278_528;
const SUMS: u32 = RIGHT + 528_384;

export function multiplyBlocks<T extends number>(
  out: usize, a: usize, b: usize, m: u32, n: u32, k: u32, aLine: u32, bLine: u32, outRow: u32,
  turnedA: bool, turnedB: bool, complex: bool, work: usize,
): void {
  const width: u32 = complex ? 2 : 1;
  const size = width * <u32>sizeof<T>();
  const most = BLOCK_BYTES / <u32>sizeof<T>();
  const columnsMost = most / width;
  const depthMost = DEPTH / width;
  const aRow = turnedA ? size : aLine;
  const aStep = turnedA ? aLine : size;
  for (let column: u32 = 0; column < n; column += columnsMost) {
    const columns = min(columnsMost, n - column);
    const packed = columns * size > MOST_UNPACKED * ROW_BYTES;
    const copied = turnedA && !packed;
    const rowsMost = copied ? most / 2 : SQUARES * most;
    for (let row: u32 = 0; row < m; row += rowsMost) {
      const rows = min(rowsMost, m - row);
      const to = out + row * outRow + column * size;
      for (let start: u32 = 0; start < k; start += depthMost) {
        const depth = min(depthMost, k - start);
        // The same panels serve all rows where they hold the whole sum.
        if (row === 0 || k > depthMost)
          if (turnedB) packTurned(work + RIGHT, b + column * bLine + start * size, columns, depth, bLine, size);
          else packLines(work + RIGHT, b + start * bLine + column * size, columns, depth, bLine, size);
        let from = a + row * aRow + start * aStep;
        if (copied) from = copyLines(work + LEFT, from, rows * size, depth, aStep);
        const step = copied ? lineBytes(rows * size) : aStep;
        if (k <= depthMost) storeBlock<T>(to, outRow, from, aRow, step, rows, columns * width, depth, packed, complex, work);
        else addBlock<T>(from, aRow, step, rows, columns * width, depth, start === 0, packed, complex, work);
      }
      if (k > depthMost) roundBlock<T>(to, outRow, rows, columns * width, packed, work);
    }
  }
}

/** `columns` in floats, `depth` in elements. */
function storeBlock<T extends number>(
  out: usize, outRow: u32, from: usize, aRow: u32, aStep: u32, rows: u32, columns: u32, depth: u32, packed: bool, complex: bool, work: usize,
): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  for (let row: u32 = 0, high: u32 = 0; row < rows; row += high, from += high * aRow, out += high * outRow) {
    high = tileRows(rows - row, packed);
    const left = packed && high === PANEL_ROWS ? packStrip<T>(row, rows, from, aRow, aStep, depth, complex, work) : LEFT;
    let right = RIGHT;
    for (let column: u32 = 0; column < columns; column += wide, right += rightPanelBytes(depth)) {
      const to = out + column * sizeof<T>();
      const bytes = (columns - column) * <u32>sizeof<T>();
      if (bytes >= ROW_BYTES) sumPanels<T>(high, depth, packed, complex, from, aRow, aStep, work, left, right, to, outRow);
      else {
        sumPanels<T>(high, depth, packed, complex, from, aRow, aStep, work, left, right, work, ROW_BYTES);
        for (let line: u32 = 0; line < high; line++) memory.copy(to + line * outRow, work + line * ROW_BYTES, bytes);
      }
    }
  }
}

/** Rows of the next tile, where so many are left. */
@inline
function tileRows(left: u32, packed: bool): u32 {
  return packed && left !== ROWS ? min(left, PANEL_ROWS) : min(left, ROWS);
}

/** Packs the panels of the strip that begins at `row`, if one does, and tells where this row's panel begins. */
@inline
function packStrip<T extends number>(
  row: u32, rows: u32, from: usize, aRow: u32, aStep: u32, depth: u32, complex: bool, work: usize,
): u32 {
  // Where steps are neighbours, each panel is a strip.
  const strip = aRow < aStep ? STRIP : PANEL_ROWS;
  const before = row % strip;
  if (before === 0) packRows<T>(work + LEFT, from, min(strip, rows - row) & ~(PANEL_ROWS - 1), depth, aRow, aStep, complex);
  return LEFT + (before / PANEL_ROWS) * leftPanelBytes(depth, complex);
}

/** A tile of the product, of packed rows where they fill a panel. */
@inline
function sumPanels<T extends number>(
  rows: u32, depth: u32, packed: bool, complex: bool,
  a: usize, aRow: u32, aStep: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32,
): void {
  if (packed && rows === PANEL_ROWS) {
    sumPanel<T>(depth, work, left, right, to, toRow);
    if (complex) addPanelTimesI<T>(depth, work, left + depth * STEP_BYTES, right, to, toRow);
  } else {
    sumWide<T>(rows, depth, a, aRow, aStep, work + right, ROW_BYTES, to, toRow);
    if (complex) addWideTimesI<T>(rows, depth, a + sizeof<T>(), aRow, aStep, work + right, ROW_BYTES, to, toRow);
  }
}

/** Adds a tile of packed rows to its sums. */
@inline
function keepPanels<T extends number>(
  depth: u32, complex: bool, work: usize, left: u32, right: u32, sums: usize, first: bool,
): void {
  if (complex) {
    sumPanel<T>(depth, work, left, right, work, ROW_BYTES);
    keepPanelTimesI<T>(depth, work, left + depth * STEP_BYTES, right, sums, first);
  } else keepPanel<T>(depth, work, left, right, sums, first);
}

/** Adds a block into the workspace's sums, whose tiles lie one after another, in the order in which they are made here. */
function addBlock<T extends number>(
  from: usize, aRow: u32, aStep: u32, rows: u32, columns: u32, depth: u32, first: bool, packed: bool, complex: bool, work: usize,
): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  let sums = work + SUMS;
  for (let row: u32 = 0, high: u32 = 0; row < rows; row += high, from += high * aRow) {
    high = tileRows(rows - row, packed);
    const left = packed && high === PANEL_ROWS ? packStrip<T>(row, rows, from, aRow, aStep, depth, complex, work) : LEFT;
    let right = RIGHT;
    for (let column: u32 = 0; column < columns; column += wide, right += rightPanelBytes(depth)) {
      if (packed && high === PANEL_ROWS) {
        keepPanels<T>(depth, complex, work, left, right, sums, first);
        sums += TILE_SUMS / <u32>sizeof<T>();
      } else {
        sumPanels<T>(high, depth, packed, complex, from, aRow, aStep, work, left, right, work, ROW_BYTES);
        sums = addTile<T>(sums, work, high * ROW_BYTES, first);
      }
    }
  }
}

/** Rounds the workspace's sums into the result. */
function roundBlock<T extends number>(out: usize, outRow: u32, rows: u32, columns: u32, packed: bool, work: usize): void {
  const wide = ROW_BYTES / <u32>sizeof<T>();
  let sums = work + SUMS;
  for (let row: u32 = 0, high: u32 = 0; row < rows; row += high) {
    high = tileRows(rows - row, packed);
    for (let column: u32 = 0; column < columns; column += wide) {
      const filled = min(wide, columns - column);
      const to = out + row * outRow + column * sizeof<T>();
      for (let line: u32 = 0; line < high; line++, sums += wide * 8) round<T>(to + line * outRow, sums, filled);
    }
  }
}
