/** Ways to lay one network over one machine, side by side. All modelled. */
import { formatBytes, formatNumber, formatSeconds, type Method } from "../../dsl/core.ts";
import type { Figure } from "./figure.ts";
import { axis, COLOURS, counted, plain, themed, type Trace } from "./theme.ts";
import { timeScale, type TimeScale } from "./ticks.ts";

export interface Compared {
  readonly method: Method;
  readonly devices: number;
  readonly seconds: number;
  /** E: over slicing alone on as many devices. */
  readonly extraSpeedup: number;
  /** Part of the time, 0 to 1. */
  readonly communicationShare: number;
  readonly slices: number;
  readonly peakBytes: number;
}

/** A method that found no schedule says why. */
export type ComparisonRow = Compared | { readonly method: Method; readonly refused: string };

export function comparisonFigure(network: string, machine: string, rows: readonly ComparisonRow[]): Figure {
  const fitting = rows.filter((row): row is Compared => !("refused" in row));
  const headline = `${network} on ${machine}: ${findingOf(fitting)}`;
  const refused = rows.length - fitting.length;
  const longest = Math.max(0, ...fitting.map(({ seconds }) => seconds));
  const scale = timeScale(longest);
  return themed({
    headline,
    detail: refused === 0 ? "" : `${counted(refused, "method")} found no schedule that fits`,
    summary: `${headline}.`,
    data: barsOf(rows, scale),
    plotHeight: 40 + 34 * rows.length,
    layout: {
      xaxis: axis("time of the whole contraction, modelled", { rangemode: "tozero", ...scale.axis }),
      yaxis: { autorange: "reversed", showgrid: false, automargin: true, type: "category", ticks: "" },
      barmode: "stack",
      bargap: 0.35,
    },
  });
}

function findingOf(rows: readonly Compared[]): string {
  const [first, ...others] = rows;
  if (first === undefined) return "no method finds a schedule that fits";
  const best = others.reduce((least, row) => (row.seconds < least.seconds ? row : least), first);
  const worst = others.reduce((most, row) => (row.seconds > most.seconds ? row : most), first);
  const time = `${formatSeconds(best.seconds)} by ${best.method} (modelled)`;
  const ratio = worst.seconds / best.seconds;
  return ratio < 1.01 ? time : `${time}, ${formatNumber(ratio)} times faster than ${worst.method}`;
}

/** Time of computing and of moving, one after the other. */
function barsOf(rows: readonly ComparisonRow[], scale: TimeScale): Trace[] {
  const parts = [
    ["compute", COLOURS.blue, (row: Compared) => row.seconds * (1 - row.communicationShare)],
    ["move between devices", COLOURS.orange, (row: Compared) => row.seconds * row.communicationShare],
  ] as const;
  return parts.map(([name, color, seconds]) => ({
    ...{ type: "bar", orientation: "h", name, showlegend: true },
    y: rows.map(({ method }) => method),
    x: rows.map((row) => ("refused" in row ? 0 : seconds(row) / scale.seconds)),
    marker: { color, line: { width: 0 } },
    hoverinfo: "text",
    textposition: "none",
    hovertext: rows.map(hoverOf),
  }));
}

function hoverOf(row: ComparisonRow): string {
  if ("refused" in row) return `<b>${row.method}</b><br>${plain(row.refused)}`;
  return [
    `<b>${row.method}</b> on ${counted(row.devices, "device")}, all modelled`,
    `${formatSeconds(row.seconds)}, E = ${formatNumber(row.extraSpeedup)}`,
    `communication ${formatNumber(100 * row.communicationShare)} % of the time`,
    `${counted(row.slices, "slice")}, ${formatBytes(row.peakBytes)} a device`,
  ].join("<br>");
}
