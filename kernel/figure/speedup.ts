/** Speedup against devices: distribution beside slicing alone, and what free communication would give. All modelled. */
import { formatNumber, formatSeconds, type SpeedupPoint } from "../../dsl/core.ts";
import type { Figure } from "./figure.ts";
import { axis, COLOURS, counted, themed, type Trace } from "./theme.ts";

/** Gains below this are none. */
const NOTICED = 1.05;

export function speedupFigure(network: string, machine: string, points: readonly SpeedupPoint[]): Figure {
  const best = points
    .map((point) => point.searched ?? point)
    .reduce<
      SpeedupPoint | undefined
    >((most, point) => (most !== undefined && most.extraSpeedup >= point.extraSpeedup ? most : point), undefined);
  const headline = `${network} on ${machine}: ${findingOf(best)}`;
  const kept = best && best.complexityReduction > NOTICED;
  const detail = [
    "speedup over one device that slices to fit its memory",
    ...(kept === true
      ? [
          `at ${best.devices} devices E = ${formatNumber(best.extraSpeedup)}, R = ${formatNumber(best.complexityReduction)}, E/R = ${formatNumber(best.extraSpeedup / best.complexityReduction)}`,
        ]
      : []),
    ...gainedBySearch(points),
  ].join(" · ");
  return themed({
    headline,
    detail,
    summary: `${headline}.`,
    data: tracesOf(points),
    plotHeight: 320,
    layout: {
      xaxis: axis("devices", { type: "log", ...ticksOf(points.map(({ devices }) => devices)) }),
      yaxis: axis("times faster than one device", { type: "log", ...timesOf(points) }),
    },
  });
}

function findingOf(best: SpeedupPoint | undefined): string {
  if (best === undefined) return "no counts of devices to compare";
  if (best.extraSpeedup < NOTICED) return "distribution gains nothing over slicing alone (modelled)";
  const times = formatNumber(best.extraSpeedup);
  return `distribution is ${times} times faster than slicing alone on ${counted(best.devices, "device")} (modelled)`;
}

/** What orders of their own gain over the one order. */
function gainedBySearch(points: readonly SpeedupPoint[]): string[] {
  const gains = points.flatMap(({ distributedSeconds, searched }) =>
    searched === undefined ? [] : [distributedSeconds / searched.distributedSeconds],
  );
  if (gains.length === 0) return [];
  const most = Math.max(...gains);
  return [
    most < NOTICED
      ? "an order searched for each count gains nothing over the one order"
      : `an order searched for each count is up to ${formatNumber(most)} times faster than the one order`,
  ];
}

/** Powers of two or, where there would be too many, of ten. */
function timesOf(points: readonly SpeedupPoint[]): Trace {
  const all = linesFor(points).flatMap(({ speedup }) => points.map(speedup));
  const [least, most] = [Math.min(1, ...all), Math.max(1, ...all)];
  const base = most / least < 512 ? 2 : 10;
  const power = (value: number): number => Math.log(value) / Math.log(base);
  const [first, last] = [Math.floor(power(least)), Math.ceil(power(most))];
  return ticksOf(Array.from({ length: last - first + 1 }, (_, k) => base ** (first + k)));
}

function ticksOf(values: readonly number[]): Trace {
  return { tickvals: values, ticktext: values.map(String) };
}

interface Line {
  readonly name: string;
  readonly speedup: (point: SpeedupPoint) => number;
  readonly color: string;
  readonly dash: string;
  /** The point that is told where the pointer is. */
  readonly told?: (point: SpeedupPoint) => SpeedupPoint;
}

const LINES: readonly Line[] = [
  { name: "slicing alone, ideal", speedup: ({ devices }) => devices, color: COLOURS.grey, dash: "dash" },
  {
    name: "if moving were free (R)",
    speedup: ({ devices, complexityReduction }) => devices * complexityReduction,
    color: COLOURS.green,
    dash: "dot",
  },
  { name: "distribution", speedup: (point) => point.speedup, color: COLOURS.blue, dash: "solid" },
];

const SEARCHED: Line = {
  name: "an order searched for each",
  speedup: ({ searched }) => searched?.speedup ?? NaN,
  color: COLOURS.vermilion,
  dash: "solid",
  told: (point) => point.searched ?? point,
};

function linesFor(points: readonly SpeedupPoint[]): readonly Line[] {
  return points.some(({ searched }) => searched !== undefined) ? [...LINES, SEARCHED] : LINES;
}

function tracesOf(points: readonly SpeedupPoint[]): Trace[] {
  return linesFor(points).map(({ name, speedup, color, dash, told = (point) => point }) => ({
    ...{ type: "scatter", mode: "lines+markers", name, showlegend: true },
    x: points.map(({ devices }) => devices),
    y: points.map(speedup),
    line: { color, width: 2, dash },
    marker: { color, size: dash === "solid" ? 8 : 4 },
    hoverinfo: "text",
    hovertext: points.map((point) => hoverOf(told(point))),
  }));
}

function hoverOf(point: SpeedupPoint): string {
  const { devices, extraSpeedup, complexityReduction, method, slices } = point;
  return [
    `<b>${counted(devices, "device")}</b>, all modelled`,
    `distributed (${method}): ${formatSeconds(point.distributedSeconds)}, ${counted(slices, "slice")}`,
    `slicing alone: ${formatSeconds(point.slicingSeconds)}`,
    `E = ${formatNumber(extraSpeedup)}, R = ${formatNumber(complexityReduction)}`,
    `communication ${formatNumber(100 * point.communicationShare)} % of the time`,
  ].join("<br>");
}
