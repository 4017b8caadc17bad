/**
 * The threads engine: every rank is a worker thread of this computer, its memory one shared block that the others read
 * in collective steps. In: a schedule and its inputs. Out: the value, and what was measured on every rank.
 */
import { createRequire } from "node:module";
import { InvariantError, isComplex, rankCount, type Schedule } from "../../dsl/index.ts";
import { widthOf } from "../tensor/floats.ts";
import { barrierWords } from "./barrier.ts";
import { runCrew } from "./crew.ts";
import type { Engine } from "./engine.ts";
import { KERNEL_REACH_BYTES, shareMemory } from "./memory.ts";
import type { RankTask, SharedMemory } from "./rank.ts";
import type { TensorValue } from "./report.ts";
import { checkEntries, reportOf, type RankTimes } from "./skeleton.ts";
import { floatsOf } from "./steps.ts";

/**
 * Rejects with UserError where the memory does not suffice, with the signal's reason where it aborts, and with
 * InvariantError where a worker fails; no thread is left in any case. The same schedule gives the same bits on every run.
 */
export const threadsEngine: Engine = makeThreadsEngine();

/** `reach`: bytes up to which the kernels work in a memory; beyond them runs are slower. Smaller than it is only to show that. */
export function makeThreadsEngine(reach = KERNEL_REACH_BYTES): Engine {
  return {
    name: "threads",
    run: async (schedule, entries, options) => {
      checkEntries(schedule, entries);
      const memory = shareMemory(schedule, entries, reach);
      const times = await runRanks(schedule, memory, options?.signal);
      return reportOf("threads", schedule, times, valueOf(schedule, memory));
    },
  };
}

function runRanks(
  schedule: Schedule,
  memory: SharedMemory,
  signal: AbortSignal | undefined,
): Promise<RankTimes[]> {
  const start = new SharedArrayBuffer(16);
  const barriers = new SharedArrayBuffer(4 * barrierWords(schedule));
  const tasks = Array.from({ length: rankCount(schedule.mesh) }, (_, rank): RankTask => {
    return { schedule, rank, memory, barriers, start };
  });
  // Workers run compiled JavaScript, also where this file itself is run from its source.
  const file = createRequire(import.meta.url).resolve("tnlab/kernel/engine/worker.js");
  return runCrew<RankTask, RankTimes>({ file, tasks, go: () => begin(start), signal });
}

function begin(start: SharedArrayBuffer): void {
  new BigInt64Array(start)[1] = process.hrtime.bigint();
  const words = new Int32Array(start);
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}

/** The result, whole on rank 0, as float64. */
function valueOf(schedule: Schedule, { arenas, offsets }: SharedMemory): TensorValue {
  const { open: labels, dtype, extents, buffers, result } = schedule;
  const shape = labels.map((label) => extents[label] ?? 1);
  const width = widthOf(dtype);
  const [start, elements] = [(offsets[result] ?? 0) * width, buffers[result]?.elements ?? 0];
  const arena = arenas[0];
  if (arena === undefined) throw new InvariantError("expected an arena of rank 0, got none");
  const floats = floatsOf(dtype, arena).subarray(start, start + elements * width);
  const part = (lane: number): Float64Array =>
    Float64Array.from({ length: elements }, (_, element) => floats[element * width + lane] ?? NaN);
  return { labels, shape, dtype, re: part(0), ...(isComplex(dtype) ? { im: part(1) } : {}) };
}
