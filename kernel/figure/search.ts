/** Cost against time of a search for an order: each improvement with the method that found it, and what no order goes below. */
import { formatSeconds } from "../../dsl/core.ts";
import type { Figure } from "./figure.ts";
import { timeText } from "./ticks.ts";
import { axis, COLOURS, counted, plain, powerOfTwo, rounded, themed, type Trace } from "./theme.ts";

/** A tree that was the best when it was found. */
export interface SearchStep {
  /** Wall-clock time since the search began, measured. */
  readonly seconds: number;
  readonly log10Flops: number;
  readonly log2Size: number;
  readonly log2Slices: number;
  /** How it was found, in words. */
  readonly method: string;
}

export interface SearchProgress {
  readonly network: string;
  /** In words. */
  readonly objective: string;
  /** What is drawn: multiply-adds over all slices, or elements of the largest intermediate. */
  readonly quantity: "flops" | "size";
  /** At least one, in the order in which they came. */
  readonly steps: readonly SearchStep[];
  /** Wall-clock time since the search began, measured. */
  readonly seconds: number;
  readonly finished: boolean;
  /** log2 of what no order goes below; absent where it is not known. */
  readonly least?: number;
}

/** Points beyond these are thinned out. */
const MOST_POINTS = 400;
/** Of an axis of logarithms. */
const FIRST_SECONDS = 1e-3;

/** Pixels. */
const PLOT_HEIGHT = 260;
const LEGEND_ROW = 19;
const LEGEND_COLUMNS = 3;

/** 1, 2 and 5 times the powers of ten, up to some days. */
const TIMES = Array.from(
  { length: 27 },
  (_, k) => (([1, 2, 5][k % 3] ?? 1) * 10 ** Math.floor(k / 3)) / 1000,
);
const TICKS = { tickvals: TIMES, ticktext: TIMES.map((time) => timeText(time)) };

const METHOD_COLOURS = [COLOURS.orange, COLOURS.green, COLOURS.vermilion, COLOURS.purple, COLOURS.sky];

interface Scale {
  readonly of: (step: SearchStep) => number;
  /** Of a log2. */
  readonly fromLog2: (log2: number) => number;
  readonly base: number;
  readonly unit: string;
  readonly title: string;
}

const SCALES: Readonly<Record<SearchProgress["quantity"], Scale>> = {
  flops: {
    of: ({ log10Flops }) => log10Flops,
    fromLog2: (log2) => log2 * Math.log10(2),
    base: 10,
    unit: "multiply-adds",
    title: "multiply-adds, all slices",
  },
  size: {
    of: ({ log2Size }) => log2Size,
    fromLog2: (log2) => log2,
    base: 2,
    unit: "elements in the largest intermediate",
    title: "elements of the largest intermediate",
  },
};

export function searchFigure(progress: SearchProgress): Figure {
  const { network, objective, quantity, steps, seconds, finished } = progress;
  const scale = SCALES[quantity];
  const last = steps.at(-1);
  const amount = last === undefined ? "nothing" : amountOf(scale, scale.of(last));
  const time = `${formatSeconds(seconds)} of search (measured)`;
  const slices = last !== undefined && last.log2Slices > 0 ? `, ${powerOfTwo(last.log2Slices)} slices` : "";
  const headline = `${network}: ${amount} ${scale.unit}${slices} ${finished ? "after" : "so far, after"} ${time}`;
  const bound = boundOf(progress, scale);
  const found =
    last === undefined ? [] : [`best found after ${formatSeconds(last.seconds)} by ${last.method}`];
  const detail = [`minimizing ${objective}`, counted(steps.length, "improvement"), ...found, ...bound];
  const data = tracesOf(progress, scale);
  return themed({
    headline,
    detail: detail.join(" · "),
    summary: `${[headline, ...found, ...bound].join("; ")}.`,
    data,
    plotHeight: PLOT_HEIGHT + LEGEND_ROW * Math.floor(data.length / LEGEND_COLUMNS),
    layout: {
      xaxis: axis("search time, measured", { type: "log", ...TICKS }),
      yaxis: axis(scale.title, { tickprefix: `${scale.base}<sup>`, ticksuffix: "</sup>", nticks: 8 }),
    },
  });
}

