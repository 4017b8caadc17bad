/**
 * The innermost loops where operands are read as they lie: tiles of a product, summed in registers. Five rows by two vectors of sums,
 * with the vectors of b and one splat of a, are what the sixteen vector registers of x64 hold. One step of the sum a loop: V8 spills
 * where it is unrolled.
 */
import { mulAdd, timesI } from "./vectors";

/** Rows of a tile. */
export const ROWS: u32 = 5;

/** Bytes of a tile's row, of two vectors. */
export const ROW_BYTES: u32 = 32;

/**
 * to[row, column] := sum over p of a[row, p] * b[p, column], with `rows` and `vectors` constants at every call. Bytes between rows of
 * a and `to`, and between steps of the sum in a and b; columns are neighbours. `imaginary`: a holds imaginary parts, of b and `to` the
 * columns are parts of complex elements, and i times the sum is added to what is there.
 */
@inline
function sumTile<T extends number>(
  rows: u32, vectors: u32, imaginary: bool, depth: u32,
  a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  let s00 = v128.splat<T>(0), s10 = v128.splat<T>(0), s20 = v128.splat<T>(0), s30 = v128.splat<T>(0), s40 = v128.splat<T>(0);
  let s01 = v128.splat<T>(0), s11 = v128.splat<T>(0), s21 = v128.splat<T>(0), s31 = v128.splat<T>(0), s41 = v128.splat<T>(0);
  let a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow;
  for (const end = b + depth * bDepth; b !== end; b += bDepth) {
    const b0 = v128.load(b);
    const b1 = vectors > 1 ? v128.load(b, 16) : b0;
    let x = v128.load_splat<T>(a);
    s00 = mulAdd<T>(s00, x, b0);
    if (vectors > 1) s01 = mulAdd<T>(s01, x, b1);
    a += aDepth;
    if (rows > 1) {
      x = v128.load_splat<T>(a1);
      s10 = mulAdd<T>(s10, x, b0);
      if (vectors > 1) s11 = mulAdd<T>(s11, x, b1);
      a1 += aDepth;
    }
    if (rows > 2) {
      x = v128.load_splat<T>(a2);
      s20 = mulAdd<T>(s20, x, b0);
      if (vectors > 1) s21 = mulAdd<T>(s21, x, b1);
      a2 += aDepth;
    }
    if (rows > 3) {
      x = v128.load_splat<T>(a3);
      s30 = mulAdd<T>(s30, x, b0);
      if (vectors > 1) s31 = mulAdd<T>(s31, x, b1);
      a3 += aDepth;
    }
    if (rows > 4) {
      x = v128.load_splat<T>(a4);
      s40 = mulAdd<T>(s40, x, b0);
      if (vectors > 1) s41 = mulAdd<T>(s41, x, b1);
      a4 += aDepth;
    }
  }
  storeRow<T>(vectors, imaginary, to, s00, s01);
  if (rows > 1) storeRow<T>(vectors, imaginary, (to += toRow), s10, s11);
  if (rows > 2) storeRow<T>(vectors, imaginary, (to += toRow), s20, s21);
  if (rows > 3) storeRow<T>(vectors, imaginary, (to += toRow), s30, s31);
  if (rows > 4) storeRow<T>(vectors, imaginary, to + toRow, s40, s41);
}

/** Of one vector or two; `imaginary`: i times them is added to what is there. */
@inline
export function storeRow<T extends number>(vectors: u32, imaginary: bool, to: usize, first: v128, second: v128): void {
  v128.store(to, imaginary ? v128.add<T>(v128.load(to), timesI<T>(first)) : first);
  if (vectors > 1)
    v128.store(to, imaginary ? v128.add<T>(v128.load(to, 16), timesI<T>(second)) : second, 16);
}

