/** Lines, marks, bars and their texts as SVG. */
import { up, across, pixels, type Area } from "./area.ts";
import { colourAt } from "./colour.ts";
import type { MarkerJson, TraceJson } from "./plotly.ts";
import { placeOf } from "./scale.ts";
import { escaped, linesOf, short, textElement } from "./text.ts";

type Point = readonly [number, number];

const DASHES: Readonly<Record<string, string>> = { dot: "2 3", dash: "7 5", dashdot: "7 4 2 4" };

export const DEFAULT_COLOUR = "#0072b2";

/** A trace of type `scatter`. */
export function scatterElements(trace: TraceJson, area: Area): string[] {
  const mode = trace.mode ?? "lines";
  return [
    ...(mode.includes("lines") || trace.fill !== undefined ? lineElements(trace, area) : []),
    ...(mode.includes("markers") ? trace.x.flatMap((_, k) => markElement(trace, area, k)) : []),
    ...(mode.includes("text") ? trace.x.flatMap((_, k) => besideElement(trace, area, k)) : []),
  ];
}

/** Stretches between gaps. */
function stretchesOf({ x, y, line }: TraceJson, area: Area): Point[][] {
  const stretches: Point[][] = [[]];
  x.forEach((value, k) => {
    const point = pixels(area, value, y[k] ?? null);
    if (point === undefined) stretches.push([]);
    else stretches.at(-1)?.push(point);
  });
  return stretches.filter(({ length }) => length > 0).map((points) => shaped(points, line?.shape));
}

/** Steps between the points instead of straight lines. */
function shaped(points: readonly Point[], shape: string | undefined): Point[] {
  return points.flatMap((point, k): Point[] => {
    const before = points[k - 1];
    if (before === undefined) return [point];
    if (shape === "hv") return [[point[0], before[1]], point];
    const middle = (before[0] + point[0]) / 2;
    return shape === "hvh" ? [[middle, before[1]], [middle, point[1]], point] : [point];
  });
}

function lineElements(trace: TraceJson, area: Area): string[] {
  const { line = {}, fill, fillcolor = "none", mode = "lines" } = trace;
  const stretches = stretchesOf(trace, area);
  const path = (points: readonly Point[]): string =>
    points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${short(x)} ${short(y)}`).join("");
  const filled = stretches.map((points) => {
    const [first, last] = [points[0] ?? [0, 0], points.at(-1) ?? [0, 0]];
    const zero = groundOf(area, fill);
    const ends: Point[] =
      fill === "tozerox"
        ? [
            [zero, last[1]],
            [zero, first[1]],
          ]
        : [
            [last[0], zero],
            [first[0], zero],
          ];
    return `<path d="${path([...points, ...ends])}Z" fill="${escaped(fillcolor)}"/>`;
  });
  const dash = DASHES[line.dash ?? ""];
  const look = [
    `fill="none" stroke="${escaped(line.color ?? DEFAULT_COLOUR)}" stroke-width="${line.width ?? 2}"`,
    ...(dash === undefined ? [] : [`stroke-dasharray="${dash}"`]),
  ].join(" ");
  const drawn = mode.includes("lines") ? [`<path d="${stretches.map(path).join("")}" ${look}/>`] : [];
  return [...(fill === undefined ? [] : filled), ...drawn];
}

/** Where a filled shape stands: at zero, or at the edge where the axis does not show it. */
function groundOf(area: Area, fill: string | undefined): number {
  const { x, y, box } = area;
  if (fill === "tozerox") return x.json.type === "log" ? box.left : across(area, 0);
  return y.json.type === "log" ? box.bottom : up(area, 0);
}

function pick<T>(value: T | readonly T[] | undefined, k: number, otherwise: T): T {
  if (value === undefined) return otherwise;
  return Array.isArray(value) ? ((value as readonly T[])[k] ?? otherwise) : (value as T);
}

function colourOf(marker: MarkerJson, k: number): string {
  const { color = DEFAULT_COLOUR, colorscale, cmin = 0, cmax = 1 } = marker;
  const own = typeof color === "string" ? color : (color[k] ?? DEFAULT_COLOUR);
  return typeof own === "string" ? own : colourAt(colorscale ?? [], (own - cmin) / (cmax - cmin));
}

function markElement(trace: TraceJson, area: Area, k: number): string[] {
  const at = pixels(area, trace.x[k] ?? null, trace.y[k] ?? null);
  return at === undefined ? [] : markAt(trace.marker ?? {}, at, k);
}

/** The mark of point `k`, or of the legend, in the middle of `at`. */
export function markAt(marker: MarkerJson, [x, y]: Point, k: number): string[] {
  const radius = pick(marker.size, k, 6) / 2;
  const opacity = pick(marker.opacity, k, 1);
  if (opacity === 0 || radius === 0) return [];
  const symbol = pick(marker.symbol, k, "circle");
  const colour = escaped(colourOf(marker, k));
  const { width = 0, color = colour } = marker.line ?? {};
  const open = symbol.endsWith("-open");
  const stroke =
    open || width > 0 ? ` stroke="${open ? colour : escaped(color)}" stroke-width="${width || 1.5}"` : "";
  const look = `fill="${open ? "none" : colour}"${stroke}${opacity === 1 ? "" : ` opacity="${opacity}"`}`;
  const corners = CORNERS[symbol.replace("-open", "")];
  if (corners === undefined)
    return [`<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" ${look}/>`];
  const points = corners.map(([dx, dy]) => `${short(x + radius * dx)},${short(y + radius * dy)}`).join(" ");
  return [`<polygon points="${points}" ${look}/>`];
}

