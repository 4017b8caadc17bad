/** A figure as a still picture: what Plotly would draw, without a browser. */
import type { Figure } from "../figure.ts";
import { GRID } from "../theme.ts";
import { across, boxOf, squared, up, type Area, type Box } from "./area.ts";
import { LEGEND_ROW, legendElements, legendRows } from "./legend.ts";
import { barElements, scatterElements } from "./marks.ts";
import { BAR_HEIGHT, barOfColours, matrixElements } from "./matrix.ts";
import { axisJson, tracesOf, type LayoutJson, type TraceJson } from "./plotly.ts";
import { scaleOf, ticksOf, type Scale, type Tick } from "./scale.ts";
import { escaped, linesOf, short, textElement, widthOf } from "./text.ts";

/** Pixels of the whole picture; figures are laid out for about so many. */
export const PICTURE_WIDTH = 740;
const EDGE = 16;
const TEXT = 12;
const TITLE = 15;
const LINE = 20;

/** Dark on white: it stands on pages of any colour, and on paper. */
const INK = "#1f2328";
const FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans Condensed', sans-serif";

/** Undefined for a figure with traces other than lines, marks, bars and matrices. */
export function svgOf(figure: Figure): string | undefined {
  const found = tracesOf(figure);
  if (found === undefined) return undefined;
  const layout = figure.layout as LayoutJson;
  const traces = layout.barmode === "stack" ? stacked(found) : found;
  const title = layout.title?.text === undefined ? [] : linesOf(layout.title.text);
  const top = layout.margin?.t ?? 32 + LINE * title.length;
  const height = (layout.height ?? 450) - top - (layout.margin?.b ?? 64);
  const scales = scalesOf(figure, traces);
  const left = Math.max(EDGE, ...scales.filter(isUpright).map(widthBeside));
  const plot = { left, right: PICTURE_WIDTH - EDGE, top, bottom: top + height };
  const areas = areasOf(plot, scales, traces);
  const matrices = traces.filter(({ colorbar }) => colorbar !== undefined);
  const rows = legendRows(traces, PICTURE_WIDTH - 2 * EDGE);
  const under = Math.max(EDGE, ...scales.filter((scale) => !isUpright(scale)).map(heightBelow));
  const legendTop = plot.bottom + under;
  const barTop = legendTop + LEGEND_ROW * rows.length;
  const whole = Math.ceil(barTop + BAR_HEIGHT * matrices.length + 10);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE_WIDTH}" height="${whole}" viewBox="0 0 ${PICTURE_WIDTH} ${whole}" font-family="${FONTS}" fill="${INK}">`,
    `<title>${escaped(figure.summary)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...title.map((line, k) => textElement(line, [14, 26 + LINE * k], TITLE)),
    ...axisElements(areas, scales),
    ...traceElements(areas, traces, layout),
    ...legendElements(rows, EDGE, legendTop),
    ...matrices.flatMap((matrix, k) => barOfColours(matrix, [EDGE, barTop + BAR_HEIGHT * k], `m${k}`)),
    "</svg>",
  ].join("\n");
}

const idsOf = ({ xaxis = "x", yaxis = "y" }: TraceJson): string => `${xaxis} ${yaxis}`;

function isUpright({ id }: Scale): boolean {
  return id.startsWith("y");
}

/** Of all axes that traces use. */
function scalesOf(figure: Figure, traces: readonly TraceJson[]): Scale[] {
  const ids = [...new Set(["x y", ...traces.map(idsOf)].flatMap((pair) => pair.split(" ")))];
  const scales = ids.map((id) => scaleOf(id, axisJson(figure, id), traces));
  return scales.map((scale) => {
    const model = scales.find(({ id }) => id === scale.json.matches);
    return model === undefined ? scale : { ...scale, range: model.range };
  });
}

/** Bars with the base on which they stand. */
function stacked(traces: readonly TraceJson[]): TraceJson[] {
  const tops = new Map<string, number>();
  return traces.map((trace) => {
    if (trace.type !== "bar" || trace.base !== undefined) return trace;
    const flat = trace.orientation === "h";
    const base = (flat ? trace.y : trace.x).map((place, k) => {
      const key = `${idsOf(trace)} ${String(place)}`;
      const ground = tops.get(key) ?? 0;
      tops.set(key, ground + Number((flat ? trace.x : trace.y)[k]));
      return ground;
    });
    return { ...trace, base };
  });
}

/** By the names of their two axes. */
function areasOf(plot: Box, scales: readonly Scale[], traces: readonly TraceJson[]): Map<string, Area> {
  const pairs = [...new Set(["x y", ...traces.map(idsOf)])];
  return new Map(
    pairs.flatMap((pair): [string, Area][] => {
      const [x, y] = pair.split(" ").map((own) => scales.find(({ id }) => id === own));
      if (x === undefined || y === undefined) return [];
      const area = { box: boxOf(plot, x, y), x, y };
      return [[pair, y.json.scaleanchor === x.id ? squared(area) : area]];
    }),
  );
}

function ticksBeside(scale: Scale): Tick[] {
  return ticksOf(scale, isUpright(scale) ? 5 : 7);
}

function titleLine({ json }: Scale): ReturnType<typeof linesOf>[number] {
  return linesOf(json.title?.text ?? "")[0] ?? [];
}

/** What the ticks and the title of an upright axis take to its left. */
function widthBeside(scale: Scale): number {
  if (scale.json.visible === false) return 0;
  const labels = ticksBeside(scale).map(({ text }) => widthOf(linesOf(text)[0] ?? [], TEXT));
  return Math.max(0, ...labels) + 14 + (titleLine(scale).length > 0 ? 24 : 4);
}

/** What the ticks and the title of a level axis take below it. */
function heightBelow(scale: Scale): number {
  if (scale.json.visible === false) return 8;
  return titleLine(scale).length > 0 ? 48 : 28;
}

/** Grid, ticks and titles of each axis, once, where its partner is. */
function axisElements(areas: ReadonlyMap<string, Area>, scales: readonly Scale[]): string[] {
  return scales.flatMap((scale) => {
    const own = [...areas.values()].filter(({ x, y }) => x.id === scale.id || y.id === scale.id);
    const named = own.find(({ x, y }) => [x.id, y.id].includes(scale.json.anchor ?? ""));
    const home = named ?? own[0];
    if (home === undefined || scale.json.visible === false) return [];
    return isUpright(scale) ? uprightElements(home, scale) : levelElements(own, home, scale);
  });
}

function gridLine(path: string): string {
  return `<path d="${path}" stroke="${GRID}" fill="none"/>`;
}

function uprightElements(area: Area, scale: Scale): string[] {
  const { left, right, top, bottom } = area.box;
  const labels = ticksBeside(scale).flatMap(({ at, text }) => {
    const y = up(area, at);
    const grid =
      scale.json.showgrid === false ? [] : [gridLine(`M${short(left)} ${short(y)}H${short(right)}`)];
    return [...grid, textElement(linesOf(text)[0] ?? [], [left - 6, y + 4], TEXT, "end")];
  });
  const title = titleLine(scale);
  const middle = (top + bottom) / 2;
  return title.length === 0
    ? labels
    : [...labels, textElement(title, [left - widthBeside(scale) + 18, middle], TEXT, "middle", true)];
}

/** The grid runs through all areas above one axis. */
function levelElements(areas: readonly Area[], area: Area, scale: Scale): string[] {
  const { left, right, bottom } = area.box;
  let free = -Infinity;
  const labels = ticksBeside(scale).flatMap(({ at, text }) => {
    const x = across(area, at);
    const line = linesOf(text)[0] ?? [];
    const grid =
      scale.json.showgrid === false
        ? []
        : areas.map(({ box }) => gridLine(`M${short(x)} ${short(box.top)}V${short(box.bottom)}`));
    const half = widthOf(line, TEXT) / 2;
    if (x - half < free) return grid;
    free = x + half + 6;
    const within = Math.min(PICTURE_WIDTH - half - 2, x);
    return [...grid, textElement(line, [within, bottom + 17], TEXT, "middle")];
  });
  const title = titleLine(scale);
  return title.length === 0
    ? labels
    : [...labels, textElement(title, [(left + right) / 2, bottom + 38], TEXT, "middle")];
}

function traceElements(
  areas: ReadonlyMap<string, Area>,
  traces: readonly TraceJson[],
  { bargap = 0.2 }: LayoutJson,
): string[] {
  const pairs = [...areas.keys()];
  const clips = [...areas.values()].map(({ box }, k) => {
    const size = `width="${short(box.right - box.left)}" height="${short(box.bottom - box.top)}"`;
    return `<clipPath id="c${k}"><rect x="${short(box.left)}" y="${short(box.top)}" ${size}/></clipPath>`;
  });
  const drawn = traces.flatMap((trace) => {
    const area = areas.get(idsOf(trace));
    if (area === undefined) return [];
    const elements = elementsOf(trace, area, bargap);
    const clip = trace.cliponaxis === false ? "" : ` clip-path="url(#c${pairs.indexOf(idsOf(trace))})"`;
    return [`<g${clip}>`, ...elements, "</g>"];
  });
  return [`<defs>${clips.join("")}</defs>`, ...drawn];
}

function elementsOf(trace: TraceJson, area: Area, bargap: number): string[] {
  if (trace.type === "bar") return barElements(trace, area, bargap);
  return trace.type === "heatmap" ? matrixElements(trace, area) : scatterElements(trace, area);
}
