/**
 * Packing for the matrix product: a block of an operand becomes panels of a few rows each, and within a panel the
 * rows' elements at one depth lie side by side, as the inner loop reads them. Panels are float64 whatever the operand
 * is, so that sums over the depth are float64 sums.
 */
import type { Floats, Width } from "./floats.ts";

/** A block of `rows` x `depth` elements; strides and offset in elements of the operand. */
export interface Block {
  readonly offset: number;
  readonly rows: number;
  readonly depth: number;
  /** One of the two strides is 1. */
  readonly rowStride: number;
  readonly depthStride: number;
}

/** Writes the block as panels of `panel` rows; rows missing in the last panel are zeros. */
export function packPanels(
  into: Float64Array,
  from: Floats,
  block: Block,
  panel: number,
  width: Width,
): void {
  const { rows, depth } = block;
  const whole = Math.floor(rows / panel);
  if (rows % panel !== 0) {
    const start = whole * panel * depth * width;
    into.fill(0, start, start + panel * depth * width);
  }
  if (block.rowStride === 1) packAlongRows(into, from, block, panel * width, width);
  else if (width === 1) packReal(into, from, block, panel);
  else packComplex(into, from, block, panel);
}

/** Rows lie side by side in the operand: reads go along them, so that every cache line is read once. */
function packAlongRows(
  into: Float64Array,
  from: Floats,
  block: Block,
  panelFloats: number,
  width: Width,
): void {
  const floats = block.rows * width;
  const panelSize = panelFloats * block.depth;
  for (let depth = 0; depth < block.depth; depth += 1) {
    let read = (block.offset + depth * block.depthStride) * width;
    for (let row = 0, start = depth * panelFloats; row < floats; row += panelFloats, start += panelSize) {
      const count = Math.min(panelFloats, floats - row);
      for (let lane = 0; lane < count; lane += 1) into[start + lane] = from[read + lane] as number;
      read += count;
    }
  }
}

/** Depths lie side by side in the operand. */
function packReal(into: Float64Array, from: Floats, block: Block, panel: number): void {
  const { rows, depth } = block;
  for (let row = 0; row < rows; row += 1) {
    const lane = row % panel;
    let read = block.offset + row * block.rowStride;
    let write = (row - lane) * depth + lane;
    for (let end = read + depth; read < end; read += 1, write += panel) into[write] = from[read] as number;
  }
}

function packComplex(into: Float64Array, from: Floats, block: Block, panel: number): void {
  const { rows, depth } = block;
  const step = 2 * panel;
  for (let row = 0; row < rows; row += 1) {
    const lane = row % panel;
    let read = 2 * (block.offset + row * block.rowStride);
    let write = 2 * ((row - lane) * depth + lane);
    for (let end = read + 2 * depth; read < end; read += 2, write += step) {
      into[write] = from[read] as number;
      into[write + 1] = from[read + 1] as number;
    }
  }
}
