/** Products of matrices of one shape, each so many bytes after the one before: a call from outside takes longer than a small one of them. */
import { multiplyComplex128, multiplyComplex64, multiplyFloat32, multiplyFloat64 } from "./multiply";

export function repeatFloat32(
  out: usize, a: usize, b: usize, count: u32, outStep: u32, aStep: u32, bStep: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  for (; count > 0; count--, out += outStep, a += aStep, b += bStep)
    multiplyFloat32(out, a, b, 1, m, n, k, forms, aLine, bLine, outLine, work);
}

export function repeatFloat64(
  out: usize, a: usize, b: usize, count: u32, outStep: u32, aStep: u32, bStep: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  for (; count > 0; count--, out += outStep, a += aStep, b += bStep)
    multiplyFloat64(out, a, b, 1, m, n, k, forms, aLine, bLine, outLine, work);
}

export function repeatComplex64(
  out: usize, a: usize, b: usize, count: u32, outStep: u32, aStep: u32, bStep: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  for (; count > 0; count--, out += outStep, a += aStep, b += bStep)
    multiplyComplex64(out, a, b, 1, m, n, k, forms, aLine, bLine, outLine, work);
}

export function repeatComplex128(
  out: usize, a: usize, b: usize, count: u32, outStep: u32, aStep: u32, bStep: u32,
  m: u32, n: u32, k: u32, forms: u32, aLine: u32, bLine: u32, outLine: u32, work: usize,
): void {
  for (; count > 0; count--, out += outStep, a += aStep, b += bStep)
    multiplyComplex128(out, a, b, 1, m, n, k, forms, aLine, bLine, outLine, work);
}
