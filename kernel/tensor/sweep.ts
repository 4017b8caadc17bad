/**
 * The inner loops of the matrix product: one panel of b against all panels of a, a few sums held in registers.
 * `tile` is row-major with `stride` floats a row, and is added to.
 */

export interface Sweep {
  readonly panels: number;
  readonly depth: number;
  /** Float offset of the panel of b. */
  readonly bOffset: number;
  /** Float offset of the panel's column in the tile. */
  readonly column: number;
  /** Floats of a row of the tile. */
  readonly stride: number;
}

/** Rows of a panel of a, and columns of a panel of b. */
export const REAL_PANELS = { rows: 4, columns: 2 } as const;
export const COMPLEX_PANELS = { rows: 2, columns: 2 } as const;

export function sweepReal(tile: Float64Array, a: Float64Array, b: Float64Array, sweep: Sweep): void {
  const { panels, depth, bOffset, column, stride } = sweep;
  let at = 0;
  for (let panel = 0, out = column; panel < panels; panel += 1, out += 4 * stride) {
    let c00 = 0;
    let c01 = 0;
    let c10 = 0;
    let c11 = 0;
    let c20 = 0;
    let c21 = 0;
    let c30 = 0;
    let c31 = 0;
    for (let bt = bOffset, end = bOffset + 2 * depth; bt < end; bt += 2, at += 4) {
      const b0 = b[bt] as number;
      const b1 = b[bt + 1] as number;
      const a0 = a[at] as number;
      const a1 = a[at + 1] as number;
      const a2 = a[at + 2] as number;
      const a3 = a[at + 3] as number;
      c00 += a0 * b0;
      c01 += a0 * b1;
      c10 += a1 * b0;
      c11 += a1 * b1;
      c20 += a2 * b0;
      c21 += a2 * b1;
      c30 += a3 * b0;
      c31 += a3 * b1;
    }
    addPair(tile, out, c00, c01);
    addPair(tile, out + stride, c10, c11);
    addPair(tile, out + 2 * stride, c20, c21);
    addPair(tile, out + 3 * stride, c30, c31);
  }
}

export function sweepComplex(tile: Float64Array, a: Float64Array, b: Float64Array, sweep: Sweep): void {
  const { panels, depth, bOffset, column, stride } = sweep;
  let at = 0;
  for (let panel = 0, out = column; panel < panels; panel += 1, out += 2 * stride) {
    let c00r = 0;
    let c00i = 0;
    let c01r = 0;
    let c01i = 0;
    let c10r = 0;
    let c10i = 0;
    let c11r = 0;
    let c11i = 0;
    for (let bt = bOffset, end = bOffset + 4 * depth; bt < end; bt += 4, at += 4) {
      const a0r = a[at] as number;
      const a0i = a[at + 1] as number;
      const a1r = a[at + 2] as number;
      const a1i = a[at + 3] as number;
      const b0r = b[bt] as number;
      const b0i = b[bt + 1] as number;
      const b1r = b[bt + 2] as number;
      const b1i = b[bt + 3] as number;
      c00r += a0r * b0r - a0i * b0i;
      c00i += a0r * b0i + a0i * b0r;
      c01r += a0r * b1r - a0i * b1i;
      c01i += a0r * b1i + a0i * b1r;
      c10r += a1r * b0r - a1i * b0i;
      c10i += a1r * b0i + a1i * b0r;
      c11r += a1r * b1r - a1i * b1i;
      c11i += a1r * b1i + a1i * b1r;
    }
    addPair(tile, out, c00r, c00i);
    addPair(tile, out + 2, c01r, c01i);
    addPair(tile, out + stride, c10r, c10i);
    addPair(tile, out + stride + 2, c11r, c11i);
  }
}

function addPair(tile: Float64Array, at: number, first: number, second: number): void {
  tile[at] = (tile[at] as number) + first;
  tile[at + 1] = (tile[at + 1] as number) + second;
}
