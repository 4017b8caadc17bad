/**
 * The innermost loop of large products: a tile of four rows by two vectors, from packed panels. A core starts two multiplications and
 * two additions at a time, so what else is in the loop decides its speed, and it is written for what V8 makes of it:
 * - four steps of the sum a loop, so that counters and the check for interrupts weigh little;
 * - a test for the end between two steps, which makes each a block of its own: the compilers of Node 20 and 22 move all loads of a block
 *   to its front, and those of one step are what fifteen registers hold beside the sums;
 * - of a, whole vectors of one float: V8 adds an instruction to a load that repeats a float, if it has an offset;
 * - panels told by where they lie in the workspace: of a sum V8 knows that its upper half is clear, of a parameter it does not.
 */
import { ROW_BYTES, storeRow } from "./tile";

/** Rows of a tile. */
export const PANEL_ROWS: u32 = 4;

/** Bytes of a step of a left panel, a vector a row. */
export const STEP_BYTES: u32 = 64;

/** to[row, column] := sum over p of a[row, p] * b[p, column]. */
export function sumPanel<T extends number>(depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32): void {
  sumTile<T>(false, depth, work, left, right, to, toRow);
}

/** Adds i times such a sum; columns are the parts of complex elements. */
export function addPanelTimesI<T extends number>(depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32): void {
  sumTile<T>(true, depth, work, left, right, to, toRow);
}

@inline
function sumTile<T extends number>(imaginary: bool, depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32): void {
  let s00 = v128.splat<T>(0), s10 = v128.splat<T>(0), s20 = v128.splat<T>(0), s30 = v128.splat<T>(0);
  let s01 = v128.splat<T>(0), s11 = v128.splat<T>(0), s21 = v128.splat<T>(0), s31 = v128.splat<T>(0);
  let a = work + left, b = work + right;
  const end = b + depth * ROW_BYTES, end1 = end - ROW_BYTES, end2 = end1 - ROW_BYTES, end3 = end2 - ROW_BYTES;
  for (; b !== end; a += 4 * STEP_BYTES, b += 4 * ROW_BYTES) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x0 = v128.load(a), x1 = v128.load(a, 16), x2 = v128.load(a, 32), x3 = v128.load(a, 48);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (b === end1) break;
    b0 = v128.load(b, 32), b1 = v128.load(b, 48);
    x0 = v128.load(a, 64), x1 = v128.load(a, 80), x2 = v128.load(a, 96), x3 = v128.load(a, 112);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (b === end2) break;
    b0 = v128.load(b, 64), b1 = v128.load(b, 80);
    x0 = v128.load(a, 128), x1 = v128.load(a, 144), x2 = v128.load(a, 160), x3 = v128.load(a, 176);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (b === end3) break;
    b0 = v128.load(b, 96), b1 = v128.load(b, 112);
    x0 = v128.load(a, 192), x1 = v128.load(a, 208), x2 = v128.load(a, 224), x3 = v128.load(a, 240);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
  }
  storeRow<T>(2, imaginary, to, s00, s01);
  storeRow<T>(2, imaginary, (to += toRow), s10, s11);
  storeRow<T>(2, imaginary, (to += toRow), s20, s21);
  storeRow<T>(2, imaginary, to + toRow, s30, s31);
}

@inline
function mulAdd<T extends number>(sum: v128, x: v128, y: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(x, y));
}
