/** The steps that a rank does alone: loading its shards, sums, products, permutations. */
import type { Step } from "../../dsl/index.ts";
import type { View } from "../tensor/strided.ts";
import type { Copy } from "./arithmetic.ts";
import { bufferOf, type Rank } from "./rank.ts";

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

function planned(rank: Rank, step: Step, view: () => View): Copy {
  const plan = rank.plans.get(step) ?? rank.arithmetic.planCopy(view());
  rank.plans.set(step, plan);
  return plan;
}

/** Row-major strides of a shape. */
function rowMajor(shape: readonly number[]): number[] {
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

/** A label's stride in a tensor is the sum over its axes, so that a repeated label walks the diagonal. */
function labelStrides(rank: Rank, tensor: number): Map<string, number> {
  const labels = rank.schedule.tensors[tensor]?.labels;
  if (labels === undefined) throw new RangeError(`expected tensor ${tensor}, got none`);
  const strides = rowMajor(labels.map((label) => rank.schedule.extents[label] ?? 1));
  const sums = new Map<string, number>();
  labels.forEach((label, axis) => sums.set(label, (sums.get(label) ?? 0) + (strides[axis] ?? 0)));
  return sums;
}

export function load(rank: Rank, step: StepOf<"load">): void {
  const { schedule, digits, inputs, inputOffsets } = rank;
  const strides = labelStrides(rank, step.tensor);
  const { modes, split } = schedule.buffers[step.out]?.placement ?? { modes: [], split: [] };
  const strideOf = (id: number): number => {
    const mode = schedule.modes[id];
    return mode === undefined ? 0 : mode.stride * (strides.get(mode.label) ?? 0);
  };
  let start = inputOffsets[step.tensor] ?? 0;
  split.forEach((id, digit) => {
    if (id !== null) start += (digits[digit] ?? 0) * strideOf(id);
  });
  for (const [label, value] of rank.slice) start += value * (strides.get(label) ?? 0);
  const copy = planned(rank, step, () => {
    return { extents: modes.map((id) => schedule.modes[id]?.extent ?? 1), strides: modes.map(strideOf) };
  });
  copy(bufferOf(rank, step.out), inputs, start);
}

export function sum(rank: Rank, step: StepOf<"sum">): void {
  rank.arithmetic.sumAxis(bufferOf(rank, step.out), bufferOf(rank, step.in), step);
}

export function contract(rank: Rank, step: StepOf<"contract">): void {
  rank.arithmetic.multiply(bufferOf(rank, step.out), bufferOf(rank, step.a), bufferOf(rank, step.b), step);
}

export function permute(rank: Rank, step: StepOf<"permute">): void {
  const copy = planned(rank, step, () => {
    const strides = rowMajor(step.shape);
    const pick = (values: readonly number[]): number[] => step.axes.map((axis) => values[axis] ?? 1);
    return { extents: pick(step.shape), strides: pick(strides) };
  });
  copy(bufferOf(rank, step.out), bufferOf(rank, step.in), 0);
}
