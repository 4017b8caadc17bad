/**
 * Blocks of the right operand in panels of two vectors of columns: for each step of the sum, the floats of a panel's columns are
 * neighbours, complex elements as they lie. Columns that fill the last panel are zero. Panels follow each other, so that the processor
 * fetches the next one while a tile is summed.
 */
import { ROW_BYTES } from "./tile";
import { lower, mixLower, mixUpper, upper } from "./vectors";

/** Bytes from one panel to the next. */
@inline
export function rightPanelBytes(depth: u32): u32 {
  return ROW_BYTES * depth;
}

/** Steps of the sum that are packed at a time: what they fill of a panel are whole cache lines. */
const STEPS: u32 = 4;

/** Elements of `size` bytes. Columns are neighbours. */
export function packLines(to: usize, from: usize, columns: u32, depth: u32, depthStep: u32, size: u32): void {
  const panel = rightPanelBytes(depth);
  const bytes = columns * size;
  for (; depth >= STEPS; depth -= STEPS, to += STEPS * ROW_BYTES, from += STEPS * depthStep) {
    let into = to;
    let at = from;
    for (const end = from + (bytes & ~(ROW_BYTES - 1)); at !== end; into += panel, at += ROW_BYTES) {
      packRow(into, at);
      packRow(into + ROW_BYTES, at + depthStep);
      packRow(into + 2 * ROW_BYTES, at + 2 * depthStep);
      packRow(into + 3 * ROW_BYTES, at + 3 * depthStep);
    }
    for (let step: u32 = 0; step < STEPS; step++)
      packEnd(into + step * ROW_BYTES, at + step * depthStep, bytes % ROW_BYTES);
  }
  for (; depth > 0; depth--, to += ROW_BYTES, from += depthStep) {
    let into = to;
    let at = from;
    for (const end = from + (bytes & ~(ROW_BYTES - 1)); at !== end; into += panel, at += ROW_BYTES) packRow(into, at);
    packEnd(into, at, bytes % ROW_BYTES);
  }
}

@inline
function packRow(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** A row of the last panel, if it has fewer columns than others. */
@inline
function packEnd(to: usize, from: usize, bytes: u32): void {
  if (bytes === 0) return;
  clearRow(to);
  for (let done: u32 = 0; done < bytes; done += 4) store<u32>(to + done, load<u32>(from + done));
}

@inline
function clearRow(to: usize): void {
  v128.store(to, i32x4.splat(0));
  v128.store(to, i32x4.splat(0), 16);
}

/** Elements of `size` bytes. Steps of the sum are neighbours. */
export function packTurned(to: usize, from: usize, columns: u32, depth: u32, columnStep: u32, size: u32): void {
  const wide = ROW_BYTES / size;
  const panel = rightPanelBytes(depth);
  for (; columns >= wide; columns -= wide, to += panel, from += wide * columnStep) {
    let done: u32 = 0;
    if (size === 4)
      for (; done + 4 <= depth; done += 4) turnFours(to + done * ROW_BYTES, from + done * size, columnStep);
    else if (size === 8)
      for (; done + 2 <= depth; done += 2) turnTwos(to + done * ROW_BYTES, from + done * size, columnStep);
    turnElements(to, from, wide, done, depth, columnStep, size);
  }
  if (columns > 0) turnElements(to, from, columns, 0, depth, columnStep, size);
}

/** Eight columns of four elements of four bytes. */
@inline
function turnFours(to: usize, from: usize, step: u32): void {
  for (const end = to + ROW_BYTES; to !== end; from += 4 * step, to += 16) {
    const r0 = v128.load(from), r1 = v128.load(from + step);
    const r2 = v128.load(from + 2 * step), r3 = v128.load(from + 3 * step);
    const x0 = mixLower(r0, r1), x1 = mixUpper(r0, r1), y0 = mixLower(r2, r3), y1 = mixUpper(r2, r3);
    v128.store(to, lower(x0, y0));
    v128.store(to, upper(x0, y0), 32);
    v128.store(to, lower(x1, y1), 64);
    v128.store(to, upper(x1, y1), 96);
  }
}

/** Four columns of two elements of eight bytes. */
@inline
function turnTwos(to: usize, from: usize, step: u32): void {
  const r0 = v128.load(from), r1 = v128.load(from + step);
  const r2 = v128.load(from + 2 * step), r3 = v128.load(from + 3 * step);
  v128.store(to, lower(r0, r1));
  v128.store(to, lower(r2, r3), 16);
  v128.store(to, upper(r0, r1), 32);
  v128.store(to, upper(r2, r3), 48);
}

/** Steps `first` to `end` of up to a panel's columns. */
function turnElements(
  to: usize, from: usize, columns: u32, first: u32, end: u32, columnStep: u32, size: u32,
): void {
  for (let step = first; step < end; step++) {
    const row = to + step * ROW_BYTES;
    const at = from + step * size;
    clearRow(row);
    for (let column: u32 = 0; column < columns; column++)
      for (let done: u32 = 0; done < size; done += 4)
        store<u32>(row + column * size + done, load<u32>(at + column * columnStep + done));
  }
}
