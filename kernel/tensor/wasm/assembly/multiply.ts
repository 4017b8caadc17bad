/** Batched matrix product by its definition. */

export function multiplyFloat32(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  multiplyReal<f32>(out, a, b, batch, m, n, k, forms);
}

export function multiplyFloat64(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  multiplyReal<f64>(out, a, b, batch, m, n, k, forms);
}

export function multiplyComplex64(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  multiplyComplex<f32>(out, a, b, batch, m, n, k, forms);
}

export function multiplyComplex128(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  multiplyComplex<f64>(out, a, b, batch, m, n, k, forms);
}

function multiplyReal<T extends number>(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  const size = <u32>sizeof<T>();
  const aRow = (forms & 1 ? 1 : k) * size;
  const aDepth = (forms & 1 ? m : 1) * size;
  const bColumn = (forms & 2 ? k : 1) * size;
  const bDepth = (forms & 2 ? 1 : n) * size;
  const aEntry = forms & 4 ? 0 : m * k * size;
  const bEntry = forms & 8 ? 0 : n * k * size;
  for (let entry: u32 = 0; entry < batch; entry++, a += aEntry, b += bEntry)
    for (let row: u32 = 0; row < m; row++)
      for (let column: u32 = 0; column < n; column++, out += size) {
        let at = a + row * aRow;
        let bt = b + column * bColumn;
        let sum: f64 = 0;
        for (let depth: u32 = 0; depth < k; depth++, at += aDepth, bt += bDepth)
          sum += <f64>load<T>(at) * <f64>load<T>(bt);
        store<T>(out, <T>sum);
      }
}

function multiplyComplex<T extends number>(
  out: usize,
  a: usize,
  b: usize,
  batch: u32,
  m: u32,
  n: u32,
  k: u32,
  forms: u32,
): void {
  const size = <u32>(2 * sizeof<T>());
  const aRow = (forms & 1 ? 1 : k) * size;
  const aDepth = (forms & 1 ? m : 1) * size;
  const bColumn = (forms & 2 ? k : 1) * size;
  const bDepth = (forms & 2 ? 1 : n) * size;
  const aEntry = forms & 4 ? 0 : m * k * size;
  const bEntry = forms & 8 ? 0 : n * k * size;
  for (let entry: u32 = 0; entry < batch; entry++, a += aEntry, b += bEntry)
    for (let row: u32 = 0; row < m; row++)
      for (let column: u32 = 0; column < n; column++, out += size) {
        let at = a + row * aRow;
        let bt = b + column * bColumn;
        let re: f64 = 0;
        let im: f64 = 0;
        for (let depth: u32 = 0; depth < k; depth++, at += aDepth, bt += bDepth) {
          const ar = <f64>load<T>(at);
          const ai = <f64>load<T>(at, sizeof<T>());
          const br = <f64>load<T>(bt);
          const bi = <f64>load<T>(bt, sizeof<T>());
          re += ar * br - ai * bi;
          im += ar * bi + ai * br;
        }
        store<T>(out, <T>re);
        store<T>(out, <T>im, sizeof<T>());
      }
}
