/** What vectors of floats are made of: sums of products, and moves between vectors. */

/** sum + x * y: rounded twice, but in the module of relaxed SIMD once, where the processor can. */
@inline
export function mulAdd<T extends number>(sum: v128, x: v128, y: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<T>(x, y, sum) : v128.add<T>(sum, v128.mul<T>(x, y));
}

/** Of complex elements (re, im), those times i: (-im, re). */
@inline
export function timesI<T extends number>(v: v128): v128 {
  if (sizeof<T>() === 4)
    return v128.xor(v128.shuffle<f32>(v, v, 1, 0, 3, 2), i32x4(i32.MIN_VALUE, 0, i32.MIN_VALUE, 0));
  return v128.xor(v128.shuffle<f64>(v, v, 1, 0), i64x2(i64.MIN_VALUE, 0));
}

/** The lower and the upper halves of two vectors. */
@inline
export function lower(x: v128, y: v128): v128 {
  return v128.shuffle<f64>(x, y, 0, 2);
}

@inline
export function upper(x: v128, y: v128): v128 {
  return v128.shuffle<f64>(x, y, 1, 3);
}

/** Floats of two vectors in turns: their first halves, their second. */
@inline
export function mixLower(x: v128, y: v128): v128 {
  return v128.shuffle<f32>(x, y, 0, 4, 1, 5);
}

@inline
export function mixUpper(x: v128, y: v128): v128 {
  return v128.shuffle<f32>(x, y, 2, 6, 3, 7);
}

/** The even and the odd floats of two vectors: real and imaginary parts. */
@inline
export function evens<T extends number>(x: v128, y: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(x, y, 0, 2, 4, 6) : v128.shuffle<f64>(x, y, 0, 2);
}

@inline
export function odds<T extends number>(x: v128, y: v128): v128 {
  return sizeof<T>() === 4 ? v128.shuffle<f32>(x, y, 1, 3, 5, 7) : v128.shuffle<f64>(x, y, 1, 3);
}
