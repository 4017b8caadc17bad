/** An engine runs a schedule as given. This file declares the interface and imports no engine. */
import type { Entries, Schedule } from "../../dsl/core.ts";
import type { Multiplier } from "./multiplier.ts";
import type { RunReport } from "./report.ts";

/**
 * Who multiplies on the threads engine: the WebAssembly kernels, the same with relaxed SIMD, a BLAS, or the kernels and a BLAS, whichever is
 * the faster one for each product.
 */
export const ARITHMETIC_NAMES = ["wasm", "wasm-relaxed", "blas", "auto"] as const;

export type ArithmeticName = (typeof ARITHMETIC_NAMES)[number];

export interface RunOptions {
  /** Aborting stops the run; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told now and then how far the run is; engines that cannot say it, do not. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Folder for the sums of slices, from which a run that was stopped goes on; it is there, and of this schedule and these entries alone.
   * An engine that has no use for it leaves it empty.
   */
  readonly checkpoint?: string | undefined;
  /** What multiplies on the threads engine; the usual kernels where it is absent. */
  readonly multiplier?: Multiplier | undefined;
}

/** How far a run is, as rank 0 sees it. */
export interface Progress {
  /** Position in the report's steps of the step that has ended, or of the slice loop that is running. */
  readonly step: number;
  /** Measured seconds of a step that has ended. */
  readonly seconds?: number;
  /** In a slice loop: slices of rank 0's group that are done, of how many; those of a checkpoint are done, and `restored`. */
  readonly slices?: { readonly done: number; readonly of: number; readonly restored?: number };
}

export interface Engine {
  readonly name: RunReport["engine"];
  /** `entries[k]` holds the numbers of `schedule.tensors[k]`; the dry engine ignores them. */
  run(schedule: Schedule, entries: readonly Entries[], options?: RunOptions): Promise<RunReport>;
}
