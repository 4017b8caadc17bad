/** Runs a schedule on one rank, with the time that each step took. */
import type { BufferId, Step } from "../../dsl/core.ts";
import type { Floats } from "../tensor/floats.ts";
import { restore, save, type RankCheckpoint } from "./checkpoint.ts";
import { agreed, meetAll, reclaim } from "./collectives.ts";
import { planSteps, type Plan } from "./plan.ts";
import { note } from "./progress.ts";
import { bufferOf, makeRank, type Rank, type RankTask } from "./rank.ts";
import { better, isOutside, LEAST_PROBED, rescale, type Rescaling } from "./rescale.ts";
import type { RankTimes } from "./skeleton.ts";
import { addSlice, enterSlice, finishSums, slicesOf, startSums } from "./slices.ts";
import { reportedSteps, rounds, type SliceLoop } from "./steps.ts";

interface Run {
  readonly rank: Rank;
  readonly work: Plan["work"];
  readonly shared: Plan["shared"];
  readonly rescaling: Rescaling | undefined;
  readonly checkpoint: RankCheckpoint | undefined;
  readonly positions: ReadonlyMap<Step, number>;
  readonly seconds: Float64Array;
  readonly starts: Float64Array;
  /** On rank 0. */
  readonly progress: BigInt64Array | undefined;
  /** Seconds since the run began. */
  readonly now: () => number;
  readonly probed: RankTask["probed"];
  /** Counts the ranks that say that it is to end. */
  readonly lost: Int32Array;
  /** What the file system said last where it did not keep sums of slices. */
  unkept: string | undefined;
}

/** A rank that is ready to run; calling the result runs it. The clock counts nanoseconds, the same on all threads. */
export function prepare(task: RankTask, clock: () => bigint): (begun: bigint) => RankTimes {
  const rank = makeRank(task);
  const steps = reportedSteps(task.schedule.steps);
  const positions = new Map<Step, number>(steps.map((step, position) => [step, position]));
  const plan = planSteps(rank);
  const seconds = new Float64Array(steps.length);
  const starts = new Float64Array(steps.length).fill(NaN);
  const progress = task.rank === 0 ? new BigInt64Array(task.progress) : undefined;
  return (begun) => {
    const now = (): number => Number(clock() - begun) / 1e9;
    const { rescaling, checkpoint, probed } = task;
    const run: Run = {
      rank,
      ...plan,
      rescaling,
      checkpoint,
      positions,
      seconds,
      starts,
      progress,
      now,
      probed,
      lost: new Int32Array(task.start, 4, 1),
      unkept: undefined,
    };
    const isLost = !unlessLost(() => runSteps(run, task.schedule.steps));
    const shared = [...plan.shared].map((step) => positions.get(step) ?? NaN);
    return { seconds, starts, end: now(), unkept: run.unkept, isLost, shared };
  };
}

function runSteps(run: Run, steps: readonly Step[]): void {
  for (const step of steps)
    if (step.kind === "slice-loop") runLoop(run, step);
    else if (step.kind !== "free") {
      const work = run.work.get(step);
      if (work === undefined) {
        // What this rank leaves to others takes it no time.
        run.starts[run.positions.get(step) ?? NaN] = run.now();
        continue;
      }
      ready(run, step.out);
      if (run.shared.has(step)) meetAll(run.rank);
      timed(run, step, () => {
        work();
        if (step.kind === "load" || step.kind === "contract") keepInRange(run, step);
      });
    }
}

/** What peers may still read there is waited for first; the time is that of the step that lent it. */
function ready(run: Run, out: BufferId): void {
  reclaim(run.rank, out, (lender, wait) => {
    const [position, begun] = [run.positions.get(lender) ?? 0, run.now()];
    wait();
    run.seconds[position] = (run.seconds[position] ?? 0) + run.now() - begun;
  });
}

function timed<T>({ rank, positions, seconds, starts, progress, now }: Run, step: Step, work: () => T): T {
  const position = positions.get(step);
  if (position === undefined) throw new RangeError(`expected step ${step.kind} in the report, got none`);
  const begun = now();
  if (Number.isNaN(starts[position])) starts[position] = begun;
  const result = work();
  seconds[position] = (seconds[position] ?? 0) + now() - begun;
  // A slice loop is running until its last slice is noted, not from when it begins.
  if (progress !== undefined && rank.slice.size === 0 && step.kind !== "slice-loop") note(progress, position);
  return result;
}

class Lost extends Error {}

/** False where the numbers of the first slices were lost, and the others were not run. */
function unlessLost(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Lost) return false;
    throw error;
  }
}

/** Throws Lost, on all ranks or none, where another run is better begun at once. */
function probe(run: Run, loop: SliceLoop): void {
  const { rank, probed } = run;
  if (probed === undefined || rounds(rank.schedule, loop) < LEAST_PROBED) return;
  // All have noted what they saw before one judges it.
  meetAll(rank);
  if (agreed(rank, isOff(run, probed, bufferOf(rank, loop.from)), run.lost)) throw new Lost();
}

function isOff({ rank: { schedule }, rescaling }: Run, { round }: { round: number }, slice: Floats): boolean {
  return rescaling === undefined
    ? isOutside(schedule.dtype, slice)
    : better(schedule, rescaling, { round, isProbed: true }) !== undefined;
}

/** The time of the loop itself is that of adding up the slices. */
function runLoop(run: Run, loop: SliceLoop): void {
  const { rank, progress, checkpoint, rescaling } = run;
  ready(run, loop.into);
  const sums = timed(run, loop, () => startSums(rank, loop, checkpoint !== undefined));
  const { first, apart, count } = slicesOf(rank, loop);
  const restored = checkpoint?.done ?? 0;
  const noteSlices = (done: number): void => {
    const noted = { done, of: count, restored };
    if (progress !== undefined) note(progress, run.positions.get(loop) ?? 0, noted);
  };
  if (checkpoint !== undefined && restored > 0) restore(checkpoint, rank.rank, sums.floats, rescaling);
  noteSlices(restored);
  for (let done = restored + 1; done <= count; done += 1) {
    enterSlice(rank, loop, first + (done - 1) * apart);
    runSteps(run, loop.body);
    timed(run, loop, () => addSlice(rank, loop, sums));
    if (done === 1) probe(run, loop);
    if (checkpoint !== undefined && done % checkpoint.every === 0)
      run.unkept = save(checkpoint, rank.rank, done, sums.floats, rescaling) ?? run.unkept;
    noteSlices(done);
  }
  rank.slice.clear();
  timed(run, loop, () => finishSums(rank, loop, sums));
}

function keepInRange({ rank, rescaling, positions }: Run, step: Extract<Step, { out: BufferId }>): void {
  const position = positions.get(step);
  if (rescaling !== undefined && position !== undefined)
    rescale(rescaling, position, bufferOf(rank, step.out), rank.arithmetic);
}
