/** Batched matrix products: each goes to the kernels that suit its extents. */
import { multiplyBlocks } from "./blocks";
import { isThin, MOST_DEPTH, multiplyThin } from "./thin";
import { hasStretch, multiplyRows, multiplyStretches } from "./vector";

export function multiplyFloat32(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, m, n, k, forms, aLine, bLine, outLine, false, work);
}

export function multiplyFloat64(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, m, n, k, forms, aLine, bLine, outLine, false, work);
}

export function multiplyComplex64(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, m, n, k, forms, aLine, bLine, outLine, true, work);
}

export function multiplyComplex128(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, m, n, k, forms, aLine, bLine, outLine, true, work);
}

/** `aLine`, `bLine`, `outLine`: bytes from one row of a matrix as it is stored to the next; with gaps between them there is one product. */
function multiply<T extends number>(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32,
  aLine: u32, bLine: u32, outLine: u32, complex: bool, work: usize,
): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  const dense = aLine === (forms & 1 ? m : k) * size && bLine === (forms & 2 ? k : n) * size && outLine === n * size;
  // With one row or column both forms are the same, but for gaps.
  let turnedA = (forms & 1) !== 0 && k > 1 && (m > 1 || !dense);
  let turnedB = (forms & 2) !== 0 && k > 1 && (n > 1 || !dense);
  let aEntry: u32 = forms & 4 ? 0 : m * k * size;
  let bEntry: u32 = forms & 8 ? 0 : n * k * size;
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