/** Of marks that are not round, as parts of the radius. */
const CORNERS: Readonly<Record<string, readonly Point[]>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  diamond: [
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ],
  "triangle-up": [
    [0, -1.2],
    [1.2, 0.9],
    [-1.2, 0.9],
  ],
  star: Array.from({ length: 10 }, (_, k): Point => {
    const radius = k % 2 === 0 ? 1.4 : 0.55;
    return [radius * Math.sin((Math.PI * k) / 5), -radius * Math.cos((Math.PI * k) / 5)];
  }),
};

/** The text of a point, beside its mark. */
function besideElement(trace: TraceJson, area: Area, k: number): string[] {
  const at = pixels(area, trace.x[k] ?? null, trace.y[k] ?? null);
  const text = trace.text?.[k] ?? "";
  if (at === undefined || text === "") return [];
  const size = trace.textfont?.size ?? 12;
  const away = (trace.mode?.includes("markers") === true ? pick(trace.marker?.size, k, 6) / 2 : 0) + 3;
  const [vertical = "middle", horizontal = "center"] = pick(trace.textposition, k, "middle center").split(
    " ",
  );
  const anchor = horizontal === "center" ? "middle" : horizontal === "right" ? "start" : "end";
  const dx = horizontal === "center" ? 0 : horizontal === "right" ? away : -away;
  const dy = vertical === "top" ? -away : vertical === "bottom" ? away + 0.75 * size : 0.36 * size;
  return [textElement(linesOf(text)[0] ?? [], [at[0] + dx, at[1] + dy], size, anchor)];
}

/** A trace of type `bar`; a bar without a base stands on zero. */
export function barElements(trace: TraceJson, area: Area, bargap: number): string[] {
  const flat = trace.orientation === "h";
  const [places, values] = flat ? [trace.y, trace.x] : [trace.x, trace.y];
  const thick = trace.width ?? 1 - bargap;
  const colour = escaped(colourOf(trace.marker ?? {}, 0));
  return places.flatMap((value, k) => {
    const place = placeOf(flat ? area.y : area.x, value);
    const length = Number(values[k] ?? 0);
    if (place === undefined || length === 0) return [];
    const from = trace.base?.[k] ?? 0;
    const along = flat ? across : up;
    const ends = [along(area, from), along(area, from + length)];
    const sides = [place - thick / 2, place + thick / 2].map((side) => (flat ? up : across)(area, side));
    const [a, b] = [Math.min(...ends), Math.max(...ends)];
    const [c, d] = [Math.min(...sides), Math.max(...sides)];
    const [x, y, w, h] = flat ? [a, c, b - a, d - c] : [c, a, d - c, b - a];
    return [
      `<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="${colour}"/>`,
    ];
  });
}
