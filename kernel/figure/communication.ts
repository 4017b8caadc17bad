/** Who sends how much, and when: bytes per step under the sizes of what the steps make. All bytes are modelled. */
import { formatBytes } from "../../dsl/core.ts";
import type { RunReport } from "../engine/report.ts";
import type { Figure } from "./figure.ts";
import { activityOf, numbered, sentBytesOf, thinned, type Numbered } from "./steps.ts";
import { axis, COLOURS, counted, FAINT, plain, powerOfTwo, themed, type Trace } from "./theme.ts";
import { byteTicks, timeText } from "./ticks.ts";

/** Moves drawn one by one; of more, the bars take stretches together and the marks are those of the largest. */
const MOST_MOVES = 250;

/** Bars are at least this part of the axis wide. */
const THINNEST = 250;

/** Draws the steps in order. */
export function communicationFigure(report: RunReport): Figure {
  const steps = numbered(report);
  const moves = steps.filter(({ step }) => activityOf(step.kind) === "move");
  const most = maximum(
    stretchesOf(moves, steps.length).map(
      (stretch) => sent(stretch.moves, "node") + sent(stretch.moves, "cluster"),
    ),
  );
  return themed({
    ...wordsOf(report, steps, moves),
    data: [...sizeTraces(steps), ...moveTraces(moves), ...byteTraces(moves, steps.length)],
    plotHeight: most > 0 ? 330 : 230,
    layout: layoutOf(steps, most),
  });
}

function wordsOf(
  { network, machine, ranks }: RunReport,
  steps: readonly Numbered[],
  moves: readonly Numbered[],
): { headline: string; detail: string; summary: string } {
  const total = moves.reduce((sum, { step }) => sum + sentBytesOf(step), 0);
  const where = `${network} on ${machine}`;
  if (total === 0) {
    const nothing =
      ranks === 1 ? "one device, nothing moves (modelled)" : "no data moves between devices (modelled)";
    const detail = `sizes of what the ${counted(steps.length, "step")} make`;
    return { headline: `${where}: ${nothing}`, detail, summary: `${where}: ${nothing}.` };
  }
  const largest = moves.reduce((best, move) =>
    sentBytesOf(move.step) > sentBytesOf(best.step) ? move : best,
  );
  const share = Math.round((100 * sentBytesOf(largest.step)) / total);
  const sends = `each of ${ranks} devices sends ${formatBytes(total)} (modelled)`;
  const marks = moves.length > MOST_MOVES ? ` · the ${MOST_MOVES} largest moves are marked` : "";
  const detail = `${moves.length} of ${counted(steps.length, "step")} move data · largest: ${largest.step.kind} at step ${largest.number}, ${share} %${marks}`;
  return {
    headline: `${where}: ${sends}`,
    detail,
    summary: `${where}: ${sends} in ${counted(moves.length, "move")}.`,
  };
}

