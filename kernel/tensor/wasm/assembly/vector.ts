/**
 * Products of a matrix and a vector, and of two vectors, at the speed at which the matrix is read. Sums run over at most DEPTH terms in
 * the operands' precision, sums of those in float64.
 */
import { addTile, round } from "./rounding";
import { mulAdd, timesI, upper } from "./vectors";

const DEPTH: u32 = 256;
/** Bytes of the result that are summed at a time where their terms lie side by side. */
const STRETCH: u32 = 64;
/** Where the workspace holds the float64 sums of a stretch, in bytes from its start. */
const SUMS: usize = 64;

/** out[r] := sum over p of a[r, p] * x[p]; p is the faster index of a. */
export function multiplyRows<T extends number>(out: usize, a: usize, x: usize, m: u32, k: u32, complex: bool): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  for (; m > 0; m--, out += size) {
    let sum = f64x2.splat(0);
    for (let start: u32 = 0; start < k; start += DEPTH, a += DEPTH * size) {
      const depth = min(DEPTH, k - start);
      const terms = complex ? dotComplex<T>(a, x + start * size, depth) : dotReal<T>(a, x + start * size, depth);
      sum = f64x2.add(sum, terms);
      if (depth < DEPTH) a -= (DEPTH - depth) * size;
    }
    store<T>(out, <T>f64x2.extract_lane(sum, 0));
    if (complex) store<T>(out, <T>f64x2.extract_lane(sum, 1), sizeof<T>());
  }
}

/** The sum, in the first of the two. */
function dotReal<T extends number>(a: usize, x: usize, depth: u32): v128 {
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0;
  const floats: u32 = 64 / <u32>sizeof<T>();
  for (; depth >= floats; depth -= floats, a += 64, x += 64) {
    s0 = mulAdd<T>(s0, v128.load(a), v128.load(x));
    s1 = mulAdd<T>(s1, v128.load(a, 16), v128.load(x, 16));
    s2 = mulAdd<T>(s2, v128.load(a, 32), v128.load(x, 32));
    s3 = mulAdd<T>(s3, v128.load(a, 48), v128.load(x, 48));
  }
  const halves = widened<T>(v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
  let sum = f64x2.extract_lane(halves, 0) + f64x2.extract_lane(halves, 1);
  for (; depth > 0; depth--, a += sizeof<T>(), x += sizeof<T>()) sum += <f64>load<T>(a) * <f64>load<T>(x);
  return f64x2.replace_lane(f64x2.splat(0), 0, sum);
}

/** (re, im) of the sum: a times the real parts of x, and i times a times its imaginary parts. */
function dotComplex<T extends number>(a: usize, x: usize, depth: u32): v128 {
  let r0 = v128.splat<T>(0), r1 = r0, i0 = r0, i1 = r0;
  const elements: u32 = 16 / <u32>sizeof<T>();
  for (; depth >= elements; depth -= elements, a += 32, x += 32) {
    const a0 = v128.load(a), a1 = v128.load(a, 16);
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    r0 = mulAdd<T>(r0, a0, realParts<T>(x0));
    r1 = mulAdd<T>(r1, a1, realParts<T>(x1));
    i0 = mulAdd<T>(i0, a0, imaginaryParts<T>(x0));
    i1 = mulAdd<T>(i1, a1, imaginaryParts<T>(x1));
  }
  let sum = widened<T>(v128.add<T>(v128.add<T>(r0, r1), timesI<T>(v128.add<T>(i0, i1))));
  for (; depth > 0; depth--, a += 2 * sizeof<T>(), x += 2 * sizeof<T>()) {
    const re = <f64>load<T>(a), im = <f64>load<T>(a, sizeof<T>());
    const xr = <f64>load<T>(x), xi = <f64>load<T>(x, sizeof<T>());
    sum = f64x2.add(sum, f64x2(re * xr - im * xi, im * xr + re * xi));
  }
  return sum;
}

@inline
function realParts<T extends number>(x: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(x, x, 0, 0, 2, 2) : v128.shuffle<f64>(x, x, 0, 0);
}

@inline
function imaginaryParts<T extends number>(x: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(x, x, 1, 1, 3, 3) : v128.shuffle<f64>(x, x, 1, 1);
}

/** In float64, of single floats the sum of both halves. */
@inline
function widened<T extends number>(v: v128): v128 {
  if (sizeof<T>() === 8) return v;
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(upper(v, v)));
}

/** Whether a result of so many bytes has a stretch. */
@inline
export function hasStretch(bytes: u32): bool {
  return bytes >= STRETCH;
}

/** out[r] := sum over p of a[p, r] * x[p]; r is the faster index of a. The last stretch overlaps the one before it. */
export function multiplyStretches<T extends number>(
  out: usize, a: usize, x: usize, m: u32, k: u32, complex: bool, work: usize,
): void {
  const size = <u32>(complex ? 2 * sizeof<T>() : sizeof<T>());
  const row = m * size;
  for (let done: u32 = 0; done < row; done += STRETCH) {
    const at = min(done, row - STRETCH);
    if (k <= DEPTH) {
      sumStretch<T>(out + at, a + at, row, x, k, complex);
      continue;
    }
    for (let start: u32 = 0; start < k; start += DEPTH) {
      sumStretch<T>(work, a + start * row + at, row, x + start * size, min(DEPTH, k - start), complex);
      addTile<T>(work + SUMS, work, STRETCH, start === 0);
    }
    round<T>(out + at, work + SUMS, STRETCH / <u32>sizeof<T>());
  }
}

@inline
function sumStretch<T extends number>(to: usize, a: usize, row: u32, x: usize, k: u32, complex: bool): void {
  if (complex) stretchComplex<T>(to, a, row, x, k);
  else stretchReal<T>(to, a, row, x, k);
}

function stretchReal<T extends number>(to: usize, a: usize, row: u32, x: usize, k: u32): void {
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0;
  for (; k > 0; k--, a += row, x += sizeof<T>()) {
    const v = v128.load_splat<T>(x);
    s0 = mulAdd<T>(s0, v128.load(a), v);
    s1 = mulAdd<T>(s1, v128.load(a, 16), v);
    s2 = mulAdd<T>(s2, v128.load(a, 32), v);
    s3 = mulAdd<T>(s3, v128.load(a, 48), v);
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

function stretchComplex<T extends number>(to: usize, a: usize, row: u32, x: usize, k: u32): void {
  let r0 = v128.splat<T>(0), r1 = r0, r2 = r0, r3 = r0, i0 = r0, i1 = r0, i2 = r0, i3 = r0;
  for (; k > 0; k--, a += row, x += 2 * sizeof<T>()) {
    const re = v128.load_splat<T>(x), im = v128.load_splat<T>(x, sizeof<T>());
    let v = v128.load(a);
    r0 = mulAdd<T>(r0, v, re);
    i0 = mulAdd<T>(i0, v, im);
    v = v128.load(a, 16);
    r1 = mulAdd<T>(r1, v, re);
    i1 = mulAdd<T>(i1, v, im);
    v = v128.load(a, 32);
    r2 = mulAdd<T>(r2, v, re);
    i2 = mulAdd<T>(i2, v, im);
    v = v128.load(a, 48);
    r3 = mulAdd<T>(r3, v, re);
    i3 = mulAdd<T>(i3, v, im);
  }
  v128.store(to, v128.add<T>(r0, timesI<T>(i0)));
  v128.store(to, v128.add<T>(r1, timesI<T>(i1)), 16);
  v128.store(to, v128.add<T>(r2, timesI<T>(i2)), 32);
  v128.store(to, v128.add<T>(r3, timesI<T>(i3)), 48);
}
