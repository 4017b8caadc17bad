/**
 * Blocks of the right operand in panels of two vectors of columns: for each step of the sum, the floats of a panel's columns are
 * neighbours, complex elements as they lie. Columns that fill the last panel are zero. Panels are a cache line more than their floats
 * apart, lest all begin in one cache set.
 */
import { ROW_BYTES } from "./tile";
import { lower, mixLower, mixUpper, upper } from "./vectors";

/** Bytes from one panel to the next. */
@inline
export function rightPanelBytes(depth: u32): u32 {
  return ROW_BYTES * depth + 64;
}

/** Elements of `size` bytes. Columns are neighbours. */
export function packLines(to: usize, from: usize, columns: u32, depth: u32, depthStep: u32, size: u32): void {
  const panel = rightPanelBytes(depth);
  for (; depth > 0; depth--, to += ROW_BYTES, from += depthStep) {
    let into = to;
    let at = from;
    let left = columns * size;
    for (; left >= ROW_BYTES; left -= ROW_BYTES, into += panel, at += ROW_BYTES) {
      v128.store(into, v128.load(at));
      v128.store(into, v128.load(at, 16), 16);
    }
    if (left === 0) continue;
    clearRow(into);
    for (let done: u32 = 0; done < left; done += 4) store<u32>(into + done, load<u32>(at + done));
  }
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
