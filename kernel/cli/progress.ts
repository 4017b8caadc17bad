/** A line on stderr that shows how a search or a run gets on, where a person is there to see it. */
import { formatSeconds, type Schedule } from "../../dsl/index.ts";
import type { Progress as RunProgress } from "../engine/engine.ts";
import { reportedSteps } from "../engine/steps.ts";
import type { Improvement } from "../search/search.ts";

/** Back to the start of the line, and the line emptied. */
const CLEAR = "\r\u001b[2K";

export interface Progress {
  readonly show: (improvement: Improvement) => void;
  readonly clear: () => void;
}

/** Writes nothing where stderr is no terminal. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show: (improvement) => void stream.write(CLEAR + describeImprovement(improvement)),
    clear: () => void stream.write(CLEAR),
  };
}

/** Measured: when, how costly, how large, in how many slices, by which method. */
export function describeImprovement(improvement: Improvement): string {
  const { seconds, log10Flops, log2Size, log2Slices, method } = improvement;
  const slices = log2Slices > 0 ? `, 2^${log2Slices.toFixed(0)} slices` : "";
  const cost = `10^${log10Flops.toFixed(3)} multiply-adds, largest 2^${log2Size.toFixed(1)}${slices}`;
  return `${formatSeconds(seconds)}: ${cost} (${method})`;
}

/** For `Host.following`; none where stderr is no terminal. The clock counts seconds. */
export function runLine(
  clock: () => number,
  stream: NodeJS.WriteStream = process.stderr,
): ((schedule: Schedule, progress: RunProgress | undefined) => void) | undefined {
  if (!stream.isTTY) return undefined;
  let begun: number | undefined;
  return (schedule, progress) => {
    if (progress === undefined) {
      if (begun !== undefined) stream.write(CLEAR);
      begun = undefined;
      return;
    }
    begun ??= clock();
    stream.write(CLEAR + describeProgress(schedule, progress, clock() - begun));
  };
}

/** `seconds`: since the run began; what is left is estimated from the slices that are done. */
export function describeProgress(schedule: Schedule, progress: RunProgress, seconds: number): string {
  const { step, slices } = progress;
  const begin = `${schedule.network}: `;
  if (slices === undefined) return `${begin}step ${step + 1} of ${reportedSteps(schedule.steps).length}`;
  const { done, of } = slices;
  const left = done > 0 ? `, about ${formatSeconds((seconds * (of - done)) / done)} left` : "";
  return `${begin}slice ${done} of ${of}${left}`;
}