function layoutOf(steps: readonly Numbered[], most: number): Trace {
  const numbers = axis("step", {
    domain: [0, 1],
    range: [0.2, steps.length + 0.8],
    ...(steps.length < 12 ? { dtick: 1 } : {}),
    anchor: most > 0 ? "y2" : "y",
  });
  const sizes = steps.map(({ step }) => step.outElements).filter((size) => size > 0);
  const largest = Math.log10(2) * Math.ceil(Math.log2(Math.max(2, ...sizes.slice(0, 1), maximum(sizes))));
  return {
    xaxis: most > 0 ? numbers : { ...numbers, anchor: "y" },
    yaxis: axis("elements on a device", {
      type: "log",
      domain: most > 0 ? [0.54, 1] : [0, 1],
      range: [-0.05 * largest, 1.08 * largest],
      ...powerTicks(Math.round(largest / Math.log10(2))),
    }),
    ...(most > 0
      ? {
          yaxis2: axis("sent by each device", {
            domain: [0, 0.44],
            range: [0, 1.08 * most],
            ...byteTicks(most),
          }),
        }
      : {}),
    barmode: "stack",
  };
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** At most six ticks at powers of two. */
function powerTicks(log2: number): Trace {
  const stride = Math.max(1, Math.ceil(log2 / 5));
  const powers = Array.from({ length: Math.floor(log2 / stride) + 1 }, (_, k) => k * stride);
  return {
    tickvals: powers.map((power) => 2 ** power),
    ticktext: powers.map((power) => `2<sup>${power}</sup>`),
  };
}

function hoverOf({ number, step }: Numbered): string {
  const { node, cluster } = step.model.sentBytes;
  const lines = [`<b>step ${number}: ${step.kind}</b>`, plain(step.name)];
  if (step.outElements > 0)
    lines.push(`makes ${powerOfTwo(Math.log2(step.outElements))} elements on each device`);
  if (step.executions > 1) lines.push(`${counted(step.executions, "slice")} together`);
  if (node > 0) lines.push(`${formatBytes(node)} within the node (modelled)`);
  if (cluster > 0) lines.push(`${formatBytes(cluster)} between nodes (modelled)`);
  lines.push(`${timeText(step.model.seconds)} modelled`);
  if (step.measuredSeconds !== undefined) lines.push(`${timeText(maximum(step.measuredSeconds))} measured`);
  return lines.join("<br>");
}

/** The line of sizes: its valleys are the cheap places to move. */
function sizeTraces(steps: readonly Numbered[]): Trace[] {
  const shown = thinned(
    steps.filter(({ step }) => step.outElements > 0),
    ({ outElements }) => outElements,
  );
  return [
    {
      ...{ type: "scatter", mode: "lines", name: "size made", showlegend: true },
      x: shown.map(({ number }) => number),
      y: shown.map(({ step }) => step.outElements),
      line: { color: COLOURS.grey, width: 1.5, shape: "hvh" },
      hoverinfo: "text",
      hovertext: shown.map(hoverOf),
    },
  ];
}

const MARKS = [
  ["redistribute", "diamond"],
  ["gather", "triangle-up"],
  ["reduce", "circle"],
  ["reduce-scatter", "square"],
  ["broadcast", "star"],
] as const;

/** A mark on the line of sizes for every move, by kind; of many moves for the largest. */
function moveTraces(moves: readonly Numbered[]): Trace[] {
  const marked =
    moves.length <= MOST_MOVES
      ? moves
      : [...moves].sort((a, b) => sentBytesOf(b.step) - sentBytesOf(a.step)).slice(0, MOST_MOVES);
  return MARKS.flatMap(([kind, symbol]) => {
    const own = marked.filter(({ step }) => step.kind === kind);
    if (own.length === 0) return [];
    return [
      {
        ...{ type: "scatter", mode: "markers", name: kind, showlegend: true },
        x: own.map(({ number }) => number),
        y: own.map(({ step }) => Math.max(1, step.outElements)),
        cliponaxis: false,
        marker: { symbol, size: 9, color: COLOURS.vermilion, line: { width: 1, color: FAINT } },
        hoverinfo: "text",
        hovertext: own.map(hoverOf),
      },
    ];
  });
}

/** Stacked bars: what each device sends within its node and between nodes. */
function byteTraces(moves: readonly Numbered[], steps: number): Trace[] {
  const stretches = stretchesOf(moves, steps);
  const tiers = [
    ["node", "in the node", COLOURS.blue],
    ["cluster", "between nodes", COLOURS.orange],
  ] as const;
  return tiers.flatMap(([tier, name, color]) => {
    const own = stretches.filter((stretch) => sent(stretch.moves, tier) > 0);
    if (own.length === 0) return [];
    return [
      {
        ...{ type: "bar", name, xaxis: "x", yaxis: "y2", showlegend: true },
        x: own.map(({ middle }) => middle),
        y: own.map((stretch) => sent(stretch.moves, tier)),
        width: Math.max(0.8, steps / THINNEST),
        marker: { color, line: { width: 0 } },
        hoverinfo: "text",
        hovertext: own.map(hoverOfStretch),
      },
    ];
  });
}

/** Moves that one bar shows. */
interface Stretch {
  readonly middle: number;
  readonly moves: readonly Numbered[];
}

/** One a move; of many moves, as many equal stretches of steps as can be told apart. */
function stretchesOf(moves: readonly Numbered[], steps: number): Stretch[] {
  if (moves.length <= MOST_MOVES) return moves.map((move) => ({ middle: move.number, moves: [move] }));
  const length = Math.ceil(steps / THINNEST);
  const found = new Map<number, Numbered[]>();
  for (const move of moves) {
    const stretch = Math.floor((move.number - 1) / length);
    const known = found.get(stretch);
    if (known === undefined) found.set(stretch, [move]);
    else known.push(move);
  }
  return [...found].map(([stretch, own]) => ({ middle: (stretch + 0.5) * length + 0.5, moves: own }));
}

function sent(moves: readonly Numbered[], tier: "node" | "cluster"): number {
  return moves.reduce((bytes, { step }) => bytes + step.model.sentBytes[tier], 0);
}

function hoverOfStretch({ moves }: Stretch): string {
  const [first, last] = [moves[0], moves.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (first === last) return hoverOf(first);
  const lines = [
    `<b>steps ${first.number} to ${last.number}</b>: ${counted(moves.length, "move")}`,
    `${formatBytes(sent(moves, "node"))} within the node (modelled)`,
    `${formatBytes(sent(moves, "cluster"))} between nodes (modelled)`,
  ];
  return lines.join("<br>");
}
