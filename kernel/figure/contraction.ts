/** A contraction to step through: the network shrinks pair by pair, under what that has cost so far. */
import { cost, type ContractionTree, type Network } from "../../dsl/core.ts";
import type { Figure, Frame } from "./figure.ts";
import { jointsOf, type Point } from "./graph.ts";
import { placesOf } from "./place.ts";
import { nameOf, stageTraces, type Scene } from "./scene.ts";
import { stagesOf, type Stage, type Stages } from "./stages.ts";
import {
  counted,
  countFromLog2,
  elementsText,
  FAINT,
  rounded,
  themed,
  titleLines,
  type Trace,
} from "./theme.ts";

/** Tensors of the first picture, and pictures; networks with many lines take the next. */
const BOUNDS = [
  { mostLive: 80, mostStages: 32 },
  { mostLive: 40, mostStages: 24 },
  { mostLive: 20, mostStages: 16 },
  { mostLive: 12, mostStages: 12 },
] as const;

/** Characters of a figure's JSON, so that notebooks stay small. */
const MOST_CHARACTERS = 250_000;

/** Larger networks are laid out as they are in the first picture. */
const MOST_PLACED = 2000;

/** Indices that tell two tensors of one name apart: more would not fit the line. */
const MOST_LABELS = 3;

/** Pixels: of the plot, and of the slider below it. */
const HEIGHTS = { least: 180, most: 460 };
const WIDTH = 660;
const CONTROLS = 60;

/** What all pictures share. */
interface Contraction extends Stages {
  readonly network: Network;
  readonly tree: ContractionTree;
  /** log2 of the multiply-adds of all pairs, within one slice. */
  readonly log2Work: number;
  readonly log2Largest: number;
}

/** Throws UserError where the tree does not fit the network. */
export function contractionFigure(network: Network, tree: ContractionTree): Figure {
  const [first, ...smaller] = BOUNDS;
  return smaller.reduce(
    (figure, bounds) =>
      JSON.stringify(figure).length <= MOST_CHARACTERS ? figure : drawn(network, tree, bounds),
    drawn(network, tree, first),
  );
}

function drawn(network: Network, tree: ContractionTree, bounds: (typeof BOUNDS)[number]): Figure {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const log2Work = log10Flops * Math.log2(10) - log2Slices;
  const contraction = { ...stagesOf(network, tree, bounds), network, tree, log2Work, log2Largest: log2Size };
  const { stages } = contraction;
  const { places, square } = placedParts(contraction);
  const scene = { ...contraction, places };
  const frames = stages.map((stage) => pictureOf(contraction, scene, stage));
  const pairs = counted(tree.pairs.length, "pair");
  const { done = 0 } = stages[0] ?? {};
  const from = done === 0 ? "" : `, the first ${done} before the first picture`;
  return themed({
    ...wordsOf(contraction, stages[0] ?? NOTHING),
    summary: `The contraction of ${network.name}, ${pairs} one by one${from}: ${workText(contraction)}, the largest intermediate of ${elementsText(log2Size)} elements.`,
    data: frames[0]?.data ?? [],
    frames,
    controlsHeight: CONTROLS,
    ...frameOf([...places.values()], square, stages),
  });
}

const NOTHING: Stage = { done: 0, live: [], next: [], log2Work: -Infinity };

function workText({ tree, log2Work }: Contraction): string {
  if (tree.pairs.length === 0) return "nothing to contract";
  return `${countFromLog2(log2Work)} multiply-adds${tree.sliced.length === 0 ? "" : " a slice"}`;
}

function pictureOf(contraction: Contraction, scene: Scene, stage: Stage): Frame {
  const { headline, detail } = wordsOf(contraction, stage);
  const data = stageTraces(scene, stage);
  return {
    name: String(stage.done),
    data,
    traces: data.map((_, position) => position),
    layout: { title: { text: titleLines(headline, detail).join("<br>") } },
  };
}

/** Of every picture two lines, so that nothing moves from one to the next. */
function wordsOf(
  contraction: Contraction,
  { done, live, next, log2Work }: Stage,
): { readonly headline: string; readonly detail: string } {
  const { network, tree, parts } = contraction;
  const pairs = tree.pairs.length;
  const share = done === pairs ? 100 : Math.min(99, Math.floor(100 * 2 ** (log2Work - contraction.log2Work)));
  const whole = `${counted(pairs, "pair")}, ${workText(contraction)}, largest intermediate ${elementsText(contraction.log2Largest)} elements`;
  const so = `${done} of ${counted(pairs, "pair")} done, ${share} % of ${workText(contraction)}`;
  const held = live.reduce((most, id) => Math.max(most, parts[id]?.log2Size ?? 0), 0);
  const [pair = [], ...more] = next;
  const names = pair.map((id) => nameAmong(contraction, live, id)).join(" with ");
  const others = more.length === 0 ? "" : ` and ${counted(more.length, "pair")} more`;
  const upcoming = names === "" ? "" : ` · next ${names}${others}`;
  return {
    headline: `Contraction of ${network.name}: ${done === 0 ? whole : so}`,
    detail: `${counted(live.length, "tensor")} left, the largest of ${elementsText(held)} elements${upcoming}`,
  };
}

