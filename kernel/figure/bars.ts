/** What a rank does when, as intervals that do not overlap, few enough to draw. */
import type { RunReport, StepReport } from "../engine/report.ts";
import { activityOf, type Activity } from "./steps.ts";

export interface Interval {
  readonly activity: Activity;
  /** Seconds after the start of the run. */
  readonly start: number;
  readonly seconds: number;
  /** Steps in it. */
  readonly steps: number;
  /** Name of the step, or of the longest of several. */
  readonly name: string;
}

/** One row of the timeline. */
export interface Row {
  readonly name: string;
  readonly intervals: readonly Interval[];
}

/** What a step takes on a rank, of which a part may be waiting. */
interface Taken {
  readonly start: number;
  readonly seconds: number;
  readonly waiting: number;
}

/**
 * The steps of one rank. Executions of a step of a slice loop are drawn together, one after the other, so that a step may be
 * drawn later than it began, but no time is counted twice.
 */
export function rankIntervals(report: RunReport, rank: number, source: "measured" | "modelled"): Interval[] {
  const intervals: Interval[] = [];
  let now = 0;
  for (const step of report.steps) {
    const activity = activityOf(step.kind);
    const taken = takenBy(step, rank, source);
    if (activity === undefined || !(taken.seconds > 0)) continue;
    now = Math.max(now, taken.start);
    const { name } = step;
    const parts = [
      { activity: "wait" as const, seconds: taken.waiting },
      { activity, seconds: taken.seconds - taken.waiting },
    ];
    for (const part of parts) {
      if (!(part.seconds > 0)) continue;
      intervals.push({ ...part, start: now, steps: 1, name });
      now += part.seconds;
    }
  }
  return intervals;
}

/** In a collective step, what a rank takes beyond the fastest one it spends waiting for the others. */
function takenBy(step: StepReport, rank: number, source: "measured" | "modelled"): Taken {
  const dry = step.measuredSeconds === undefined;
  if (source === "modelled") {
    const start = dry ? finite(step.startSeconds[rank]) : 0;
    return { start, seconds: step.model.seconds, waiting: 0 };
  }
  // A rank that had no slice to run has no numbers.
  const seconds = finite(step.measuredSeconds?.[rank]);
  const waiting = activityOf(step.kind) === "move" ? seconds - fastestOf(step) : 0;
  return { start: finite(step.startSeconds[rank]), seconds, waiting };
}

function fastestOf({ measuredSeconds = [] }: StepReport): number {
  return measuredSeconds.reduce((least, seconds) => Math.min(least, finite(seconds)), Infinity);
}

function finite(seconds: number | undefined): number {
  return seconds !== undefined && Number.isFinite(seconds) ? seconds : 0;
}

const ACTIVITIES = ["compute", "rearrange", "move", "wait"] as const;

/**
 * At most about `limit` intervals with the same time for each activity: stretches of short steps become one interval an
 * activity. What is drawn is off by less than the length of such a stretch.
 */
export function merged(intervals: readonly Interval[], limit: number): Interval[] {
  if (intervals.length <= limit) return [...intervals];
  const total = intervals.reduce((end, { start, seconds }) => Math.max(end, start + seconds), 0);
  const stretch = (ACTIVITIES.length * total) / limit;
  const found: Interval[] = [];
  let short: Interval[] = [];
  const flush = (): void => {
    found.push(...together(short));
    short = [];
  };
  for (const interval of intervals) {
    const [first] = short;
    const end = interval.start + interval.seconds;
    if (first !== undefined && end - first.start > stretch) flush();
    if (interval.seconds <= stretch) short.push(interval);
    else {
      flush();
      found.push(interval);
    }
  }
  flush();
  return found;
}

function together(intervals: readonly Interval[]): Interval[] {
  let start = intervals[0]?.start ?? 0;
  return ACTIVITIES.flatMap((activity) => {
    const own = intervals.filter((interval) => interval.activity === activity);
    if (own.length === 0) return [];
    const seconds = own.reduce((sum, interval) => sum + interval.seconds, 0);
    const longest = own.reduce((best, next) => (next.seconds > best.seconds ? next : best));
    const steps = own.reduce((sum, interval) => sum + interval.steps, 0);
    const one = { activity, start, seconds, steps, name: longest.name };
    start += seconds;
    return [one];
  });
}

/** Seconds by activity. */
export function secondsBy(intervals: readonly Interval[]): Readonly<Record<Activity, number>> {
  const sum = (activity: Activity): number =>
    intervals.reduce((total, interval) => total + (interval.activity === activity ? interval.seconds : 0), 0);
  return { compute: sum("compute"), rearrange: sum("rearrange"), move: sum("move"), wait: sum("wait") };
}
