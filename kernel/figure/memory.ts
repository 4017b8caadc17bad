/** Memory in use on each device, step by step, against what the device has. As planned: every rank has the same buffers. */
import { formatBytes } from "../../dsl/core.ts";
import type { RunReport } from "../engine/report.ts";
import type { Figure } from "./figure.ts";
import { numbered, thinned, type Numbered } from "./steps.ts";
import { axis, COLOURS, counted, plain, themed, type Trace } from "./theme.ts";
import { byteTicks } from "./ticks.ts";

/** A limit beyond so many times the peak is told and not drawn: the curve would be flat. */
const DRAWN_LIMIT = 8;

/** `memoryBytes`: what a device has. */
export function memoryFigure(report: RunReport, memoryBytes: number): Figure {
  const { network, machine, peakBytes, slices } = report;
  const steps = numbered(report);
  const drawn = memoryBytes <= DRAWN_LIMIT * peakBytes;
  const most = drawn ? Math.max(memoryBytes, peakBytes) : peakBytes;
  const share = Math.round((100 * peakBytes) / memoryBytes);
  const part = share < 1 ? "less than 1 %" : `${share} %`;
  const has = `${part} of the ${formatBytes(memoryBytes)} of a device`;
  const headline = `${network} on ${machine}: at most ${formatBytes(peakBytes)} (modelled), ${has}`;
  const details = [fullest(steps)];
  if (slices > 1) details.push(`within one of ${counted(slices, "slice")}`);
  return themed({
    headline,
    detail: details.join(" · "),
    summary: `${headline}.`,
    data: [liveTrace(steps), ...levelTraces(steps.length, peakBytes, drawn ? memoryBytes : undefined)],
    plotHeight: 260,
    layout: {
      xaxis: axis("step", { range: [0.2, steps.length + 0.8], ...(steps.length < 12 ? { dtick: 1 } : {}) }),
      yaxis: axis("in use on a device", { range: [0, 1.08 * most], ...byteTicks(most) }),
    },
  });
}

function fullest(steps: readonly Numbered[]): string {
  const [first, ...others] = steps;
  if (first === undefined) return "no step takes memory";
  const most = others.reduce(
    (best, next) => (next.step.liveBytes > best.step.liveBytes ? next : best),
    first,
  );
  return `most is in use at step ${most.number}, ${most.step.kind}`;
}

function liveTrace(steps: readonly Numbered[]): Trace {
  const shown = thinned(steps, ({ liveBytes }) => liveBytes);
  return {
    ...{ type: "scatter", mode: "lines", name: "live buffers", showlegend: true },
    x: shown.map(({ number }) => number),
    y: shown.map(({ step }) => step.liveBytes),
    line: { color: COLOURS.blue, width: 1.5, shape: "hvh" },
    fill: "tozeroy",
    fillcolor: "rgba(0,114,178,0.18)",
    hoverinfo: "text",
    hovertext: shown.map(({ number, step }) =>
      [
        `<b>step ${number}: ${step.kind}</b>`,
        plain(step.name),
        `${formatBytes(step.liveBytes)} in use (modelled)`,
      ].join("<br>"),
    ),
  };
}

/** The plan's peak lies a little above the buffers where gaps between them stay empty. */
function levelTraces(steps: number, peakBytes: number, limit: number | undefined): Trace[] {
  const level = (name: string, bytes: number, color: string, dash: string): Trace => ({
    ...{ type: "scatter", mode: "lines", name, showlegend: true },
    x: [0.2, steps + 0.8],
    y: [bytes, bytes],
    line: { color, width: 1.5, dash },
    hoverinfo: "text",
    hovertext: [name, name].map((text) => `${text}: ${formatBytes(bytes)}`),
  });
  const planned = level("reserved", peakBytes, COLOURS.orange, "dot");
  return limit === undefined ? [planned] : [planned, level("device", limit, COLOURS.vermilion, "dash")];
}
