/**
 * Copies between strided views: permutations, and slices and diagonals of tensors. A plan cuts the axes into a block
 * that touches whole cache lines on both sides, driven by a table of offsets, and the axes around it.
 */
import type { Floats, Width } from "./floats.ts";

/** A view of the input whose elements, row-major, fill the output; strides in elements of the input. */
export interface View {
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  /** Strides in the output, decreasing, where its elements do not follow each other there: of a part of a view. */
  readonly to?: readonly number[];
}

/** Fills `out` with a view of `from` that begins at its element `start`. */
export type Copy = (out: Floats, from: Floats, start: number) => void;

interface Axis {
  readonly extent: number;
  /** Strides in elements, of the input and of the output. */
  readonly from: number;
  readonly to: number;
}

export interface CopyPlan {
  /** Output and input offsets of the elements of one block. */
  readonly blockTo: Int32Array;
  readonly blockFrom: Int32Array;
  /** Elements that lie side by side on both sides after each offset of the block. */
  readonly run: number;
  /** Axes around the block, slowest first. */
  readonly outer: readonly Axis[];
}

/** Elements side by side that are worth a block's while: two cache lines of complex64. */
const LINE = 16;

/** Axes that follow each other on both sides become one. Extents of 1 vanish. */
function fusedAxes({ extents, strides, to: writes = rowMajor(extents) }: View): Axis[] {
  const axes: Axis[] = [];
  for (let axis = extents.length - 1; axis >= 0; axis -= 1) {
    const [extent, from, to] = [extents[axis] ?? 1, strides[axis] ?? 0, writes[axis] ?? 0];
    const inner = axes[0];
    if (inner !== undefined && from === inner.from * inner.extent && to === inner.to * inner.extent)
      axes[0] = { ...inner, extent: inner.extent * extent };
    else if (extent > 1) axes.unshift({ extent, from, to });
  }
  return axes;
}

/** Row-major strides of a shape. */
export function rowMajor(shape: readonly number[]): number[] {
  let stride = 1;
  return shape
    .toReversed()
    .map((extent) => {
      const own = stride;
      stride *= extent;
      return own;
    })
    .reverse();
}

/** The axes of least stride on one side, until together they span a line. */
function spanning(axes: readonly Axis[], side: "from" | "to"): Axis[] {
  const chosen: Axis[] = [];
  let elements = 1;
  for (const axis of [...axes].sort((x, y) => x[side] - y[side])) {
    if (elements >= LINE) break;
    chosen.push(axis);
    elements *= axis.extent;
  }
  return chosen;
}

/** An axis that is too long for a block is cut; where the cut leaves a rest, it stays whole outside. */
function cut(axes: readonly Axis[]): Axis[] {
  return axes.flatMap((axis) => {
    const { extent, from, to } = axis;
    const part = [64, 32, 16, 8].find((size) => extent > size && extent % size === 0);
    if (part === undefined) return [axis];
    return [
      { extent: extent / part, from: from * part, to: to * part },
      { extent: part, from, to },
    ];
  });
}

/** Longest axis that may stand in a block's table. */
const MOST_EXTENT = 256;

export function planCopy(view: View): CopyPlan {
  const fused = fusedAxes(view);
  const last = fused.at(-1);
  const run = last !== undefined && last.from === 1 && last.to === 1 ? last.extent : 1;
  const axes = cut(run > 1 ? fused.slice(0, -1) : fused);
  const wanted = run >= LINE ? [] : [...spanning(axes, "to"), ...spanning(axes, "from")];
  const inBlock = axes.filter((axis) => wanted.includes(axis) && axis.extent <= MOST_EXTENT);
  const outer = axes.filter((axis) => !inBlock.includes(axis));
  return { blockTo: offsets(inBlock, "to"), blockFrom: offsets(inBlock, "from"), run, outer };
}

function offsets(axes: readonly Axis[], side: "from" | "to"): Int32Array {
  let table = [0];
  for (const axis of axes)
    table = table.flatMap((start) => Array.from({ length: axis.extent }, (_, i) => start + i * axis[side]));
  return Int32Array.from(table);
}

/** Fills `out` from element `fromStart` of the input on. */
export function copyStrided(
  out: Floats,
  from: Floats,
  plan: CopyPlan,
  fromStart: number,
  width: Width,
): void {
  const copyBlock = plan.run > 1 ? copyRuns : width === 1 ? copyReal : copyComplex;
  const { outer } = plan;
  const at = outer.map(() => 0);
  let [read, write] = [fromStart, 0];
  for (;;) {
    copyBlock(out, from, plan, write, read, width);
    let axis = outer.length - 1;
    for (; axis >= 0; axis -= 1) {
      const { extent, from: readStep, to: writeStep } = outer[axis] as Axis;
      const value = ((at[axis] as number) += 1);
      read += readStep;
      write += writeStep;
      if (value < extent) break;
      read -= extent * readStep;
      write -= extent * writeStep;
      at[axis] = 0;
    }
    if (axis < 0) return;
  }
}

type CopyBlock = (
  out: Floats,
  from: Floats,
  plan: CopyPlan,
  write: number,
  read: number,
  width: Width,
) => void;

const copyReal: CopyBlock = (out, from, { blockTo, blockFrom }, write, read) => {
  for (let item = 0; item < blockTo.length; item += 1)
    out[write + (blockTo[item] as number)] = from[read + (blockFrom[item] as number)] as number;
};

const copyComplex: CopyBlock = (out, from, { blockTo, blockFrom }, write, read) => {
  for (let item = 0; item < blockTo.length; item += 1) {
    const to = 2 * (write + (blockTo[item] as number));
    const at = 2 * (read + (blockFrom[item] as number));
    out[to] = from[at] as number;
    out[to + 1] = from[at + 1] as number;
  }
};

const copyRuns: CopyBlock = (out, from, { blockTo, blockFrom, run }, write, read, width) => {
  const floats = run * width;
  for (let item = 0; item < blockTo.length; item += 1) {
    const to = width * (write + (blockTo[item] as number));
    const at = width * (read + (blockFrom[item] as number));
    for (let lane = 0; lane < floats; lane += 1) out[to + lane] = from[at + lane] as number;
  }
};
