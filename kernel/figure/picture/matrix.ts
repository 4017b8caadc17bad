/** A matrix of colours, and the bar that says what they mean. */
import { across, up, type Area } from "./area.ts";
import { colourAt } from "./colour.ts";
import type { TraceJson } from "./plotly.ts";
import { placeOf } from "./scale.ts";
import { escaped, linesOf, short, textElement, widthOf } from "./text.ts";

/** A trace of type `heatmap`, whose columns and rows are a unit apart; what has no value is left out. */
export function matrixElements(trace: TraceJson, area: Area): string[] {
  const { z = [], x, y } = trace;
  const half = 0.5;
  return z.flatMap((row, line) =>
    row.flatMap((value, column) => {
      const [a, b] = [placeOf(area.x, x[column] ?? null), placeOf(area.y, y[line] ?? null)];
      if (value === null || a === undefined || b === undefined) return [];
      const [left, right] = ordered(across(area, a - half), across(area, a + half));
      const [top, bottom] = ordered(up(area, b - half), up(area, b + half));
      const size = `width="${short(right - left)}" height="${short(bottom - top)}"`;
      const colour = colourAt(trace.colorscale ?? [], partOf(trace, value));
      return [`<rect x="${short(left)}" y="${short(top)}" ${size} fill="${colour}"/>`];
    }),
  );
}

function ordered(a: number, b: number): readonly [number, number] {
  return a < b ? [a, b] : [b, a];
}

function partOf({ zmin = 0, zmax = 1 }: TraceJson, value: number): number {
  return zmax > zmin ? (value - zmin) / (zmax - zmin) : 0;
}

/** Pixels of the bar with the texts below it. */
export const BAR_HEIGHT = 34;
const WIDTH = 260;
const THICKNESS = 12;
const TEXT = 12;

/** The colours from the least value to the largest, side by side, with the ticks of the trace's bar; `id` is its own in the picture. */
export function barOfColours(trace: TraceJson, [left, top]: readonly [number, number], id: string): string[] {
  const { colorscale = [], colorbar = {} } = trace;
  const stops = colorscale.map(
    ([part, colour]) => `<stop offset="${short(100 * part)}%" stop-color="${escaped(colour)}"/>`,
  );
  const size = `width="${WIDTH}" height="${THICKNESS}"`;
  const ticks = (colorbar.tickvals ?? []).map((value, k) => {
    const line = linesOf(colorbar.ticktext?.[k] ?? String(value))[0] ?? [];
    const x = left + WIDTH * partOf(trace, value);
    const at = Math.max(left + widthOf(line, TEXT) / 2, x);
    return textElement(line, [at, top + THICKNESS + 14], TEXT, "middle");
  });
  return [
    `<linearGradient id="${id}">${stops.join("")}</linearGradient>`,
    `<rect x="${short(left)}" y="${short(top)}" ${size} fill="url(#${id})"/>`,
    ...ticks,
  ];
}
