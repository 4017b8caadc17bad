/** A line on stderr that shows how a search or a run gets on, where a person is there to see it. */
import { formatSeconds } from "../../dsl/index.ts";
import type { Pace } from "../engine/pace.ts";
import type { Improvement } from "../search/search.ts";
import { describePace } from "../session/following.ts";

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

/** For `Host.following`; none where stderr is no terminal. */
export function runLine(
  stream: NodeJS.WriteStream = process.stderr,
): ((pace: Pace | undefined) => void) | undefined {
  if (!stream.isTTY) return undefined;
  let shown = false;
  return (pace) => {
    if (pace !== undefined) stream.write(CLEAR + describePace(pace));
    else if (shown) stream.write(CLEAR);
    shown = pace !== undefined;
  };
}
