/** What a run yields: the value, and for every step what was measured beside what was modelled. */
import type { Dtype, ExactValue, Label, StepKind, StepModel } from "../../dsl/core.ts";

/** A tensor's value, row-major over `labels`; a scalar has none. `im` absent for real dtypes. */
export interface TensorValue {
  readonly labels: readonly Label[];
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly re: Float64Array;
  readonly im?: Float64Array;
}

/** One step, or all executions of one step of a slice loop's body taken together. */
export interface StepReport {
  readonly kind: StepKind;
  /** For people: what the step makes, e.g. `#12 = #3 * W(x=1,y=2)`. */
  readonly name: string;
  /** How often it ran on a rank (slices). */
  readonly executions: number;
  /** Modelled, for all executions. */
  readonly model: StepModel;
  /** Elements on each rank of what the step makes. */
  readonly outElements: number;
  /** Bytes of all buffers that live on a rank while the step runs. */
  readonly liveBytes: number;
  /** Measured seconds, one entry a rank, for all executions; absent on the dry engine. */
  readonly measuredSeconds?: readonly number[];
  /** So many ranks of the threads engine each did a part of what is modelled as rank 0's alone; absent where each did its own. */
  readonly sharedBy?: number;
  /**
   * Of a move, measured: mean seconds of an execution on each rank from when the last of its group was there, waiting for that left out,
   * and of a move beside a contraction what the products hid. Absent where the engine does not measure it.
   */
  readonly transferSeconds?: readonly number[];
  /** Begin of the first execution on each rank, seconds after the start of the run (measured, or modelled when dry). */
  readonly startSeconds: readonly number[];
}

/** Measured by messages between the two ranks, after the run. */
export interface SlowLink {
  readonly ranks: readonly [number, number];
  readonly bytesPerSecond: number;
  /** Median over the links of its tier. */
  readonly usualBytesPerSecond: number;
}

export interface RunReport {
  readonly engine: "threads" | "torch" | "dry" | "reference";
  /** What multiplied, where that were not the usual WebAssembly kernels: a BLAS, or the kernels with relaxed SIMD. */
  readonly arithmetic?: string;
  readonly network: string;
  readonly machine: string;
  readonly ranks: number;
  readonly slices: number;
  /** Absent on the dry engine. */
  readonly value?: TensorValue;
  /** The value beyond the range and the digits of `value`, where the network asks for it or `value` could not hold it. */
  readonly exact?: ExactValue;
  /** Measured, to find `exact`; not part of `measuredSeconds`. */
  readonly exactSeconds?: number;
  /** Links that are less than half as fast as their peers, the slowest first; absent where there is none, or none was measured. */
  readonly slowLinks?: readonly SlowLink[];
  /** Sentences on what `value` lost or what slowed the run, and on sums of slices that could not be kept, each with the way out. */
  readonly warnings?: readonly string[];
  readonly steps: readonly StepReport[];
  readonly modelledSeconds: number;
  /** Wall time of the contraction, start of workers excluded; absent when dry. */
  readonly measuredSeconds?: number;
  /** Per rank, as planned (workspace included). */
  readonly peakBytes: number;
}