function amountOf({ base }: Scale, exponent: number): string {
  return exponent === -Infinity ? "no" : `${base}^${Number(exponent.toFixed(2))}`;
}

function boundOf({ least, quantity }: SearchProgress, scale: Scale): string[] {
  if (least === undefined || !Number.isFinite(least)) return [];
  const whatever = quantity === "flops" ? "whatever the order" : "whatever the order without slices";
  return [`lower bound: at least ${amountOf(scale, scale.fromLog2(least))} ${whatever}`];
}

function tracesOf({ steps, seconds, least }: SearchProgress, scale: Scale): Trace[] {
  const shown = thinned(steps);
  const end = at(Math.max(seconds, shown.at(-1)?.seconds ?? 0));
  const costs = shown.map((step) => rounded(scale.of(step)));
  const best: Trace = {
    ...{ type: "scatter", mode: "lines", name: "best so far", showlegend: true, hoverinfo: "skip" },
    x: [...shown.map((step) => at(step.seconds)), end],
    y: [...costs, costs.at(-1) ?? 0],
    line: { color: COLOURS.blue, width: 2, shape: "hv" },
  };
  const begun = at(shown[0]?.seconds ?? 0);
  return [best, ...markerTraces(shown, scale), ...boundTraces(least, scale, [begun, end])];
}

function boundTraces(least: number | undefined, scale: Scale, x: readonly number[]): Trace[] {
  if (least === undefined || !Number.isFinite(least)) return [];
  const level = rounded(scale.fromLog2(least));
  return [
    {
      ...{ type: "scatter", mode: "lines", name: "lower bound", showlegend: true },
      ...{ x, y: [level, level], hoverinfo: "skip", line: { color: COLOURS.grey, width: 2, dash: "dash" } },
    },
  ];
}

/** A colour for each method, which it keeps while the search goes on; those that come last share one. */
function markerTraces(steps: readonly SearchStep[], scale: Scale): Trace[] {
  const names = [...new Set(steps.map(({ method }) => method))];
  const methods = names.map((name) => [name, steps.filter(({ method }) => method === name)] as const);
  const own = methods.slice(0, METHOD_COLOURS.length);
  const rest = methods.slice(METHOD_COLOURS.length).flatMap(([, some]) => some);
  return [
    ...own.map(([method, some], k) => markers(method, some, METHOD_COLOURS[k] ?? COLOURS.grey, scale)),
    ...(rest.length === 0 ? [] : [markers("other methods", rest, COLOURS.grey, scale)]),
  ];
}

function markers(name: string, steps: readonly SearchStep[], color: string, scale: Scale): Trace {
  return {
    ...{ type: "scatter", mode: "markers", name: plain(name), showlegend: true },
    x: steps.map(({ seconds }) => at(seconds)),
    y: steps.map((step) => rounded(scale.of(step))),
    marker: { color, size: 7 },
    hoverinfo: "text",
    hovertext: steps.map((step) => hoverOf(step)),
  };
}

function hoverOf({ seconds, log10Flops, log2Size, log2Slices, method }: SearchStep): string {
  return [
    `<b>${plain(method)}</b>, after ${formatSeconds(seconds)} measured`,
    `10^${log10Flops.toFixed(3)} multiply-adds`,
    `largest intermediate ${powerOfTwo(log2Size)} elements`,
    ...(log2Slices > 0 ? [`${powerOfTwo(log2Slices)} slices`] : []),
  ].join("<br>");
}

function thinned(steps: readonly SearchStep[]): readonly SearchStep[] {
  const stride = Math.ceil(steps.length / MOST_POINTS);
  return steps.filter((_, k) => k % stride === 0 || k === steps.length - 1);
}

function at(seconds: number): number {
  return rounded(Math.max(FIRST_SECONDS, seconds));
}