/** Any rows of two vectors, ROWS at a time. */
export function sumWide<T extends number>(
  rows: u32, depth: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  for (; rows >= ROWS; rows -= ROWS, a += ROWS * aRow, to += ROWS * toRow)
    sumTile<T>(5, 2, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  if (rows === 4) sumTile<T>(4, 2, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 3) sumTile<T>(3, 2, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 2) sumTile<T>(2, 2, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 1) sumTile<T>(1, 2, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
}

/** Adds i times such a tile. */
export function addWideTimesI<T extends number>(
  rows: u32, depth: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  if (rows === 5) sumTile<T>(5, 2, true, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 4) sumTile<T>(4, 2, true, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 3) sumTile<T>(3, 2, true, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 2) sumTile<T>(2, 2, true, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else sumTile<T>(1, 2, true, depth, a, aRow, aDepth, b, bDepth, to, toRow);
}

/** Any rows of one vector, ROWS at a time. */
export function sumNarrow<T extends number>(
  rows: u32, depth: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  for (; rows >= ROWS; rows -= ROWS, a += ROWS * aRow, to += ROWS * toRow)
    sumTile<T>(5, 1, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  if (rows === 4) sumTile<T>(4, 1, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 3) sumTile<T>(3, 1, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 2) sumTile<T>(2, 1, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 1) sumTile<T>(1, 1, false, depth, a, aRow, aDepth, b, bDepth, to, toRow);
}

/** Any rows of one vector of complex elements, as they lie in all three matrices. */
export function sumComplex<T extends number>(
  rows: u32, depth: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  for (; rows >= ROWS; rows -= ROWS, a += ROWS * aRow, to += ROWS * toRow)
    sumComplexTile<T>(5, 1, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  if (rows === 4) sumComplexTile<T>(4, 1, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 3) sumComplexTile<T>(3, 1, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 2) sumComplexTile<T>(2, 1, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 1) sumComplexTile<T>(1, 1, depth, a, aRow, aDepth, b, bDepth, to, toRow);
}

/** Any rows of two vectors of them. */
export function sumComplexWide<T extends number>(
  rows: u32, depth: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  for (; rows >= 3; rows -= 3, a += 3 * aRow, to += 3 * toRow)
    sumComplexTile<T>(3, 2, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  if (rows === 2) sumComplexTile<T>(2, 2, depth, a, aRow, aDepth, b, bDepth, to, toRow);
  else if (rows === 1) sumComplexTile<T>(1, 2, depth, a, aRow, aDepth, b, bDepth, to, toRow);
}

/** Real and imaginary parts of a are summed apart: the registers hold five rows of one vector, or three of two, which loads less a sum. */
@inline
function sumComplexTile<T extends number>(
  rows: u32, vectors: u32, depth: u32,
  a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, toRow: u32,
): void {
  let r00 = v128.splat<T>(0), r10 = v128.splat<T>(0), r20 = v128.splat<T>(0), r30 = v128.splat<T>(0), r40 = v128.splat<T>(0);
  let i00 = v128.splat<T>(0), i10 = v128.splat<T>(0), i20 = v128.splat<T>(0), i30 = v128.splat<T>(0), i40 = v128.splat<T>(0);
  let r01 = v128.splat<T>(0), r11 = v128.splat<T>(0), r21 = v128.splat<T>(0), i01 = v128.splat<T>(0), i11 = v128.splat<T>(0), i21 = v128.splat<T>(0);
  let a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow;
  for (const end = b + depth * bDepth; b !== end; b += bDepth) {
    const b0 = v128.load(b);
    const b1 = vectors > 1 ? v128.load(b, 16) : b0;
    let x = v128.load_splat<T>(a);
    r00 = mulAdd<T>(r00, x, b0);
    if (vectors > 1) r01 = mulAdd<T>(r01, x, b1);
    x = v128.load_splat<T>(a, sizeof<T>());
    i00 = mulAdd<T>(i00, x, b0);
    if (vectors > 1) i01 = mulAdd<T>(i01, x, b1);
    a += aDepth;
    if (rows > 1) {
      x = v128.load_splat<T>(a1);
      r10 = mulAdd<T>(r10, x, b0);
      if (vectors > 1) r11 = mulAdd<T>(r11, x, b1);
      x = v128.load_splat<T>(a1, sizeof<T>());
      i10 = mulAdd<T>(i10, x, b0);
      if (vectors > 1) i11 = mulAdd<T>(i11, x, b1);
      a1 += aDepth;
    }
    if (rows > 2) {
      x = v128.load_splat<T>(a2);
      r20 = mulAdd<T>(r20, x, b0);
      if (vectors > 1) r21 = mulAdd<T>(r21, x, b1);
      x = v128.load_splat<T>(a2, sizeof<T>());
      i20 = mulAdd<T>(i20, x, b0);
      if (vectors > 1) i21 = mulAdd<T>(i21, x, b1);
      a2 += aDepth;
    }
    if (rows > 3) {
      x = v128.load_splat<T>(a3);
      r30 = mulAdd<T>(r30, x, b0);
      x = v128.load_splat<T>(a3, sizeof<T>());
      i30 = mulAdd<T>(i30, x, b0);
      a3 += aDepth;
    }
    if (rows > 4) {
      x = v128.load_splat<T>(a4);
      r40 = mulAdd<T>(r40, x, b0);
      x = v128.load_splat<T>(a4, sizeof<T>());
      i40 = mulAdd<T>(i40, x, b0);
      a4 += aDepth;
    }
  }
  storeComplex<T>(vectors, to, r00, i00, r01, i01);
  if (rows > 1) storeComplex<T>(vectors, (to += toRow), r10, i10, r11, i11);
  if (rows > 2) storeComplex<T>(vectors, (to += toRow), r20, i20, r21, i21);
  if (rows > 3) storeComplex<T>(vectors, (to += toRow), r30, i30, r01, i01);
  if (rows > 4) storeComplex<T>(vectors, (to += toRow), r40, i40, r01, i01);
}

@inline
function storeComplex<T extends number>(vectors: u32, to: usize, r0: v128, i0: v128, r1: v128, i1: v128): void {
  v128.store(to, v128.add<T>(r0, timesI<T>(i0)));
  if (vectors > 1) v128.store(to, v128.add<T>(r1, timesI<T>(i1)), 16);
}
