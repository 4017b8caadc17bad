/** The steps that a rank does alone: loading its shards, sums, products, permutations. */
import type { Step } from "../../dsl/core.ts";
import { rowMajor } from "../tensor/strided.ts";
import { loadView } from "./loads.ts";
import { bufferOf, type Rank, type Work } from "./rank.ts";
import { partOfView, WHOLE, type Share } from "./shares.ts";

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

export function planLoad(rank: Rank, step: StepOf<"load">): Work {
  const { schedule, digits, inputs, inputOffsets, inPlace, slice } = rank;
  if (inPlace.has(step.out)) return () => undefined;
  const view = loadView(schedule, step, digits, inputOffsets[step.tensor] ?? 0);
  const copy = rank.arithmetic.planCopy(view);
  const out = bufferOf(rank, step.out);
  return () => {
    let start = view.first;
    for (const [label, value] of slice) start += value * (view.labelStrides.get(label) ?? 0);
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

/** Undefined where the permutation is not to be shared. */
export function planPermutation(rank: Rank, step: StepOf<"permute">, share: Share = WHOLE): Work | undefined {
  const strides = rowMajor(step.shape);
  const pick = (values: readonly number[]): number[] => step.axes.map((axis) => values[axis] ?? 1);
  const part = partOfView({ extents: pick(step.shape), strides: pick(strides) }, share);
  if (part === undefined) return undefined;
  const copy = rank.arithmetic.planCopy(part.view);
  const out = bufferOf(rank, step.out).subarray(part.out * rank.width);
  const from = bufferOf(rank, step.in);
  return () => copy(out, from, part.from);
}
