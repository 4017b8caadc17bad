/** Sums of elements, float by float, in float64. */
import { upper } from "./vectors";

export function sumAxisFloat32(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  sumAxis<f32>(out, from, outer, reduced, inner);
}

export function sumAxisFloat64(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  sumAxis<f64>(out, from, outer, reduced, inner);
}

/** `inner` in floats. */
function sumAxis<T extends number>(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  const row = inner * <u32>sizeof<T>();
  for (; outer > 0; outer--, from += reduced * row, out += row) {
    if (inner <= 2) {
      sumRun<T>(out, from, reduced * inner, inner);
      continue;
    }
    let done: u32 = 0;
    for (; done + 64 <= row; done += 64) sumStretch<T>(out + done, from + done, reduced, row);
    for (; done < row; done += sizeof<T>()) sumLane<T>(out + done, from + done, reduced, row);
  }
}

/** 64 bytes of neighbours. */
function sumStretch<T extends number>(out: usize, from: usize, reduced: u32, row: u32): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; reduced > 0; reduced--, from += row) {
    const v0 = v128.load(from), v1 = v128.load(from, 16), v2 = v128.load(from, 32), v3 = v128.load(from, 48);
    s0 = f64x2.add(s0, first<T>(v0));
    s1 = f64x2.add(s1, first<T>(v1));
    s2 = f64x2.add(s2, first<T>(v2));
    s3 = f64x2.add(s3, first<T>(v3));
    if (sizeof<T>() === 8) continue;
    s4 = f64x2.add(s4, second(v0));
    s5 = f64x2.add(s5, second(v1));
    s6 = f64x2.add(s6, second(v2));
    s7 = f64x2.add(s7, second(v3));
  }
  v128.store(out, joined<T>(s0, s4));
  v128.store(out, joined<T>(s1, s5), 16);
  v128.store(out, joined<T>(s2, s6), 32);
  v128.store(out, joined<T>(s3, s7), 48);
}

/** In float64, the first two floats of a vector. */
@inline
function first<T extends number>(v: v128): v128 {
  return sizeof<T>() === 4 ? f64x2.promote_low_f32x4(v) : v;
}

@inline
function second(v: v128): v128 {
  return f64x2.promote_low_f32x4(upper(v, v));
}

@inline
function joined<T extends number>(x: v128, y: v128): v128 {
  if (sizeof<T>() === 8) return x;
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(x), f32x4.demote_f64x2_zero(y), 0, 2);
}

function sumLane<T extends number>(out: usize, from: usize, reduced: u32, row: u32): void {
  let sum: f64 = 0;
  for (; reduced > 0; reduced--, from += row) sum += <f64>load<T>(from);
  store<T>(out, <T>sum);
}

/** One sum of all floats that follow each other, or two, of every second. */
function sumRun<T extends number>(out: usize, from: usize, floats: u32, inner: u32): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; floats >= 8; floats -= 8, from += 8 * sizeof<T>()) {
    const v0 = v128.load(from), v1 = v128.load(from, 16);
    s0 = f64x2.add(s0, first<T>(v0));
    s1 = f64x2.add(s1, sizeof<T>() === 4 ? second(v0) : v1);
    s2 = f64x2.add(s2, sizeof<T>() === 4 ? first<T>(v1) : v128.load(from, 32));
    s3 = f64x2.add(s3, sizeof<T>() === 4 ? second(v1) : v128.load(from, 48));
  }
  const sums = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let even = f64x2.extract_lane(sums, 0), odd = f64x2.extract_lane(sums, 1);
  for (; floats > 1; floats -= 2, from += 2 * sizeof<T>()) {
    even += <f64>load<T>(from);
    odd += <f64>load<T>(from, sizeof<T>());
  }
  if (floats > 0) even += <f64>load<T>(from);
  store<T>(out, <T>(inner === 1 ? even + odd : even));
  if (inner === 2) store<T>(out, <T>odd, sizeof<T>());
}

export function addIntoFloat32(sums: usize, terms: usize, floats: u32): void {
  addInto<f32>(sums, terms, floats);
}

export function addIntoFloat64(sums: usize, terms: usize, floats: u32): void {
  addInto<f64>(sums, terms, floats);
}

function addInto<T extends number>(sums: usize, terms: usize, floats: u32): void {
  const lanes: u32 = 16 / <u32>sizeof<T>();
  for (; floats >= lanes; floats -= lanes, sums += 16, terms += 16)
    v128.store(sums, v128.add<T>(v128.load(sums), v128.load(terms)));
  for (; floats > 0; floats--, sums += sizeof<T>(), terms += sizeof<T>())
    store<T>(sums, <T>(load<T>(sums) + load<T>(terms)));
}
