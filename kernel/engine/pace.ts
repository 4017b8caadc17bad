/** How far a run is in figures, and when it will end: from what rank 0 tells now and then, and the model of its schedule. */
import { rankCount, type Schedule } from "../../dsl/core.ts";
import { loopOf } from "./checkpoint.ts";
import type { Progress } from "./engine.ts";
import { plannedSteps, type PlannedStep } from "./skeleton.ts";
import { reportedSteps } from "./steps.ts";

interface Count {
  readonly done: number;
  readonly of: number;
}

export interface Pace {
  readonly network: string;
  /** Measured, since the run began. */
  readonly seconds: number;
  /** Steps of the report. */
  readonly steps: Count;
  /** While the slice loop runs: slices of rank 0's group. Those of a checkpoint count as done. */
  readonly slices?: Count;
  /** Read and written in local memory, and sent, by all ranks in this run, as the schedule has it. */
  readonly localBytes: Count;
  readonly sentBytes: Count;
  /** Share of the modelled time that is done. */
  readonly share: number;
  /** Seconds until the end, estimated from what this run itself has done; absent while nothing tells. */
  readonly left?: number;
}

/** Of the modelled time, before steps that are all different say something about the rest; what comes before slices never does. */
const LEAST_SHARE = 0.05;

interface Work {
  /** Modelled. */
  readonly seconds: number;
  readonly localBytes: number;
  readonly sentBytes: number;
}

interface Moment {
  readonly seconds: number;
  readonly work: Work;
}

const BEGIN: Moment = { seconds: 0, work: { seconds: 0, localBytes: 0, sentBytes: 0 } };

/** A run as it is followed. */
export interface Track {
  readonly schedule: Schedule;
  readonly steps: readonly PlannedStep[];
  /** Position of the slice loop and of the last step of its body. */
  readonly loop: readonly [first: number, last: number];
  told: Progress | undefined;
  /** Share of the slices that a checkpoint has spared this run. */
  restored: number;
  /** Where the estimate begins: at the slice loop, once it runs, for slices are alike. */
  from: Moment;
  last: Moment;
}

export function trackOf(schedule: Schedule): Track {
  const loop = loopOf(schedule);
  const first = loop === undefined ? Infinity : reportedSteps(schedule.steps).indexOf(loop);
  const last = first + (loop === undefined ? 0 : reportedSteps(loop.body).length);
  const steps = plannedSteps(schedule);
  return { schedule, steps, loop: [first, last], told: undefined, restored: 0, from: BEGIN, last: BEGIN };
}

/** Takes in what the engine tells, so many seconds after the run began. */
export function follow(track: Track, told: Progress, seconds: number): void {
  const { slices } = told;
  const entered = slices !== undefined && track.told?.slices === undefined;
  // Before the work is counted, which leaves out what was restored.
  if (slices !== undefined) track.restored = (slices.restored ?? 0) / slices.of;
  const now: Moment = { seconds, work: workUntil(track, told) };
  // A run that goes over its steps again, with its numbers rescaled, is estimated anew.
  if (now.work.seconds < track.last.work.seconds) track.from = now;
  else if (entered) track.from = now.work.seconds > track.last.work.seconds ? track.last : now;
  Object.assign(track, { told, last: now });
}

export function paceAt(track: Track, seconds: number): Pace {
  const { schedule, steps, told, last } = track;
  const all = workOf(track, (position) => 1 - restoredOf(track, position));
  const count = (part: keyof Work): Count => ({ done: last.work[part], of: all[part] });
  const left = leftAt(track, all, seconds);
  return {
    network: schedule.network,
    seconds,
    steps: { done: (told?.step ?? -1) + 1, of: steps.length },
    ...(told?.slices && { slices: { done: told.slices.done, of: told.slices.of } }),
    localBytes: count("localBytes"),
    sentBytes: count("sentBytes"),
    share: all.seconds > 0 ? last.work.seconds / all.seconds : 0,
    ...(left !== undefined && { left }),
  };
}

function leftAt({ from, last, loop, told }: Track, all: Work, seconds: number): number | undefined {
  const worked = last.work.seconds - from.work.seconds;
  const tells = loop[0] === Infinity ? worked >= LEAST_SHARE * all.seconds : (told?.step ?? -1) >= loop[0];
  if (worked <= 0 || !tells) return undefined;
  const rate = (last.seconds - from.seconds) / worked;
  const left = rate * (all.seconds - last.work.seconds) - (seconds - last.seconds);
  return left > 0 ? left : undefined;
}

/** Of this run: what a checkpoint has spared it is not in it. */
function workUntil(track: Track, { step, slices }: Progress): Work {
  return workOf(track, (position) => {
    if (slices === undefined) return position <= step ? 1 - restoredOf(track, position) : 0;
    if (position < step) return 1;
    return isOfLoop(track, position) ? slices.done / slices.of - restoredOf(track, position) : 0;
  });
}

function isOfLoop({ loop: [first, last] }: Track, position: number): boolean {
  return position >= first && position <= last;
}

function restoredOf(track: Track, position: number): number {
  return isOfLoop(track, position) ? track.restored : 0;
}

/** `shareOf`: the share of a step's executions that counts. */
function workOf({ steps, schedule }: Track, shareOf: (position: number) => number): Work {
  const ranks = rankCount(schedule.mesh);
  let [seconds, localBytes, sentBytes] = [0, 0, 0];
  for (const [position, { model }] of steps.entries()) {
    const share = shareOf(position);
    seconds += share * model.seconds;
    localBytes += share * ranks * model.localBytes;
    sentBytes += share * ranks * (model.sentBytes.node + model.sentBytes.cluster);
  }
  return { seconds, localBytes, sentBytes };
}
