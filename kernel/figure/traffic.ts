/** Who sends to whom: bytes by sending and receiving device. All modelled. */
import { formatBytes, trafficBetween, walkExecutions, type Schedule, type Traffic } from "../../dsl/core.ts";
import type { Figure } from "./figure.ts";
import { axis, COLOURS, counted, rounded, SIZE_SCALE, themed, type Trace } from "./theme.ts";
import { byteTicks } from "./ticks.ts";

/** Rows of the matrix; of more devices neighbours are taken together. */
const MOST_ROWS = 64;

/** Pixels. */
const HEIGHT = 440;

/** Cells of matrices up to this many rows stand apart. */
const GAPPED_ROWS = 32;

export function trafficFigure(schedule: Schedule): Figure {
  const traffic = trafficBetween(schedule, MOST_ROWS);
  const rows = traffic.bytes.length;
  const most = traffic.bytes.flat().reduce((a, b) => Math.max(a, b), 0);
  const headline = `${schedule.network} on ${schedule.machine}: ${findingOf(schedule, traffic)}`;
  const unit = unitOf(traffic);
  return themed({
    headline,
    detail: detailOf(traffic, unit),
    summary: `${headline}.`,
    data: [matrixTrace(traffic, unit, most), ...nodeTraces(traffic)],
    plotHeight: HEIGHT,
    layout: {
      xaxis: sideOf(`receiving ${unit}`, traffic, [-0.5, rows - 0.5]),
      yaxis: { ...sideOf(`sending ${unit}`, traffic, [rows - 0.5, -0.5]), scaleanchor: "x" },
    },
  });
}

function findingOf(schedule: Schedule, { ranks, ranksPerNode }: Traffic): string {
  if (ranks === 1) return "one device, nothing moves (modelled)";
  const sent = { node: 0, cluster: 0 };
  walkExecutions(schedule, ({ model }, times) => {
    sent.node += times * model.sentBytes.node;
    sent.cluster += times * model.sentBytes.cluster;
  });
  const all = sent.node + sent.cluster;
  if (all === 0) return "no data moves between devices (modelled)";
  const whole = `${formatBytes(ranks * all)} between ${counted(ranks, "device")}`;
  if (ranksPerNode === ranks) return `${whole}, all within a node (modelled)`;
  return `${whole}, ${shareText(sent.cluster / all)} of it between nodes (modelled)`;
}

/** A part in whole per cent, of which the least and the most are told from none and all. */
function shareText(part: number): string {
  const percent = Math.round(100 * part);
  if (percent === 0 && part > 0) return "less than 1 %";
  return percent === 100 && part < 1 ? "more than 99 %" : `${percent} %`;
}

/** What a row stands for. */
function unitOf({ ranksPerBlock, ranksPerNode }: Traffic): string {
  if (ranksPerBlock === 1) return "rank";
  if (ranksPerBlock === ranksPerNode) return "node";
  return ranksPerBlock > ranksPerNode
    ? `group of ${ranksPerBlock / ranksPerNode} nodes`
    : `group of ${ranksPerBlock} ranks`;
}

function detailOf({ ranks, ranksPerNode, ranksPerBlock }: Traffic, unit: string): string {
  const nodes = ranks / ranksPerNode;
  const parts = [`whole run, each ${unit}'s bytes to each other`];
  if (ranksPerBlock > 1) parts.push(`on the diagonal what stays within a ${unit}`);
  else if (nodes > 1) parts.push(`${counted(nodes, "node")} of ${ranksPerNode} outlined`);
  return parts.join(" · ");
}

/** Every row has its number where there are few, else the first of each node. */
function sideOf(title: string, { bytes, ...traffic }: Traffic, range: readonly [number, number]): Trace {
  const dtick = bytes.length <= 12 ? 1 : Math.ceil(traffic.ranksPerNode / traffic.ranksPerBlock);
  const ticks = bytes.length / dtick <= 16 ? { dtick } : {};
  return axis(title, { range, constrain: "domain", showgrid: false, ticks: "", ...ticks });
}

function matrixTrace({ bytes }: Traffic, unit: string, most: number): Trace {
  const numbers = bytes.map((_, k) => k);
  const gap = numbers.length <= GAPPED_ROWS ? 1 : 0;
  return {
    ...{ type: "heatmap", name: "bytes", x: numbers, y: numbers, xgap: gap, ygap: gap },
    // What sends nothing stays empty.
    z: bytes.map((row) => row.map((sent) => (sent === 0 ? null : rounded(sent)))),
    text: bytes.map((row) => row.map((sent) => formatBytes(sent))),
    ...{ zmin: 0, zmax: Math.max(1, rounded(most)), colorscale: SIZE_SCALE },
    hovertemplate: `${unit} %{y} sends ${unit} %{x}<br><b>%{text}</b> (modelled)<extra></extra>`,
    colorbar: {
      ...byteTicks(most),
      ...{ orientation: "h", thickness: 12, outlinewidth: 0, lenmode: "pixels", len: 260 },
      ...{ x: 0, xref: "container", xanchor: "left", xpad: 16 },
      ...{ y: 0, yref: "container", yanchor: "bottom", ypad: 4 },
    },
  };
}

/** A frame around each node's own square. */
function nodeTraces({ ranks, ranksPerNode, ranksPerBlock }: Traffic): Trace[] {
  const nodes = ranks / ranksPerNode;
  if (nodes === 1 || ranksPerBlock >= ranksPerNode) return [];
  const rows = ranksPerNode / ranksPerBlock;
  const corners = Array.from({ length: nodes }, (_, node) => {
    const [first, last] = [node * rows - 0.5, (node + 1) * rows - 0.5];
    return [
      [first, first],
      [last, first],
      [last, last],
      [first, last],
      [first, first],
    ] as const;
  });
  const line = (axis: 0 | 1): (number | null)[] =>
    corners.flatMap((frame) => [...frame.map((corner) => corner[axis]), null]).slice(0, -1);
  return [
    {
      ...{ type: "scatter", mode: "lines", name: "node", x: line(0), y: line(1) },
      ...{ line: { color: COLOURS.blue, width: 2 }, hoverinfo: "skip", showlegend: false },
    },
  ];
}
