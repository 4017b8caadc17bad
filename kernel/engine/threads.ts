/**
 * The threads engine: every rank is a worker thread of this computer, its memory one shared block that the others read
 * in collective steps. In: a schedule and its inputs. Out: the value, and what was measured on every rank.
 */
import { createRequire } from "node:module";
import { rankCount, UserError, type Entries, type Schedule } from "../../dsl/core.ts";
import { barrierWords } from "./barrier.ts";
import {
  checkpointsFor,
  lastRound,
  noteRound,
  refusalOf,
  unkeptWarning,
  type RankCheckpoint,
} from "./checkpoint.ts";
import type { Engine, RunOptions } from "./engine.ts";
import { bytesOf, KERNEL_REACH_BYTES, memoryLeft, shareMemory } from "./memory.ts";
import { isRelaxed } from "./multiplier.ts";
import { follow, progressWords } from "./progress.ts";
import type { RankTask, SharedMemory } from "./rank.ts";
import type { RunReport } from "./report.ts";
import { better, exponentOf, foreseen, isLost, makeRescaling, type Rescaling } from "./rescale.ts";
import { checkEntries, reportOf, type RankTimes } from "./skeleton.ts";
import { runTeam, Standby, type Team } from "./standby.ts";
import { reportedSteps } from "./steps.ts";
import { readValue } from "./value.ts";

/**
 * Rejects with UserError where the memory does not suffice, with the signal's reason where it aborts, and with
 * InvariantError where a worker fails; no thread is then left. After a run that ends well its threads and memory wait some seconds for the
 * next one. The same schedule gives the same bits on every run.
 */
export const threadsEngine: Engine = makeThreadsEngine();

/** `reach`: bytes up to which the kernels work in a memory; beyond them runs are slower. Smaller than it is only to show that. */
export function makeThreadsEngine(reach = KERNEL_REACH_BYTES): Engine {
  const standby = new Standby();
  return {
    name: "threads",
    run: async (schedule, entries, options) => {
      checkEntries(schedule, entries);
      const team = standby.take();
      let left = team.memory;
      let bytes = left?.buffer.byteLength ?? 0;
      try {
        const memory = await shareMemory(schedule, entries, {
          ...{ reach, left, signal: options?.signal },
          relaxed: isRelaxed(options?.multiplier),
        });
        left = memoryLeft(memory);
        bytes = bytesOf(memory);
        return await runFrom({ team, schedule, memory, options }, entries);
      } finally {
        await standby.leave({ workers: team.workers, memory: left }, bytes);
      }
    },
  };
}

/** From the beginning, or from the last checkpoint. */
async function runFrom(work: Work, entries: readonly Entries[]): Promise<RunReport> {
  const { schedule, options } = work;
  const kept = options?.checkpoint === undefined ? undefined : roundIn(schedule, options.checkpoint);
  if (kept !== undefined) return runInRange(work, makeRescaling(schedule, kept.shifts), kept.round);
  return runInRange(work, await foreseen(schedule, entries, options?.signal), 0);
}

/** Throws UserError where the folder cannot be read. */
function roundIn(schedule: Schedule, folder: string): ReturnType<typeof lastRound> {
  let round: ReturnType<typeof lastRound>;
  const refusal = refusalOf(() => (round = lastRound(folder)));
  if (refusal !== undefined) throw unusable(schedule, folder, refusal);
  return round;
}

function unusable({ network }: Schedule, folder: string, refusal: string): UserError {
  return new UserError(
    `${network}: no sums of slices can be kept in ${folder} (${refusal}): name another folder, or run without one`,
  );
}

interface Work {
  readonly team: Team;
  readonly schedule: Schedule;
  readonly memory: SharedMemory;
  readonly options: RunOptions | undefined;
}

/**
 * Runs until nothing on the way to the value leaves the range of the dtype, once as a rule. The report's steps are those of the last run,
 * its time that of all.
 */
