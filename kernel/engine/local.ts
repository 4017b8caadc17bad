/** The steps that a rank does alone: loading its shards, sums, products, permutations. */
import type { Step } from "../../dsl/index.ts";
import { bufferOf, type Rank, type Work } from "./rank.ts";

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

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

export function planLoad(rank: Rank, step: StepOf<"load">): Work {
  const { schedule, digits, inputs, inputOffsets, slice } = rank;
  const strides = labelStrides(rank, step.tensor);
  const { modes, split } = schedule.buffers[step.out]?.placement ?? { modes: [], split: [] };
  const strideOf = (id: number): number => {
    const mode = schedule.modes[id];
    return mode === undefined ? 0 : mode.stride * (strides.get(mode.label) ?? 0);
  };
  let first = inputOffsets[step.tensor] ?? 0;
  split.forEach((id, digit) => {
    if (id !== null) first += (digits[digit] ?? 0) * strideOf(id);
  });
  const extents = modes.map((id) => schedule.modes[id]?.extent ?? 1);
  const copy = rank.arithmetic.planCopy({ extents, strides: modes.map(strideOf) });
  const out = bufferOf(rank, step.out);
  return () => {
    let start = first;
    for (const [label, value] of slice) start += value * (strides.get(label) ?? 0);
    copy(out, inputs, start);
  };
}

export function planSum(rank: Rank, step: StepOf<"sum">): Work {
  const { arithmetic } = rank;
  const [out, from] = [bufferOf(rank, step.out), bufferOf(rank, step.in)];
  return () => arithmetic.sumAxis(out, from, step);
}

export function planContraction(rank: Rank, step: StepOf<"contract">): Work {
  const { arithmetic } = rank;
  const [out, a, b] = [bufferOf(rank, step.out), bufferOf(rank, step.a), bufferOf(rank, step.b)];
  return () => arithmetic.multiply(out, a, b, step);
}

export function planPermutation(rank: Rank, step: StepOf<"permute">): Work {
  const strides = rowMajor(step.shape);
  const pick = (values: readonly number[]): number[] => step.axes.map((axis) => values[axis] ?? 1);
  const copy = rank.arithmetic.planCopy({ extents: pick(step.shape), strides: pick(strides) });
  const [out, from] = [bufferOf(rank, step.out), bufferOf(rank, step.in)];
  return () => copy(out, from, 0);
}
