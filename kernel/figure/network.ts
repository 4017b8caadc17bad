/** The network as a graph: tensors as nodes, indices as lines, dots and open ends. */
import type { Network } from "../../dsl/core.ts";
import { clustered } from "./cluster.ts";
import type { Figure } from "./figure.ts";
import type { Drawing } from "./drawing.ts";
import { isHyperedge, jointsOf, type Point } from "./graph.ts";
import { surroundingsOf } from "./legs.ts";
import { lineTraces } from "./lines.ts";
import { bondTraces, hubTraces, tensorTraces, tipTraces } from "./marks.ts";
import { placesOf } from "./place.ts";
import { counted, listed, rounded, themed, type Trace } from "./theme.ts";

/** More tensors are drawn as so many patches. */
const MOST_TENSORS = 2000;
const PATCHES = 500;

/** Pixels. */
const WIDTH = 660;
const HEIGHTS = { least: 150, most: 540 };

/** Draws a network. Beyond 2000 tensors a node stands for a patch of them, and the title says so. */
export function networkFigure(network: Network): Figure {
  const drawn = network.tensors.length > MOST_TENSORS ? clustered(network, PATCHES) : network;
  const joints = jointsOf(drawn);
  const places = placesOf(drawn, joints);
  const patched = drawn !== network;
  const drawing = { network: drawn, joints, places, patched, ...surroundingsOf(joints, places) };
  const facts = factsOf(network);
  return themed({
    headline: `${network.name}: ${facts}`,
    detail: detailOf(network, drawn),
    summary: `${network.name} has ${facts}.`,
    data: [
      ...lineTraces(drawing),
      ...bondTraces(drawing),
      ...hubTraces(drawing),
      ...tipTraces(drawing),
      ...tensorTraces(drawing),
    ],
    ...frameOf(drawing),
  });
}

function factsOf(network: Network): string {
  const joints = jointsOf(network);
  const hyperedges = joints.filter(isHyperedge).length;
  const several = `${hyperedges.toLocaleString("en")} of them hyperedges`;
  const shared = hyperedges === 0 ? "" : hyperedges === 1 ? ", 1 of them a hyperedge" : `, ${several}`;
  return `${counted(network.tensors.length, "tensor")}, ${counted(joints.length, "index", "indices")}${shared}`;
}

function detailOf(network: Network, drawn: Network): string {
  const patches =
    drawn === network
      ? []
      : [`drawn as ${counted(drawn.tensors.length, "patch", "patches")} of neighbouring tensors`];
  const extents = jointsOf(network).map(({ extent }) => extent);
  const [least, most] = [
    extents.reduce((a, b) => Math.min(a, b), Infinity),
    extents.reduce((a, b) => Math.max(a, b), 0),
  ];
  const range =
    extents.length === 0 ? [] : [least === most ? `every extent ${most}` : `extents ${least} to ${most}`];
  const open = network.open.length === 0 ? "a scalar" : `open: ${listed(network.open, 6)}`;
  return [...patches, ...range, open].join(" · ");
}

/** The drawn part of the plane and its height in pixels. */
function frameOf({ places, tips }: Drawing): { plotHeight: number; layout: Trace } {
  const points = [...places.tensors, ...places.joints.values(), ...tips.values()];
  const range = (pick: (point: Point) => number): readonly [number, number] => {
    const values = points.map(pick);
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    const margin = 0.5 + 0.02 * (high - low);
    return points.length === 0 ? [-1, 1] : [rounded(low - margin), rounded(high + margin)];
  };
  const [x, y] = [range((point) => point[0]), range((point) => point[1])];
  const aspect = (y[1] - y[0]) / (x[1] - x[0]);
  const natural = places.square ? WIDTH * aspect : 26 * (y[1] - y[0]);
  const most = Math.min(HEIGHTS.most, 200 + 12 * places.tensors.length);
  const plotHeight = Math.round(Math.min(most, Math.max(HEIGHTS.least, natural)));
  const hidden = { visible: false, showgrid: false, zeroline: false };
  return {
    plotHeight,
    layout: {
      xaxis: { ...hidden, range: x },
      yaxis: { ...hidden, range: y, ...(places.square ? { scaleanchor: "x" } : {}) },
    },
  };
}
