/** Floats times a factor, and how large they were: one pass over them. */

export function scaleFloat32(at: usize, floats: u32, factor: f32): f64 {
  return scale<f32>(at, floats, factor);
}

export function scaleFloat64(at: usize, floats: u32, factor: f64): f64 {
  return scale<f64>(at, floats, factor);
}

/** The largest magnitude before; NaN where a float is. A factor of 1 writes nothing. */
function scale<T extends number>(at: usize, floats: u32, factor: T): f64 {
  let m0 = v128.splat<T>(<T>0), m1 = m0, m2 = m0, m3 = m0;
  const by = v128.splat<T>(factor);
  const writes = factor !== <T>1;
  const lanes: u32 = 16 / <u32>sizeof<T>();
  for (; floats >= 4 * lanes; floats -= 4 * lanes, at += 64) {
    const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
    m0 = v128.max<T>(m0, v128.abs<T>(v0));
    m1 = v128.max<T>(m1, v128.abs<T>(v1));
    m2 = v128.max<T>(m2, v128.abs<T>(v2));
    m3 = v128.max<T>(m3, v128.abs<T>(v3));
    if (!writes) continue;
    v128.store(at, v128.mul<T>(v0, by));
    v128.store(at, v128.mul<T>(v1, by), 16);
    v128.store(at, v128.mul<T>(v2, by), 32);
    v128.store(at, v128.mul<T>(v3, by), 48);
  }
  m0 = v128.max<T>(v128.max<T>(m0, m1), v128.max<T>(m2, m3));
  let most: T = max<T>(v128.extract_lane<T>(m0, 0), v128.extract_lane<T>(m0, 1));
  if (sizeof<T>() === 4)
    most = max<T>(most, max<T>(v128.extract_lane<T>(m0, 2), v128.extract_lane<T>(m0, 3)));
  for (; floats > 0; floats--, at += sizeof<T>()) {
    const one = load<T>(at);
    most = max<T>(most, abs<T>(one));
    if (writes) store<T>(at, <T>(one * factor));
  }
  return <f64>most;
}
