/** Lines on stderr that show how a search or a run gets on. */
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

type Following = (pace: Pace | undefined) => void;

/** For `Host.following`: a line that is kept up to date on a terminal, lines of long runs in a log. */
export function runLine(stream: NodeJS.WriteStream = process.stderr): Following {
  return stream.isTTY ? onTerminal(stream) : inLog(stream);
}

function onTerminal(stream: NodeJS.WriteStream): Following {
  let shown = false;
  return (pace) => {
    if (pace !== undefined) stream.write(CLEAR + describePace(pace));
    else if (shown) stream.write(CLEAR);
    shown = pace !== undefined;
  };
}

/** What has run for so long is worth a line in a log. */
const LONG_SECONDS = 30;

/** Another line each time that the run has taken twice as long: ten of them in eight hours. */
function inLog(stream: NodeJS.WriteStream): Following {
  let next = LONG_SECONDS;
  return (pace) => {
    if (pace === undefined) next = LONG_SECONDS;
    else if (pace.seconds >= next) {
      stream.write(`${describePace(pace)}\n`);
      next = 2 * pace.seconds;
    }
  };
}
