/**
 * The innermost loop of large products: a tile of four rows by two vectors, from packed panels. A core starts two multiplications and
 * two additions at a time, so what else is in the loop decides its speed, and it is written for what V8 makes of it:
 * - eight steps of the sum a loop, so that counters and the check for interrupts weigh little;
 * - between two steps a test that never holds (addresses in the workspace are multiples of 32), which makes each a block of its own: the
 *   compilers of Node 20 and 22 move all loads of a block to its front, and those of one step are what fifteen registers hold beside the
 *   sums;
 * - of a, whole vectors of one float: V8 adds an instruction to a load that repeats a float, if it has an offset;
 * - panels told by where they lie in the workspace: of a sum V8 knows that its upper half is clear, of a parameter it does not.
 */
import { keep } from "./rounding";
import { ROW_BYTES, storeRow } from "./tile";
import { mulAdd, timesI } from "./vectors";

/** Rows of a tile. */
export const PANEL_ROWS: u32 = 4;

/** Bytes of a step of a left panel, a vector a row. */
export const STEP_BYTES: u32 = 64;

/** Steps of a loop. */
const STEPS: u32 = 8;

/** What becomes of a tile. */
const STORE: u32 = 0;
const ADD_TIMES_I: u32 = 1;
const KEEP: u32 = 2;
const KEEP_TIMES_I: u32 = 3;

/** to[row, column] := sum over p of a[row, p] * b[p, column]. */
export function sumPanel<T extends number>(depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32): void {
  sumTile<T>(STORE, depth, work, left, right, to, toRow, false);
}

/** Adds i times such a sum; columns are the parts of complex elements. */
export function addPanelTimesI<T extends number>(depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32): void {
  sumTile<T>(ADD_TIMES_I, depth, work, left, right, to, toRow, false);
}

/** Adds such a sum to a tile of float64 sums, row by row; `first`: there are none yet. */
export function keepPanel<T extends number>(depth: u32, work: usize, left: u32, right: u32, sums: usize, first: bool): void {
  sumTile<T>(KEEP, depth, work, left, right, sums, 0, first);
}

/** Adds i times such a sum, and the tile that the workspace begins with. */
export function keepPanelTimesI<T extends number>(depth: u32, work: usize, left: u32, right: u32, sums: usize, first: bool): void {
  sumTile<T>(KEEP_TIMES_I, depth, work, left, right, sums, 0, first);
}

@inline
function sumTile<T extends number>(way: u32, depth: u32, work: usize, left: u32, right: u32, to: usize, toRow: u32, first: bool): void {
  let s00 = v128.splat<T>(0), s10 = v128.splat<T>(0), s20 = v128.splat<T>(0), s30 = v128.splat<T>(0);
  let s01 = v128.splat<T>(0), s11 = v128.splat<T>(0), s21 = v128.splat<T>(0), s31 = v128.splat<T>(0);
  let a = work + left, b = work + right;
  const end = b + depth * ROW_BYTES;
  const wholeEnd = b + (depth & ~(STEPS - 1)) * ROW_BYTES;
  for (; b !== wholeEnd; a += STEPS * STEP_BYTES, b += STEPS * ROW_BYTES) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x0 = v128.load(a), x1 = v128.load(a, 16), x2 = v128.load(a, 32), x3 = v128.load(a, 48);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 1) break;
    b0 = v128.load(b, 32), b1 = v128.load(b, 48);
    x0 = v128.load(a, 64), x1 = v128.load(a, 80), x2 = v128.load(a, 96), x3 = v128.load(a, 112);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 2) break;
    b0 = v128.load(b, 64), b1 = v128.load(b, 80);
    x0 = v128.load(a, 128), x1 = v128.load(a, 144), x2 = v128.load(a, 160), x3 = v128.load(a, 176);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 4) break;
    b0 = v128.load(b, 96), b1 = v128.load(b, 112);
    x0 = v128.load(a, 192), x1 = v128.load(a, 208), x2 = v128.load(a, 224), x3 = v128.load(a, 240);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 8) break;
    b0 = v128.load(b, 128), b1 = v128.load(b, 144);
    x0 = v128.load(a, 256), x1 = v128.load(a, 272), x2 = v128.load(a, 288), x3 = v128.load(a, 304);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 16) break;
    b0 = v128.load(b, 160), b1 = v128.load(b, 176);
    x0 = v128.load(a, 320), x1 = v128.load(a, 336), x2 = v128.load(a, 352), x3 = v128.load(a, 368);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (work & 32) break;
    b0 = v128.load(b, 192), b1 = v128.load(b, 208);
    x0 = v128.load(a, 384), x1 = v128.load(a, 400), x2 = v128.load(a, 416), x3 = v128.load(a, 432);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
    if (left & 1) break;
    b0 = v128.load(b, 224), b1 = v128.load(b, 240);
    x0 = v128.load(a, 448), x1 = v128.load(a, 464), x2 = v128.load(a, 480), x3 = v128.load(a, 496);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
  }
  for (; b !== end; a += STEP_BYTES, b += ROW_BYTES) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load(a), x1 = v128.load(a, 16), x2 = v128.load(a, 32), x3 = v128.load(a, 48);
    s00 = mulAdd<T>(s00, x0, b0), s01 = mulAdd<T>(s01, x0, b1), s10 = mulAdd<T>(s10, x1, b0), s11 = mulAdd<T>(s11, x1, b1);
    s20 = mulAdd<T>(s20, x2, b0), s21 = mulAdd<T>(s21, x2, b1), s30 = mulAdd<T>(s30, x3, b0), s31 = mulAdd<T>(s31, x3, b1);
  }
  if (way === STORE || way === ADD_TIMES_I) {
    storeRow<T>(2, way === ADD_TIMES_I, to, s00, s01);
    storeRow<T>(2, way === ADD_TIMES_I, (to += toRow), s10, s11);
    storeRow<T>(2, way === ADD_TIMES_I, (to += toRow), s20, s21);
    storeRow<T>(2, way === ADD_TIMES_I, to + toRow, s30, s31);
    return;
  }
  if (way === KEEP_TIMES_I) {
    s00 = v128.add<T>(v128.load(work), timesI<T>(s00)), s01 = v128.add<T>(v128.load(work, 16), timesI<T>(s01));
    s10 = v128.add<T>(v128.load(work, 32), timesI<T>(s10)), s11 = v128.add<T>(v128.load(work, 48), timesI<T>(s11));
    s20 = v128.add<T>(v128.load(work, 64), timesI<T>(s20)), s21 = v128.add<T>(v128.load(work, 80), timesI<T>(s21));
    s30 = v128.add<T>(v128.load(work, 96), timesI<T>(s30)), s31 = v128.add<T>(v128.load(work, 112), timesI<T>(s31));
  }
  if (first) keepTile<T>(true, to, s00, s01, s10, s11, s20, s21, s30, s31);
  else keepTile<T>(false, to, s00, s01, s10, s11, s20, s21, s30, s31);
}

@inline
function keepTile<T extends number>(
  first: bool, sums: usize, s00: v128, s01: v128, s10: v128, s11: v128, s20: v128, s21: v128, s30: v128, s31: v128,
): void {
  sums = keep<T>(first, sums, s00), sums = keep<T>(first, sums, s01);
  sums = keep<T>(first, sums, s10), sums = keep<T>(first, sums, s11);
  sums = keep<T>(first, sums, s20), sums = keep<T>(first, sums, s21);
  sums = keep<T>(first, sums, s30), keep<T>(first, sums, s31);
}
