/**
 * Questions about a schedule that every worker asks. Like all that a worker loads, this file takes only types from the
 * language: its parser and expressions would be most of a worker's start.
 */
import type { Dtype, MeshDigit, Schedule, Step } from "../../dsl/core.ts";
import { floatBytes, type Floats } from "../tensor/floats.ts";

export type SliceLoop = Extract<Step, { kind: "slice-loop" }>;

export type ReportedStep = Exclude<Step, { kind: "free" }>;

/** The steps that a report lists, in the order of execution, a loop before its body; freeing is not work. */
export function reportedSteps(steps: readonly Step[]): readonly ReportedStep[] {
  return steps.flatMap((step): readonly ReportedStep[] => {
    if (step.kind === "free") return [];
    return step.kind === "slice-loop" ? [step, ...reportedSteps(step.body)] : [step];
  });
}

/** Ranks of a group over `digits`; all ranks where none are named. */
export function groupSize(
  mesh: readonly MeshDigit[],
  digits = [...mesh.keys()] as readonly number[],
): number {
  return digits.reduce((product, digit) => product * (mesh[digit]?.radix ?? 1), 1);
}

/** How often each group runs the body of a slice loop. */
export function rounds(schedule: Schedule, loop: SliceLoop): number {
  return Math.ceil(schedule.slices / groupSize(schedule.mesh, loop.digits));
}

/** Mixed-radix digits, most significant first. */
export function unravel(value: number, radices: readonly number[]): number[] {
  const digits = new Array<number>(radices.length).fill(0);
  let rest = value;
  for (let position = radices.length - 1; position >= 0; position -= 1) {
    const radix = radices[position] ?? 1;
    digits[position] = rest % radix;
    rest = Math.floor(rest / radix);
  }
  return digits;
}

/** A part of a block of shared memory, in bytes. */
export interface Stretch {
  readonly block: WebAssembly.Memory | SharedArrayBuffer;
  readonly start: number;
  readonly bytes: number;
}

/** All floats of a stretch. */
export function floatsOf(dtype: Dtype, { block, start, bytes }: Stretch): Floats {
  const buffer = block instanceof WebAssembly.Memory ? block.buffer : block;
  return floatBytes(dtype) === 4
    ? new Float32Array(buffer, start, bytes / 4)
    : new Float64Array(buffer, start, bytes / 8);
}
