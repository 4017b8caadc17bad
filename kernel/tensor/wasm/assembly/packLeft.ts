/**
 * Blocks of the left operand in panels of ROWS rows: for each step of the sum, the floats of a panel's rows are neighbours. A complex
 * row is the real row of its parts as they lie. Panels are a cache line more than their floats apart, lest all begin in one cache set.
 */
import { ROWS } from "./tile";
import { evens, lower, mixLower, mixUpper, odds, upper } from "./vectors";

/** Bytes from one panel to the next; `depth` in floats. */
@inline
export function leftPanelBytes<T extends number>(depth: u32): usize {
  return ROWS * depth * <u32>sizeof<T>() + 64;
}

/** `depth` in floats, neighbours in a row; `rowStep` in bytes. */
export function packRows<T extends number>(to: usize, from: usize, rows: u32, depth: u32, rowStep: u32): void {
  for (; rows >= ROWS; rows -= ROWS, to += leftPanelBytes<T>(depth), from += ROWS * rowStep) {
    const lanes = 16 / <u32>sizeof<T>();
    let done: u32 = 0;
    for (; done + lanes <= depth; done += lanes)
      packSquare<T>(to + done * ROWS * sizeof<T>(), from + done * sizeof<T>(), rowStep);
    packElements<T>(to, from, ROWS, done, depth, rowStep, sizeof<T>());
  }
  packElements<T>(to, from, rows, 0, depth, rowStep, sizeof<T>());
}

/** A panel's rows over one vector of steps. */
@inline
function packSquare<T extends number>(to: usize, from: usize, rowStep: u32): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + rowStep);
  const r2 = v128.load(from + 2 * rowStep);
  const r3 = v128.load(from + 3 * rowStep);
  const last = from + 4 * rowStep;
  if (sizeof<T>() === 4) {
    const x0 = mixLower(r0, r1), x1 = mixUpper(r0, r1), y0 = mixLower(r2, r3), y1 = mixUpper(r2, r3);
    v128.store(to, lower(x0, y0));
    v128.store(to, upper(x0, y0), 20);
    v128.store(to, lower(x1, y1), 40);
    v128.store(to, upper(x1, y1), 60);
    store<u32>(to, load<u32>(last), 16);
    store<u32>(to, load<u32>(last, 4), 36);
    store<u32>(to, load<u32>(last, 8), 56);
    store<u32>(to, load<u32>(last, 12), 76);
  } else {
    v128.store(to, lower(r0, r1));
    v128.store(to, lower(r2, r3), 16);
    v128.store(to, upper(r0, r1), 40);
    v128.store(to, upper(r2, r3), 56);
    store<u64>(to, load<u64>(last), 32);
    store<u64>(to, load<u64>(last, 8), 72);
  }
}

/** Steps `first` to `end` of fewer rows than a panel's, or what no vector fills. */
function packElements<T extends number>(
  to: usize,
  from: usize,
  rows: u32,
  first: u32,
  end: u32,
  rowStep: u32,
  depthStep: u32,
): void {
  for (let row: u32 = 0; row < rows; row++)
    for (let step = first; step < end; step++)
      store<T>(to + (step * ROWS + row) * sizeof<T>(), load<T>(from + row * rowStep + step * depthStep));
}

/** Rows are neighbours; `depth` in elements, `depthStep` in bytes. */
export function packColumns<T extends number>(
  to: usize,
  from: usize,
  rows: u32,
  depth: u32,
  depthStep: u32,
  complex: bool,
): void {
  const size = complex ? 2 * sizeof<T>() : sizeof<T>();
  const panel = leftPanelBytes<T>(complex ? 2 * depth : depth);
  const line = complex ? 2 * ROWS * sizeof<T>() : ROWS * sizeof<T>();
  for (; depth > 0; depth--, to += line, from += depthStep) {
    let into = to;
    let at = from;
    let left = rows;
    for (; left >= ROWS; left -= ROWS, into += panel, at += ROWS * size)
      if (complex) packParts<T>(into, at);
      else packFive<T>(into, at);
    for (; left > 0; left--, into += sizeof<T>(), at += size) {
      store<T>(into, load<T>(at));
      if (complex) store<T>(into + ROWS * sizeof<T>(), load<T>(at, sizeof<T>()));
    }
  }
}

@inline
function packFive<T extends number>(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  if (sizeof<T>() === 8) v128.store(to, v128.load(from, 16), 16);
  store<T>(to, load<T>(from, 4 * sizeof<T>()), 4 * sizeof<T>());
}

/** Five complex elements: their real parts, then their imaginary parts. */
@inline
function packParts<T extends number>(to: usize, from: usize): void {
  const v0 = v128.load(from), v1 = v128.load(from, 16);
  v128.store(to, evens<T>(v0, v1));
  v128.store(to, odds<T>(v0, v1), 5 * sizeof<T>());
  if (sizeof<T>() === 8) {
    const v2 = v128.load(from, 32), v3 = v128.load(from, 48);
    v128.store(to, evens<T>(v2, v3), 16);
    v128.store(to, odds<T>(v2, v3), 56);
  }
  store<T>(to, load<T>(from, 8 * sizeof<T>()), 4 * sizeof<T>());
  store<T>(to, load<T>(from, 9 * sizeof<T>()), 9 * sizeof<T>());
}
