/** The contraction tree, root on top, beside the sizes of what it makes. */
import { cost, type ContractionTree, type Network } from "../../dsl/core.ts";
import { dendrogram, type Branch } from "./dendrogram.ts";
import type { Figure } from "./figure.ts";
import {
  axis,
  COLOURS,
  counted,
  countFromLog2,
  elementsText,
  FAINT,
  listed,
  plain,
  rounded,
  SIZE_SCALE,
  themed,
  type Trace,
} from "./theme.ts";

/** Pairs drawn; smaller subtrees are folded into one mark. */
const MOST_PAIRS = 250;
/** Up to so many leaves have their names written below them. */
const NAMED_LEAVES = 12;

/** Draws a tree of the network. Throws UserError where it does not fit the network. */
export function treeFigure(network: Network, tree: ContractionTree): Figure {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const { branches, folded } = dendrogram(network, tree, MOST_PAIRS);
  const work = tree.pairs.length === 0 ? "nothing to contract" : `${workText(log10Flops)} multiply-adds`;
  const slices = tree.sliced.length === 0 ? "" : `, ${countFromLog2(log2Slices)} slices`;
  const largest = `largest intermediate ${elementsText(log2Size)} elements`;
  const depth = branches.reduce((most, branch) => Math.max(most, branch.depth), 0);
  return themed({
    headline: `Order of ${network.name}: ${largest}, ${work}${slices}`,
    detail: detailOf(tree, branches, folded),
    summary: `The order of ${network.name} makes ${counted(tree.pairs.length, "contraction")}: ${largest}, ${work}${slices}.`,
    data: [
      ...edgeTraces(branches),
      leafTrace(network, branches),
      resultTrace(branches, log2Size),
      ...sizeTraces(branches, log2Size),
    ],
    plotHeight: Math.min(620, Math.max(230, 90 + 11 * depth)),
    layout: layoutOf(branches, depth, log2Size),
  });
}

function workText(log10: number): string {
  return log10 < 6
    ? `${countFromLog2(log10 / Math.log10(2))} (10^${log10.toFixed(2)})`
    : `10^${log10.toFixed(2)}`;
}

function detailOf(tree: ContractionTree, branches: readonly Branch[], folded: boolean): string {
  const stem = branches.filter(({ onStem }) => onStem).length;
  const parts = [`stem of ${counted(stem, "contraction")} in bold`];
  if (tree.sliced.length > 0) parts.push(`sliced: ${listed(tree.sliced, 8)}`);
  if (folded) {
    const leaves = branches.filter(isFolded).length;
    parts.push(`${counted(leaves, "small subtree")} folded to a triangle`);
  }
  return tree.pairs.length === 0 ? "" : parts.join(" · ");
}

function isFolded({ children, tensors }: Branch): boolean {
  return children.length === 0 && tensors > 1;
}

function layoutOf(branches: readonly Branch[], depth: number, log2Size: number): Trace {
  const leaves = branches.filter(({ children }) => children.length === 0).length;
  const named = leaves <= NAMED_LEAVES;
  return {
    xaxis: { visible: false, domain: [0, 0.74], range: [-0.7, leaves - 0.3] },
    yaxis: { visible: false, range: [depth + (named ? 0.9 : 0.5), -0.5] },
    xaxis2: axis("log2 of elements made", {
      domain: [0.79, 1],
      range: [-0.04 * (log2Size + 1), 1.08 * (log2Size + 1)],
      ...(log2Size < 4 ? { dtick: 1 } : { nticks: 5 }),
    }),
    yaxis2: { visible: false, matches: "y", anchor: "x2" },
  };
}

/** Elbows from a parent to its children; those of the stem on top, in bold. */
function edgeTraces(branches: readonly Branch[]): Trace[] {
  return [false, true].map((stem) => {
    const [x, y]: (number | null)[][] = [[], []];
    for (const parent of branches)
      for (const position of parent.children) {
        const child = branches[position];
        if (child === undefined || child.onStem !== stem) continue;
        x?.push(rounded(parent.x), rounded(child.x), rounded(child.x), null);
        y?.push(parent.depth, parent.depth, child.depth, null);
      }
    return {
      ...{ type: "scatter", mode: "lines", x, y, hoverinfo: "skip" },
      ...{ name: "stem", showlegend: false },
      line: { color: stem ? COLOURS.grey : FAINT, width: stem ? 3.5 : 1.2 },
    };
  });
}