async function runInRange(work: Work, first: Rescaling | undefined, firstRound: number): Promise<RunReport> {
  const { schedule, memory, options } = work;
  let rescaling = first;
  let earlier = 0;
  let unkept: string | undefined;
  for (let round = firstRound; ; round += 1) {
    const { checkpoints, refusal } = checkpointsIn(work, rescaling, round);
    if (refusal !== undefined && round === firstRound)
      throw unusable(schedule, options?.checkpoint ?? "", refusal);
    const times = await runRanks(work, rescaling, checkpoints, round);
    unkept = times.reduce((found, one) => one.unkept ?? found, refusal ?? unkept);
    if (times.some(({ isLost }) => isLost)) {
      earlier += Math.max(...times.map(({ end }) => end));
      rescaling = rescaling && better(schedule, rescaling, { round, isProbed: true });
      rescaling ??= makeRescaling(schedule);
      continue;
    }
    const exponent = rescaling === undefined ? 0 : exponentOf(rescaling);
    const { value, largest } = await readValue(schedule, memory, exponent, options?.signal);
    const report = {
      ...reportOf("threads", schedule, times, value),
      ...(options?.multiplier && { arithmetic: options.multiplier.description }),
      ...warned(work, unkept),
    };
    const next =
      rescaling !== undefined
        ? better(schedule, rescaling, { round, isProbed: false })
        : isLost(schedule.dtype, largest)
          ? makeRescaling(schedule)
          : undefined;
    const { measuredSeconds = 0 } = report;
    if (next === undefined) return { ...report, measuredSeconds: earlier + measuredSeconds };
    earlier += measuredSeconds;
    rescaling = next;
  }
}

/** By rank; none where no sums are wanted, or where the file system refuses them. */
function checkpointsIn(
  { schedule, options }: Work,
  rescaling: Rescaling | undefined,
  round: number,
): { readonly checkpoints: readonly RankCheckpoint[]; readonly refusal?: string | undefined } {
  const folder = options?.checkpoint;
  if (folder === undefined) return { checkpoints: [] };
  let checkpoints: readonly RankCheckpoint[] = [];
  const refusal = refusalOf(() => {
    if (rescaling !== undefined) noteRound(folder, { round, shifts: rescaling.shifts });
    checkpoints = checkpointsFor(schedule, folder, round);
  });
  return { checkpoints, refusal };
}

/** What did not go as asked. `unkept`: why sums were not kept. */
function warned({ schedule, options }: Work, unkept: string | undefined): Pick<RunReport, "warnings"> {
  const warnings = [
    ...(unkept === undefined ? [] : [unkeptWarning(schedule.network, options?.checkpoint ?? "", unkept)]),
    ...serialWarnings(schedule),
  ];
  return warnings.length > 0 ? { warnings } : {};
}

/** Threads share the cores that a move would be hidden behind, so that they take the steps one after the other. */
function serialWarnings({ network, steps }: Schedule): readonly string[] {
  const tiled = reportedSteps(steps).filter((step) => "tiles" in step).length;
  if (tiled === 0) return [];
  const moves = tiled === 1 ? "a move" : `${tiled} moves`;
  const sentence =
    `the schedule of ${network} has ${moves} beside contractions, tile by tile, and worker threads ran them one after the other, ` +
    `to the same value: what was modelled counts on both at once; run it on torch(processes N, overlap)`;
  return [sentence];
}

function runRanks(
  { team, schedule, memory, options }: Work,
  rescaling: Rescaling | undefined,
  checkpoints: readonly RankCheckpoint[],
  round: number,
): Promise<RankTimes[]> {
  const multiplier = options?.multiplier;
  const start = new SharedArrayBuffer(16);
  const progress = progressWords();
  const barriers = new SharedArrayBuffer(4 * barrierWords(schedule));
  const probed = checkpoints.every(({ done }) => done === 0) ? { round } : undefined;
  const tasks = Array.from({ length: rankCount(schedule.mesh) }, (_, rank): RankTask => {
    const checkpoint = checkpoints[rank];
    return { schedule, rank, memory, barriers, start, progress, rescaling, probed, checkpoint, multiplier };
  });
  // Workers run compiled JavaScript, also where this file itself is run from its source.
  const file = createRequire(import.meta.url).resolve("tnlab/kernel/engine/worker.js");
  const end = follow(progress, options?.onProgress);
  const crew = { file, tasks, go: () => begin(start), signal: options?.signal };
  return runTeam<RankTask, RankTimes>(team, crew).finally(end);
}

function begin(start: SharedArrayBuffer): void {
  new BigInt64Array(start)[1] = process.hrtime.bigint();
  const words = new Int32Array(start);
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}
