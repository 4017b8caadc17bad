/**
 * Rows of the left operand in panels of PANEL_ROWS rows: for each step of the sum a vector for each row, filled with its float. Of complex
 * rows, a panel of their real parts and after it one of their imaginary parts. Panels are a cache line more than their floats apart,
 * lest all begin in one cache set.
 */
import { copyRun } from "./copy";
import { PANEL_ROWS, STEP_BYTES } from "./panel";

/** Bytes from one panel to the next; `depth` in elements. */
@inline
export function leftPanelBytes(depth: u32, complex: bool): u32 {
  return (complex ? 2 * depth : depth) * STEP_BYTES + 64;
}

/** Whole panels; `depth` in elements, steps in bytes. */
export function packRows<T extends number>(
  to: usize, from: usize, rows: u32, depth: u32, rowStep: u32, depthStep: u32, complex: bool,
): void {
  const parts = depth * STEP_BYTES;
  const end = to + parts;
  if (rows === PANEL_ROWS) {
    packPanel<T>(to, end, from, rowStep, depthStep);
    if (complex) packPanel<T>(end, end + parts, from + sizeof<T>(), rowStep, depthStep);
    return;
  }
  // All rows take a step before the next one is taken: neighbours come in one cache line.
  const panel = leftPanelBytes(depth, complex);
  for (; to !== end; to += STEP_BYTES, from += depthStep) {
    let into = to;
    let at = from;
    for (let row: u32 = 0; row < rows; row += PANEL_ROWS, into += panel, at += PANEL_ROWS * rowStep) {
      packStep<T>(into, at, at + rowStep, at + 2 * rowStep, at + 3 * rowStep);
      const next = at + sizeof<T>();
      if (complex) packStep<T>(into + parts, next, next + rowStep, next + 2 * rowStep, next + 3 * rowStep);
    }
  }
}

@inline
function packPanel<T extends number>(to: usize, end: usize, row0: usize, rowStep: u32, depthStep: u32): void {
  let row1 = row0 + rowStep, row2 = row1 + rowStep, row3 = row2 + rowStep;
  for (; to !== end; to += STEP_BYTES) {
    packStep<T>(to, row0, row1, row2, row3);
    row0 += depthStep, row1 += depthStep, row2 += depthStep, row3 += depthStep;
  }
}

@inline
function packStep<T extends number>(to: usize, row0: usize, row1: usize, row2: usize, row3: usize): void {
  v128.store(to, v128.load_splat<T>(row0));
  v128.store(to, v128.load_splat<T>(row1), 16);
  v128.store(to, v128.load_splat<T>(row2), 32);
  v128.store(to, v128.load_splat<T>(row3), 48);
}

/** Bytes from one copied line to the next, lest all begin in one cache set. */
@inline
export function lineBytes(bytes: u32): u32 {
  return bytes + 64;
}

/** Brings lines together that lie `step` bytes apart. Returns where they are. */
export function copyLines(to: usize, from: usize, bytes: u32, lines: u32, step: u32): usize {
  let at = to;
  for (; lines > 0; lines--, at += lineBytes(bytes), from += step) copyRun(at, from, bytes);
  return to;
}
