/** Batched matrix products: each goes to the kernels that suit its extents. */
import { multiplyBlocks } from "./blocks";
import { isThin, MOST_DEPTH, multiplyThin } from "./thin";
import { hasStretch, multiplyRows, multiplyStretches } from "./vector";

export function multiplyFloat32(
  out: usize, a: usize, b: usize, batch: u32, outEntry: u32, aEntry: u32, bEntry: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, outEntry, aEntry, bEntry, m, n, k, forms, aLine, bLine, outLine, false, work);
}

export function multiplyFloat64(
  out: usize, a: usize, b: usize, batch: u32, outEntry: u32, aEntry: u32, bEntry: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, outEntry, aEntry, bEntry, m, n, k, forms, aLine, bLine, outLine, false, work);
}

export function multiplyComplex64(
  out: usize, a: usize, b: usize, batch: u32, outEntry: u32, aEntry: u32, bEntry: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, outEntry, aEntry, bEntry, m, n, k, forms, aLine, bLine, outLine, true, work);
}

export function multiplyComplex128(
  out: usize, a: usize, b: usize, batch: u32, outEntry: u32, aEntry: u32, bEntry: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, outEntry, aEntry, bEntry, m, n, k, forms, aLine, bLine, outLine, true, work);
}

/**
 * `outEntry`, `aEntry`, `bEntry`: bytes from one matrix to the next, none where all meet the same one; `aLine`, `bLine`, `outLine`: from one
 * row of a matrix as it is stored to the next.
 */
function multiply<T extends number>(
  out: usize, a: usize, b: usize, batch: u32, outEntry: u32, aEntry: u32, bEntry: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, complex: bool, work: usize,
): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  const dense = aLine === (forms & 1 ? m : k) * size && bLine === (forms & 2 ? k : n) * size && outLine === n * size;
  const follow = outEntry === m * n * size && (aEntry === m * k * size || aEntry === 0) && (bEntry === n * k * size || bEntry === 0);
  if (batch > 1 && !(dense && follow)) {
    // Matrices with gaps in or between them are multiplied each alone.
    for (; batch > 0; batch--, out += outEntry, a += aEntry, b += bEntry)
      multiply<T>(out, a, b, 1, outEntry, aEntry, bEntry, m, n, k, forms, aLine, bLine, outLine, complex, work);
    return;
  }
  // With one row or column both forms are the same, but for gaps.
  let turnedA = (forms & 1) !== 0 && ((k > 1 && m > 1) || !dense);
  let turnedB = (forms & 2) !== 0 && ((k > 1 && n > 1) || !dense);
  if (dense && m === 1 && (turnedB || k > MOST_DEPTH)) {
    // A row is as good a column, and that is what the kernels know.
    const other = a, entry = aEntry;
    a = b, aEntry = bEntry, turnedA = !turnedB && n > 1;
    b = other, bEntry = entry, turnedB = false;
    m = n, n = 1;
  }
  if (dense) aLine = (turnedA ? m : k) * size, bLine = (turnedB ? k : n) * size, outLine = n * size;
  if (bEntry === 0 && !turnedA) {
    // The rows of all entries meet the same b: they are rows of one.
    m *= batch;
    batch = 1;
  }
  if (isThin(m, n, k, turnedB, size)) {
    multiplyThin<T>(out, a, b, batch, m, n, k, aEntry, bEntry, aLine, bLine, outLine, turnedA, turnedB, complex, work);
    return;
  }
  const blocks = n > 1 || !dense || (turnedA && !hasStretch(m * size));
  for (; batch > 0; batch--, a += aEntry, b += bEntry, out += m * n * size)
    if (blocks) multiplyBlocks<T>(out, a, b, m, n, k, aLine, bLine, outLine, turnedA, turnedB, complex, work);
    else if (turnedA) multiplyStretches<T>(out, a, b, m, k, complex, work);
    else multiplyRows<T>(out, a, b, m, k, complex);
}