/** Of a tensor whose name another one has too, with its indices. */
function nameAmong({ network, parts }: Contraction, live: readonly number[], id: number): string {
  const name = nameOf(network, id);
  if (!live.some((other) => other !== id && nameOf(network, other) === name)) return name;
  const labels = parts[id]?.labels ?? [];
  const more = labels.length > MOST_LABELS ? ",..." : "";
  return `${name}[${labels.slice(0, MOST_LABELS).join()}${more}]`;
}

/** Of every id from the first picture on; a result lies in the middle of its tensors. */
function placedParts({ network, tree, parts, stages }: Contraction): {
  readonly places: ReadonlyMap<number, Point>;
  readonly square: boolean;
} {
  const first = stages[0] ?? NOTHING;
  const whole = network.tensors.length <= MOST_PLACED;
  const drawn = whole ? network : remainder(network, parts, first);
  const { tensors, square } = placesOf(drawn, jointsOf(drawn));
  const places = new Map<number, Point>();
  tensors.forEach((point, position) => places.set(whole ? position : (first.live[position] ?? 0), point));
  tree.pairs.forEach((pair, step) => {
    const id = tree.leaves + step;
    if (places.has(id) || !pair.every((operand) => places.has(operand))) return;
    const weighed = pair.flatMap((operand) => {
      const point = places.get(operand) ?? ([0, 0] as const);
      return [{ point, weight: parts[operand]?.tensors ?? 1 }];
    });
    const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const mean = (axis: 0 | 1): number =>
      weighed.reduce((sum, { point, weight }) => sum + (point[axis] * weight) / all, 0);
    places.set(id, [mean(0), mean(1)]);
  });
  return { places, square };
}

/** What is left of a network, as a network. */
function remainder(network: Network, parts: Stages["parts"], { live }: Stage): Network {
  return {
    ...network,
    tensors: live.map((id) => ({ name: nameOf(network, id), labels: parts[id]?.labels ?? [] })),
  };
}

/** The drawn part of the plane, and what steps through the pictures. */
function frameOf(
  points: readonly Point[],
  square: boolean,
  stages: readonly Stage[],
): { readonly plotHeight: number; readonly layout: Trace } {
  const range = (axis: 0 | 1): readonly [number, number] => {
    const [low, high] = points.reduce(
      ([least, most], point) => [Math.min(least, point[axis]), Math.max(most, point[axis])],
      [Infinity, -Infinity],
    );
    const margin = 0.6 + 0.04 * (high - low);
    return [rounded(low - margin), rounded(high + margin)];
  };
  const [x, y] = [range(0), range(1)];
  const natural = (WIDTH * (y[1] - y[0])) / (x[1] - x[0]);
  const hidden = { visible: false, showgrid: false, zeroline: false };
  return {
    plotHeight: Math.round(Math.min(HEIGHTS.most, Math.max(HEIGHTS.least, natural))),
    layout: {
      xaxis: { ...hidden, range: x },
      yaxis: { ...hidden, range: y, ...(square ? { scaleanchor: "x" } : {}) },
      ...(stages.length > 1 ? controlsOf(stages) : {}),
    },
  };
}

/** Milliseconds that each picture stays while it plays. */
const PACE = 600;

/** Of a grey that can be read on light and on dark pages. */
const INK = { color: "#7d8590", size: 12 };

function controlsOf(stages: readonly Stage[]): Trace {
  const at = { mode: "immediate", transition: { duration: 0 } };
  const button = (label: string, args: readonly unknown[]): Trace => ({ label, method: "animate", args });
  const play = { ...at, fromcurrent: true, frame: { duration: PACE, redraw: true } };
  const jump = { ...at, frame: { duration: 0, redraw: true } };
  return {
    sliders: [
      {
        ...{ active: 0, x: 0.14, len: 0.86, y: 0, yanchor: "top", pad: { t: 6, b: 0 } },
        currentvalue: { prefix: "pairs done: ", xanchor: "left", font: INK },
        ...{
          font: { ...INK, size: 10 },
          bgcolor: FAINT,
          activebgcolor: FAINT,
          bordercolor: FAINT,
          tickcolor: FAINT,
        },
        steps: stages.map(({ done }) => button(String(done), [[String(done)], jump])),
      },
    ],
    updatemenus: [
      {
        ...{ type: "buttons", direction: "left", showactive: false },
        ...{ x: 0, xanchor: "left", y: 0, yanchor: "top", pad: { t: 22 } },
        ...{ bgcolor: "rgba(128,136,148,0.12)", bordercolor: FAINT, font: INK },
        buttons: [button("play", [null, play]), button("stop", [[null], jump])],
      },
    ],
  };
}
