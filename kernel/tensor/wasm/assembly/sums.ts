/** Sums of elements, float by float, in float64. */

export function sumAxisFloat32(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  sumAxis<f32>(out, from, outer, reduced, inner);
}

export function sumAxisFloat64(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  sumAxis<f64>(out, from, outer, reduced, inner);
}

/** `inner` in floats. */
function sumAxis<T extends number>(out: usize, from: usize, outer: u32, reduced: u32, inner: u32): void {
  const step = inner * <u32>sizeof<T>();
  for (let row: u32 = 0; row < outer; row++, from += reduced * step)
    for (let lane: u32 = 0; lane < inner; lane++, out += sizeof<T>()) {
      let at = from + lane * sizeof<T>();
      let sum: f64 = 0;
      for (let term: u32 = 0; term < reduced; term++, at += step) sum += <f64>load<T>(at);
      store<T>(out, <T>sum);
    }
}

export function addIntoFloat32(sums: usize, terms: usize, floats: u32): void {
  addInto<f32>(sums, terms, floats);
}

export function addIntoFloat64(sums: usize, terms: usize, floats: u32): void {
  addInto<f64>(sums, terms, floats);
}

function addInto<T extends number>(sums: usize, terms: usize, floats: u32): void {
  for (let lane: u32 = 0; lane < floats; lane++, sums += sizeof<T>(), terms += sizeof<T>())
    store<T>(sums, <T>(load<T>(sums) + load<T>(terms)));
}
