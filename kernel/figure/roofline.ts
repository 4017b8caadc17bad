/** The roofline of all local steps: operations a second over operations a byte, under the machine's two limits. */
import { formatNumber, type Dtype, type Machine } from "../../dsl/core.ts";
import type { RunReport, StepReport } from "../engine/report.ts";
import type { Figure } from "./figure.ts";
import { activityOf, numbered, type Numbered } from "./steps.ts";
import { axis, COLOURS, plain, rounded, themed, type Trace } from "./theme.ts";
import { timeText } from "./ticks.ts";

/** Steps drawn; of more, those that take the most time. */
const MOST_STEPS = 1500;
const [SMALLEST, LARGEST] = [5, 26];

interface Dot {
  readonly own: Numbered;
  /** Real operations a byte of local memory. */
  readonly intensity: number;
  readonly flopsPerSecond: number;
  readonly seconds: number;
}

/** Measured where the run was measured: the slowest rank counts. */
export function rooflineFigure(report: RunReport, machine: Machine, dtype: Dtype): Figure {
  const source = report.measuredSeconds === undefined ? "modelled" : "measured";
  const { device } = machine;
  const peak = device.flopsPerSecond[dtype];
  const ridge = peak / device.memoryBytesPerSecond;
  const all = dotsOf(report);
  const dots = all.slice(0, MOST_STEPS);
  const { bound, share } = mainBound(all, ridge, device.launchSeconds);
  const where = `${report.network} on ${report.machine}`;
  const headline =
    all.length === 0
      ? `${where}: no step does arithmetic`
      : `${where}: ${bound} bounds ${Math.round(100 * share)} % of the time of the contractions (${source})`;
  const rate = all.length === 0 ? "" : ` · together ${rateText(meanRate(all))} ${source}`;
  const drawn = all.length > dots.length ? ` · the ${MOST_STEPS} longest of ${all.length} steps` : "";
  const detail = `limits modelled: ${rateText(peak)}, ${formatNumber(device.memoryBytesPerSecond / 1e9)} GB/s in ${dtype}${rate}${drawn}`;
  const lines = limits(dots, ridge, peak);
  return themed({
    headline,
    detail,
    summary: `${headline}.`,
    data: [...lines, dotTrace(dots, source)],
    plotHeight: 320,
    layout: {
      xaxis: axis("operations a byte of memory", { type: "log", dtick: 1 }),
      yaxis: axis("operations a second", { type: "log", dtick: 1, tickformat: "~s", ticksuffix: "flop/s" }),
    },
  });
}

/** What bounds the steps that take the most time together, and their part of the time. */
function mainBound(
  dots: readonly Dot[],
  ridge: number,
  launchSeconds: number,
): { readonly bound: string; readonly share: number } {
  const seconds = new Map<string, number>();
  for (const dot of dots) {
    const starts = launchSeconds * dot.own.step.executions;
    const local = dot.intensity < ridge ? "memory bandwidth" : "arithmetic";
    const bound = starts > dot.seconds / 2 ? "the start of each step" : local;
    seconds.set(bound, (seconds.get(bound) ?? 0) + dot.seconds);
  }
  const [main = ["", 0]] = [...seconds].sort(([, a], [, b]) => b - a);
  const all = dots.reduce((sum, dot) => sum + dot.seconds, 0);
  return { bound: main[0], share: main[1] / all };
}

/** Longest first. */
function dotsOf(report: RunReport): Dot[] {
  return numbered(report)
    .flatMap((own): Dot[] => {
      const { step } = own;
      const seconds = secondsOf(step);
      const { flops, localBytes } = step.model;
      if (activityOf(step.kind) !== "compute" || flops <= 0 || localBytes <= 0 || seconds <= 0) return [];
      return [{ own, intensity: flops / localBytes, flopsPerSecond: flops / seconds, seconds }];
    })
    .sort((a, b) => b.seconds - a.seconds);
}

function secondsOf({ measuredSeconds, model }: StepReport): number {
  return measuredSeconds === undefined
    ? model.seconds
    : measuredSeconds.reduce((most, seconds) => (seconds > most ? seconds : most), 0);
}

function meanRate(dots: readonly Dot[]): number {
  const flops = dots.reduce((sum, { own }) => sum + own.step.model.flops, 0);
  return flops / dots.reduce((sum, { seconds }) => sum + seconds, 0);
}

function rateText(flopsPerSecond: number): string {
  const scales = [
    [1e15, "PFLOP/s"],
    [1e12, "TFLOP/s"],
    [1e9, "GFLOP/s"],
    [1e6, "MFLOP/s"],
  ] as const;
  const [size, unit] = scales.find(([scale]) => flopsPerSecond >= scale) ?? [1e3, "kFLOP/s"];
  return `${formatNumber(flopsPerSecond / size)} ${unit}`;
}

/** The slope of the memory's bandwidth up to the ridge, the level of the peak beyond it. */
function limits(dots: readonly Dot[], ridge: number, peak: number): Trace[] {
  const intensities = dots.map(({ intensity }) => intensity);
  const least = Math.min(ridge, ...intensities) / 2;
  const most = Math.max(ridge, ...intensities) * 2;
  const line = (name: string, x: readonly number[], color: string): Trace => ({
    ...{ type: "scatter", mode: "lines", name, showlegend: true, hoverinfo: "skip" },
    x: x.map((value) => rounded(value)),
    y: x.map((value) => rounded(Math.min(peak, (value * peak) / ridge))),
    line: { color, width: 2 },
  });
  return [
    line("memory bandwidth (modelled)", [least, ridge], COLOURS.orange),
    line("peak (modelled)", [ridge, most], COLOURS.vermilion),
  ];
}

function dotTrace(dots: readonly Dot[], source: string): Trace {
  const longest = dots[0]?.seconds ?? 1;
  return {
    ...{ type: "scatter", mode: "markers", name: `steps (${source}), area by time`, showlegend: true },
    x: dots.map(({ intensity }) => rounded(intensity)),
    y: dots.map(({ flopsPerSecond }) => rounded(flopsPerSecond)),
    marker: {
      color: COLOURS.blue,
      opacity: 0.55,
      size: dots.map(({ seconds }) => rounded(Math.max(SMALLEST, LARGEST * Math.sqrt(seconds / longest)), 3)),
      line: { width: 0 },
    },
    hoverinfo: "text",
    hovertext: dots.map(({ own: { number, step }, intensity, flopsPerSecond, seconds }) =>
      [
        `<b>step ${number}</b> ${plain(step.name)}`,
        `${rateText(flopsPerSecond)} at ${formatNumber(intensity)} operations a byte`,
        `${timeText(seconds)} ${source}`,
      ].join("<br>"),
    ),
  };
}