function leafTrace(network: Network, branches: readonly Branch[]): Trace {
  const leaves = branches.filter(({ children }) => children.length === 0);
  const name = (id: number): string => network.tensors[id]?.name ?? `#${id}`;
  const named = leaves.length <= NAMED_LEAVES;
  return {
    ...{ type: "scatter", mode: named ? "markers+text" : "markers", name: "tensor", showlegend: false },
    x: leaves.map((leaf) => leaf.x),
    y: leaves.map((leaf) => leaf.depth),
    hoverinfo: "text",
    hovertext: leaves.map((leaf) =>
      isFolded(leaf)
        ? hoverOfResult(leaf)
        : `<b>${plain(name(leaf.id))}</b>${bracketed(leaf)}<br>${countFromLog2(leaf.log2Size)} elements`,
    ),
    ...(named
      ? {
          text: leaves.map((leaf) => plain(name(leaf.id))),
          textposition: "bottom center",
          textfont: { size: 11 },
        }
      : {}),
    marker: {
      size: leaves.map((leaf) => (isFolded(leaf) ? 8 : leaves.length > 120 ? 3 : 5)),
      symbol: leaves.map((leaf) => (isFolded(leaf) ? "triangle-up" : "circle")),
      color: COLOURS.grey,
      line: { width: 0 },
    },
  };
}

/** Labels that a hover text has room for. */
const HOVER_LABELS = 12;

function bracketed({ labels }: Branch): string {
  return `[${plain(listed(labels, HOVER_LABELS))}]`;
}

function hoverOfResult(branch: Branch): string {
  const made = `<b>#${branch.id}</b>${bracketed(branch)}<br>${countFromLog2(branch.log2Size)} elements`;
  const pair = `${countFromLog2(branch.log2Flops)} multiply-adds`;
  const below = `${countFromLog2(branch.log2Work)} with all ${counted(branch.tensors, "tensor")} below`;
  return `${made}<br>${pair}, ${below}`;
}

function resultsOf(branches: readonly Branch[]): Branch[] {
  return branches.filter(({ children }) => children.length > 0);
}

function marks(results: readonly Branch[], log2Size: number, most: number): Trace {
  return {
    size: results.map((result) => rounded(4 + (most - 4) * (result.log2Size / Math.max(1, log2Size)), 3)),
    color: results.map((result) => rounded(result.log2Size, 4)),
    ...{ colorscale: SIZE_SCALE, cmin: 0, cmax: Math.max(1, rounded(log2Size, 4)), showscale: false },
    line: { width: 0 },
    opacity: 1,
  };
}

function resultTrace(branches: readonly Branch[], log2Size: number): Trace {
  const results = resultsOf(branches);
  return {
    ...{ type: "scatter", mode: "markers", name: "intermediate", showlegend: false },
    x: results.map((result) => rounded(result.x)),
    y: results.map((result) => result.depth),
    hoverinfo: "text",
    hovertext: results.map(hoverOfResult),
    marker: marks(results, log2Size, results.length > 120 ? 9 : 13),
  };
}

/** Sizes along the stem at the height of their contraction; everything else as small marks. */
function sizeTraces(branches: readonly Branch[], log2Size: number): Trace[] {
  const results = resultsOf(branches);
  const stem = branches.filter(({ onStem }) => onStem);
  const second = { xaxis: "x2", yaxis: "y2", showlegend: false };
  return [
    {
      ...{ type: "scatter", mode: "lines", name: "sizes along the stem", hoverinfo: "skip", ...second },
      x: stem.map((branch) => rounded(branch.log2Size, 4)),
      y: stem.map((branch) => branch.depth),
      line: { color: COLOURS.grey, width: 1.5 },
      fill: "tozerox",
      fillcolor: "rgba(128,136,148,0.14)",
    },
    {
      ...{ type: "scatter", mode: "markers", name: "sizes", ...second },
      x: results.map((result) => rounded(result.log2Size, 4)),
      y: results.map((result) => result.depth),
      hoverinfo: "text",
      hovertext: results.map(hoverOfResult),
      marker: {
        ...marks(results, log2Size, 7),
        size: results.map(({ onStem }) => (onStem ? 7 : 4)),
        opacity: results.map(({ onStem }) => (onStem ? 1 : 0.55)),
      },
    },
  ];
}
