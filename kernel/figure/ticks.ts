/** Axes in units that people read. */
import { formatBytes, formatSeconds } from "../../dsl/core.ts";
import type { Trace } from "./theme.ts";

/** Ticks of an axis of bytes from 0 to `most`: 1, 2 or 5 times a power of ten of the unit. */
export function byteTicks(most: number): Trace {
  if (most <= 0) return { tickvals: [0], ticktext: ["0"] };
  const unit = 1024 ** Math.floor(Math.log2(most) / 10);
  const rough = most / unit / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power * unit;
  const values = Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => k * step);
  return { tickvals: values, ticktext: values.map((value) => (value === 0 ? "0" : formatBytes(value))) };
}

/** Seconds up to a minute keep their unit (Plotly writes ms and µs itself); longer times are told in minutes, hours, ... */
export interface TimeScale {
  /** What seconds are divided by. */
  readonly seconds: number;
  readonly axis: Trace;
}

const LONG: readonly (readonly [number, string])[] = [
  [31557600, "years"],
  [86400, "days"],
  [3600, "h"],
  [60, "min"],
];

export function timeScale(longest: number): TimeScale {
  const [seconds, unit] = LONG.find(([size]) => longest >= 2 * size) ?? [1, ""];
  if (seconds > 1) return { seconds, axis: { ticksuffix: ` ${unit}` } };
  return { seconds, axis: { tickformat: "~s", ticksuffix: "s" } };
}

/** `1.2 ms`, `3 µs` as the axes write it, or `0 s`. */
export function timeText(seconds: number): string {
  return seconds === 0 ? "0 s" : formatSeconds(seconds).replace(/us$/, "µs");
}
