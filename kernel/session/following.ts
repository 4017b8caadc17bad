/** A run as a person follows it: in one place of the output stands how far it is, and at the end what it found. */
import { formatBytes, formatSeconds, type Schedule } from "../../dsl/index.ts";
import type { Progress } from "../engine/engine.ts";
import { follow, paceAt, trackOf, type Pace } from "../engine/pace.ts";
import type { Host, Output } from "./evaluate.ts";

/** Shorter runs show nothing. */
const FIRST_SECONDS = 1;
const INTERVAL_MILLISECONDS = 250;

type Following = NonNullable<Host["following"]>;

/** Runs `work`; tells meanwhile how far it is, also where a step takes long, and in the end that it is over. */
export async function followed<T>(
  following: Following | undefined,
  schedule: Schedule,
  work: (onProgress: ((progress: Progress) => void) | undefined) => Promise<T>,
): Promise<T> {
  if (following === undefined) return work(undefined);
  const track = trackOf(schedule);
  const begun = performance.now();
  const now = (): number => (performance.now() - begun) / 1000;
  const timer = setInterval(() => following(paceAt(track, now())), INTERVAL_MILLISECONDS);
  try {
    return await work((progress) => {
      follow(track, progress, now());
    });
  } finally {
    clearInterval(timer);
    following(undefined);
  }
}

export interface Place {
  /** For the run; absent where nobody looks. */
  readonly following?: Following;
  /** Shows what the run found, where its progress stood if that was shown. */
  readonly end: (output: Output) => void;
  /** The run has failed: what was shown of its progress says where. */
  readonly fail: () => void;
}

/** Where the host follows runs itself, it is told of them; where it shows what changes, that is shown. */
export function placeFor({ show, showing, following }: Pick<Host, "show" | "showing" | "following">): Place {
  if (following !== undefined || showing === undefined)
    return { ...(following && { following }), end: show, fail: () => undefined };
  let replace: ((next: Output) => void) | undefined;
  let last: Pace | undefined;
  return {
    following: (pace) => {
      if (pace === undefined || pace.seconds < FIRST_SECONDS) return;
      last = pace;
      if (replace === undefined) replace = showing(drawn(pace));
      else replace(drawn(pace));
    },
    end: (output) => {
      if (replace === undefined) show(output);
      else replace(output);
    },
    fail: () => {
      if (last === undefined) return;
      const { network, seconds } = last;
      const text = `${network}: ended at ${placeOf(last)}, after ${formatSeconds(seconds)}`;
      replace?.({ data: { "text/plain": text } });
    },
  };
}

function drawn(pace: Pace): Output {
  const text = describePace(pace);
  const bar = `<progress max="1" value="${pace.share.toFixed(4)}" style="width: 12em"></progress>`;
  return { data: { "text/plain": text, "text/html": `${bar} ${escaped(text)}` } };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** E.g. `Z: slice 8 of 16, 1 GiB of 2 GiB touched, 5 s, about 5 s left`. */
export function describePace(pace: Pace): string {
  const { network, seconds, localBytes, sentBytes, left } = pace;
  const moved = (what: string, { done, of }: Pace["sentBytes"]): string =>
    of === 0 ? "" : `, ${formatBytes(done)} of ${formatBytes(of)} ${what}`;
  const rest = left === undefined ? "" : `, about ${formatSeconds(left)} left`;
  const bytes = moved("touched", localBytes) + moved("sent", sentBytes);
  return `${network}: ${placeOf(pace)}${bytes}, ${formatSeconds(seconds)}${rest}`;
}

function placeOf({ steps, slices }: Pace): string {
  return slices === undefined ? `step ${steps.done} of ${steps.of}` : `slice ${slices.done} of ${slices.of}`;
}
