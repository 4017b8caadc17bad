/**
 * Products with short sums or short rows, which move more numbers than they multiply: straight from where the operands lie, one or two
 * vectors of a result's row at a time. The last vector of a row overlaps the one before it. A row shorter than a vector is stored as a
 * whole one, and the rows that follow overwrite what is too much.
 */
import { sumComplex, sumComplexWide, sumNarrow, sumWide } from "./tile";

/** Bytes of an operand that stay in the first cache while the other goes by. */
const STAYS: u32 = 32_768;
/** The longest sum. Where it is longer, packing pays, except where rows are short. */
export const MOST_DEPTH: u32 = 8;

/** Bytes of a row that is short, and the longest sum then: what would be packed is used too seldom. */
const SHORT_ROW: u32 = 80;
const SHORT_ROW_DEPTH: u32 = 128;
/** Then a right operand of no more elements, or one that so many rows meet, is turned element by element. */
const TURNED_ELEMENTS: u32 = 128;
const TURNED_ROWS: u32 = 32;

/** Rows that are swept one column of vectors after another; of longer rows, fewer. Whole tiles, of five rows or of three. */
const STRIP: u32 = 45;
const LONG_STRIP: u32 = 15;
const STRIP_BYTES: u32 = 128;

const VECTOR: u32 = 16;
/** Where the workspace holds the right operand turned, in bytes from its start, after a tile. */
const TURNED: usize = 512;

/** Whether multiplyThin takes a product with elements of `size` bytes. */
export function isThin(m: u32, n: u32, k: u32, turnedB: bool, size: u32): bool {
  if (k > MOST_DEPTH) {
    if (k > SHORT_ROW_DEPTH || n * size > SHORT_ROW) return false;
    return !turnedB || n * k <= TURNED_ELEMENTS || m >= TURNED_ROWS;
  }
  return n * k * size <= STAYS || (!turnedB && m * k * size <= STAYS);
}

/** Bytes from one entry of an operand to the next are none where it is shared. */
export function multiplyThin<T extends number>(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32,
  aEntry: u32, bEntry: u32, aLine: u32, bLine: u32, outLine: u32, turnedA: bool, turnedB: bool, complex: bool, work: usize,
): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  const row = n * size;
  const aRow = turnedA ? size : aLine;
  const aDepth = turnedA ? aLine : size;
  // Where rows have gaps between them, a whole vector of a short one would be too much.
  const outEnd = outLine === row ? out + batch * m * row : out;
  const bEnd = b + (batch - 1) * bEntry + n * k * size;
  const strip = row <= STRIP_BYTES ? STRIP : LONG_STRIP;
  const bDepth = turnedB ? max(row, VECTOR) : bLine;
  for (let entry: u32 = 0; entry < batch; entry++, a += aEntry, b += bEntry, out += m * row) {
    let right = b;
    let step = bDepth;
    if (turnedB) {
      right = work + TURNED;
      if (entry === 0 || bEntry > 0) turn(right, b, n, k, size, step, bLine);
    } else if (row < VECTOR && (bLine !== row || <u32>(bEnd - b) - (k - 1) * row < VECTOR)) {
      // Its last row's vector would reach beyond the operand.
      right = work + TURNED;
      step = VECTOR;
      for (let line: u32 = 0; line < k; line++) copyFloats(right + line * VECTOR, b + line * bLine, row);
    }
    if (n * k * size <= STAYS)
      for (let start: u32 = 0; start < m; start += strip)
        sumStrip<T>(min(strip, m - start), k, a + start * aRow, aRow, aDepth, right, step, out + start * outLine, row, outLine, outEnd, complex, work);
    else sumLines<T>(m, k, a, aRow, aDepth, right, step, out, row, outLine, complex);
  }
}

/** Whole rows, up to STRIP. */
@inline
function sumStrip<T extends number>(
  rows: u32, k: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32,
  to: usize, row: u32, toLine: u32, outEnd: usize, complex: bool, work: usize,
): void {
  if (row < VECTOR) {
    // Rows whose vectors end within the result.
    const room: u32 = outEnd < to ? 0 : <u32>(outEnd - to);
    const whole: u32 = room < VECTOR ? 0 : min(rows, (room - VECTOR) / row + 1);
    if (complex) sumComplex<T>(whole, k, a, aRow, aDepth, b, bDepth, to, toLine);
    else sumNarrow<T>(whole, k, a, aRow, aDepth, b, bDepth, to, toLine);
    for (let line = whole; line < rows; line++) {
      if (complex) sumComplex<T>(1, k, a + line * aRow, aRow, aDepth, b, bDepth, work, VECTOR);
      else sumNarrow<T>(1, k, a + line * aRow, aRow, aDepth, b, bDepth, work, VECTOR);
      copyFloats(to + line * toLine, work, row);
    }
  } else if (row < 2 * VECTOR)
    for (let done: u32 = 0; done < row; done += VECTOR) {
      const at = min(done, row - VECTOR);
      if (complex) sumComplex<T>(rows, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
      else sumNarrow<T>(rows, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
    }
  else
    for (let done: u32 = 0; done < row; done += 2 * VECTOR) {
      const at = min(done, row - 2 * VECTOR);
      if (complex) sumComplexWide<T>(rows, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
      else sumWide<T>(rows, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
    }
}

/** Few long rows, column by column of vectors. */
function sumLines<T extends number>(
  m: u32, k: u32, a: usize, aRow: u32, aDepth: u32, b: usize, bDepth: u32, to: usize, row: u32, toLine: u32, complex: bool,
): void {
  for (let done: u32 = 0; done < row; done += 2 * VECTOR) {
    const at = min(done, row - 2 * VECTOR);
    if (complex) sumComplexWide<T>(m, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
    else sumWide<T>(m, k, a, aRow, aDepth, b + at, bDepth, to + at, toLine);
  }
}

/** [n, k] in rows `bLine` bytes apart to rows of n elements, `step` bytes apart. */
function turn(to: usize, from: usize, n: u32, k: u32, size: u32, step: u32, bLine: u32): void {
  for (let column: u32 = 0; column < n; column++, from += bLine - k * size)
    for (let line: u32 = 0; line < k; line++, from += size) {
      const at = to + line * step + column * size;
      if (size === 4) store<u32>(at, load<u32>(from));
      else if (size === 8) store<u64>(at, load<u64>(from));
      else v128.store(at, v128.load(from));
    }
}

@inline
function copyFloats(to: usize, from: usize, bytes: u32): void {
  for (let done: u32 = 0; done < bytes; done += 4) store<u32>(to + done, load<u32>(from + done));
}
