/** What is left of a network at one stage of its contraction, as traces: the same ones at every stage, so that one replaces the other. */
import type { Network } from "../../dsl/core.ts";
import type { Point } from "./graph.ts";
import type { Part, Stage } from "./stages.ts";
import {
  COLOURS,
  counted,
  elementsText,
  FAINT,
  listed,
  plain,
  rounded,
  SIZE_SCALE,
  type Trace,
} from "./theme.ts";

export interface Scene {
  readonly network: Network;
  /** By id in the tree. */
  readonly parts: readonly Part[];
  /** By id; of a result the middle of its tensors. Only of ids that a stage has. */
  readonly places: ReadonlyMap<number, Point>;
  /** log2 of the elements of the largest tensor at any stage. */
  readonly log2Largest: number;
}

/** Networks of up to so many tensors have their names written beside them. */
const NAMED_TENSORS = 12;

/** Labels that a hover text has room for. */
const HOVER_LABELS = 6;

/** Lines by the log2 of what they carry: pixels, from so many on. */
const WIDTHS = [
  { from: 0, width: 1.2 },
  { from: 3, width: 2.5 },
  { from: 6, width: 4.5 },
  { from: 10, width: 7 },
] as const;

export function stageTraces(scene: Scene, stage: Stage): Trace[] {
  const { bonds, hubs } = tiesOf(scene, stage);
  const spokes = hubs.flatMap(({ centre, ends, log2 }) =>
    ends.map((end) => ({ points: [end, centre], log2 })),
  );
  const lines = [...bonds, ...spokes];
  return [
    ...WIDTHS.map(({ from, width }, k) => {
      const below = WIDTHS[k + 1]?.from ?? Infinity;
      const own = lines.filter(({ log2 }) => log2 >= from && log2 < below);
      return lineTrace(
        `bonds from 2^${from}`,
        own.map(({ points }) => points),
        { color: FAINT, width },
      );
    }),
    lineTrace(
      "contracted next",
      stage.next.map((pair) => pair.map((id) => placeOf(scene, id))),
      { color: COLOURS.blue, width: 2.5 },
    ),
    {
      ...pointsOf(
        "hyperedge",
        hubs.map(({ centre }) => centre),
      ),
      hovertext: hubs.map(({ labels }) => `<b>${plain(listed(labels, HOVER_LABELS))}</b>: hyperedge`),
      marker: { size: 6, color: COLOURS.grey },
    },
    tensorTrace(scene, stage),
    ringTrace(scene, stage),
  ];
}

interface Line {
  readonly points: readonly Point[];
  readonly log2: number;
}

interface Hub {
  readonly labels: readonly string[];
  readonly centre: Point;
  readonly ends: readonly Point[];
  readonly log2: number;
}

/** Indices between two tensors, and those between more; those with the same ends share a line, or a hub. */
function tiesOf(
  scene: Scene,
  { live }: Stage,
): { readonly bonds: readonly Line[]; readonly hubs: readonly Hub[] } {
  const ties = [...labelsByEnds(scene, live)].map(([key, labels]) => {
    const ends = key.split(" ").map((id) => placeOf(scene, Number(id)));
    const log2 = labels.reduce((sum, label) => sum + Math.log2(scene.network.extents[label] ?? 1), 0);
    return { labels, ends, log2 };
  });
  return {
    bonds: ties.filter(({ ends }) => ends.length === 2).map(({ ends, log2 }) => ({ points: ends, log2 })),
    hubs: ties.filter(({ ends }) => ends.length > 2).map((tie) => ({ ...tie, centre: middleOf(tie.ends) })),
  };
}

/** Labels by the ids that hold them, joined by blanks. */
function labelsByEnds({ parts }: Scene, live: readonly number[]): Map<string, string[]> {
  const holders = new Map<string, number[]>();
  for (const id of live)
    for (const label of parts[id]?.labels ?? []) holders.set(label, [...(holders.get(label) ?? []), id]);
  const labels = new Map<string, string[]>();
  for (const [label, ids] of holders) {
    const key = ids.join(" ");
    labels.set(key, [...(labels.get(key) ?? []), label]);
  }
  return labels;
}

function placeOf({ places }: Scene, id: number): Point {
  return places.get(id) ?? [0, 0];
}

function middleOf(points: readonly Point[]): Point {
  const sum = (axis: 0 | 1): number => points.reduce((all, point) => all + point[axis], 0);
  return points.length === 0 ? [0, 0] : [sum(0) / points.length, sum(1) / points.length];
}

function lineTrace(name: string, lines: readonly (readonly Point[])[], line: Trace): Trace {
  const coordinate = (axis: 0 | 1): (number | null)[] =>
    lines.flatMap((points) => [...points.map((point) => rounded(point[axis], 4)), null]).slice(0, -1);
  return {
    ...{ type: "scatter", mode: "lines", name, x: coordinate(0), y: coordinate(1) },
    ...{ line, hoverinfo: "skip", showlegend: name === "contracted next" },
  };
}

function pointsOf(name: string, points: readonly Point[]): Trace {
  return {
    ...{ type: "scatter", mode: "markers", name, showlegend: false, hoverinfo: "text" },
    x: points.map((point) => rounded(point[0], 4)),
    y: points.map((point) => rounded(point[1], 4)),
  };
}

/** Of a tensor its own, of a result that of the order's figure. */
export function nameOf(network: Network, id: number): string {
  return network.tensors[id]?.name ?? `#${id}`;
}

function sizeOf(scene: Scene, id: number, most: number): number {
  const part = (scene.parts[id]?.log2Size ?? 0) / Math.max(1, scene.log2Largest);
  return rounded(7 + (most - 7) * part, 3);
}

/** Pixels of the largest tensor. */
const LARGEST = 24;

function tensorTrace(scene: Scene, { live }: Stage): Trace {
  const { network, parts, log2Largest } = scene;
  const named = network.tensors.length <= NAMED_TENSORS;
  const names = {
    mode: "markers+text",
    text: live.map((id) => plain(nameOf(network, id))),
    ...{ textposition: "bottom center", textfont: { size: 12 } },
  };
  return {
    ...pointsOf(
      "tensor",
      live.map((id) => placeOf(scene, id)),
    ),
    ...(named ? names : {}),
    hovertext: live.map((id) => hoverOf(scene, id)),
    marker: {
      opacity: 1,
      size: live.map((id) => sizeOf(scene, id, LARGEST)),
      color: live.map((id) => rounded(parts[id]?.log2Size ?? 0, 4)),
      ...{ colorscale: SIZE_SCALE, cmin: 0, cmax: Math.max(1, rounded(log2Largest, 4)), showscale: false },
      line: { width: 0 },
    },
  };
}

function hoverOf({ network, parts }: Scene, id: number): string {
  const { labels = [], log2Size = 0, tensors = 1 } = parts[id] ?? {};
  const of = tensors === 1 ? "" : ` of ${counted(tensors, "tensor")}`;
  return `<b>${plain(nameOf(network, id))}</b>[${plain(listed(labels, HOVER_LABELS))}]${of}<br>${elementsText(log2Size)} elements`;
}

/** Rings around what is contracted next. */
function ringTrace(scene: Scene, { next }: Stage): Trace {
  const ids = next.flat();
  return {
    ...pointsOf(
      "next",
      ids.map((id) => placeOf(scene, id)),
    ),
    hoverinfo: "skip",
    marker: {
      ...{ symbol: "circle-open", color: COLOURS.blue, line: { width: 2 } },
      opacity: 1,
      size: ids.map((id) => rounded(sizeOf(scene, id, LARGEST) + 7, 3)),
    },
  };
}
