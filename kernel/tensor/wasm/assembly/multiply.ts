/** Batched matrix products: each goes to the kernels that suit its extents. */
import { multiplyBlocks } from "./blocks";
import { isThin, MOST_DEPTH, multiplyThin } from "./thin";
import { hasStretch, multiplyRows, multiplyStretches } from "./vector";

export function multiplyFloat32(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, m, n, k, forms, false, work);
}

export function multiplyFloat64(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, m, n, k, forms, false, work);
}

export function multiplyComplex64(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, work: usize,
): void {
  multiply<f32>(out, a, b, batch, m, n, k, forms, true, work);
}

export function multiplyComplex128(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, work: usize,
): void {
  multiply<f64>(out, a, b, batch, m, n, k, forms, true, work);
}

function multiply<T extends number>(
  out: usize, a: usize, b: usize, batch: u32, m: u32, n: u32, k: u32, forms: u32, complex: bool, work: usize,
): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  // With one row or column both forms are the same.
  let turnedA = (forms & 1) !== 0 && m > 1 && k > 1;
  let turnedB = (forms & 2) !== 0 && n > 1 && k > 1;
  let aEntry: u32 = forms & 4 ? 0 : m * k * size;
  let bEntry: u32 = forms & 8 ? 0 : n * k * size;
  if (m === 1 && (turnedB || k > MOST_DEPTH)) {
    // A row is as good a column, and that is what the kernels know.
    const other = a, entry = aEntry;
    a = b, aEntry = bEntry, turnedA = !turnedB && n > 1;
    b = other, bEntry = entry, turnedB = false;
    m = n, n = 1;
  }
  if (bEntry === 0 && !turnedA) {
    // The rows of all entries meet the same b: they are rows of one.
    m *= batch;
    batch = 1;
  }
  if (isThin(m, n, k, turnedB, size)) {
    multiplyThin<T>(out, a, b, batch, m, n, k, aEntry, bEntry, turnedA, turnedB, complex, work);
    return;
  }
  for (; batch > 0; batch--, a += aEntry, b += bEntry, out += m * n * size)
    if (n > 1 || (turnedA && !hasStretch(m * size))) multiplyBlocks<T>(out, a, b, m, n, k, turnedA, turnedB, complex, work);
    else if (turnedA) multiplyStretches<T>(out, a, b, m, k, complex, work);
    else multiplyRows<T>(out, a, b, m, k, complex);
}
