/** What a rank loads of the network's tensors: which view of the inputs, and what is read there as it lies. */
import type { BufferId, Label, Schedule, Step } from "../../dsl/core.ts";
import { elementBytes } from "../tensor/floats.ts";
import { rowMajor } from "../tensor/strided.ts";
import { groupSize, reportedSteps, unravel } from "./steps.ts";

/**
 * Bytes of a shard that is copied also where it need not be: a copy brings it into the second cache, line after line, and products read
 * it there in less time than the copy takes. Smaller ones are in a cache soon, larger ones stay in none.
 */
const COPIED = { least: 2 ** 15, most: 2 ** 21 } as const;

export type Load = Extract<Step, { kind: "load" }>;

/** In elements. */
export interface LoadView {
  /** Of the first element, where all sliced labels are 0. */
  readonly first: number;
  /** By mode of the buffer. */
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  /** By label of the tensor. */
  readonly labelStrides: ReadonlyMap<Label, number>;
}

/** A label's stride in a tensor is the sum over its axes, so that a repeated label walks the diagonal. */
function labelStridesOf(schedule: Schedule, tensor: number): Map<Label, number> {
  const labels = schedule.tensors[tensor]?.labels;
  if (labels === undefined) throw new RangeError(`expected tensor ${tensor}, got none`);
  const strides = rowMajor(labels.map((label) => schedule.extents[label] ?? 1));
  const sums = new Map<Label, number>();
  labels.forEach((label, axis) => sums.set(label, (sums.get(label) ?? 0) + (strides[axis] ?? 0)));
  return sums;
}

/** The shard of the rank with these digits; `start`: where the tensor begins. */
export function loadView(schedule: Schedule, step: Load, digits: readonly number[], start: number): LoadView {
  const labelStrides = labelStridesOf(schedule, step.tensor);
  const { modes, split } = schedule.buffers[step.out]?.placement ?? { modes: [], split: [] };
  const strideOf = (id: number): number => {
    const mode = schedule.modes[id];
    return mode === undefined ? 0 : mode.stride * (labelStrides.get(mode.label) ?? 0);
  };
  let first = start;
  split.forEach((id, digit) => {
    if (id !== null) first += (digits[digit] ?? 0) * strideOf(id);
  });
  const extents = modes.map((id) => schedule.modes[id]?.extent ?? 1);
  return { first, extents, strides: modes.map(strideOf), labelStrides };
}

/**
 * Buffers that are a stretch of the inputs as they lie, in every slice, and better read there: where each begins, by rank. The result is
 * none of them, since it is read from the arena.
 */
export function buffersInPlace(
  schedule: Schedule,
  inputOffsets: readonly number[],
): Map<BufferId, readonly number[]> {
  const steps = reportedSteps(schedule.steps);
  const sliced = new Set(steps.flatMap((step) => (step.kind === "slice-loop" ? step.labels : [])));
  const radices = schedule.mesh.map(({ radix }) => radix);
  const ranks = Array.from({ length: groupSize(schedule.mesh) }, (_, rank) => unravel(rank, radices));
  const found = new Map<BufferId, readonly number[]>();
  for (const step of steps) {
    if (step.kind !== "load" || step.out === schedule.result) continue;
    const views = ranks.map((digits) => loadView(schedule, step, digits, inputOffsets[step.tensor] ?? 0));
    const bytes = (schedule.buffers[step.out]?.elements ?? 0) * elementBytes(schedule.dtype);
    const isCopied = bytes > COPIED.least && bytes <= COPIED.most;
    if (views[0] !== undefined && !isCopied && isWhole(views[0], sliced))
      found.set(
        step.out,
        views.map(({ first }) => first),
      );
  }
  return found;
}

function isWhole({ extents, strides, labelStrides }: LoadView, sliced: ReadonlySet<Label>): boolean {
  const dense = rowMajor(extents);
  return (
    extents.every((extent, axis) => extent === 1 || strides[axis] === dense[axis]) &&
    [...labelStrides.keys()].every((label) => !sliced.has(label))
  );
}
