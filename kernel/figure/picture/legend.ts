/** What the colours and marks of a picture mean, in rows below it. */
import { DEFAULT_COLOUR, markAt } from "./marks.ts";
import type { TraceJson } from "./plotly.ts";
import { escaped, linesOf, short, textElement, widthOf } from "./text.ts";

export const LEGEND_ROW = 19;
const SIZE = 12;
const SWATCH = 26;
const GAP = 18;

interface Entry {
  readonly trace: TraceJson;
  readonly width: number;
}

/** Entries by rows of at most `width` pixels. */
export function legendRows(traces: readonly TraceJson[], width: number): Entry[][] {
  const shown = traces
    .filter(({ type, showlegend }) => showlegend ?? (type !== "heatmap" && traces.length > 1))
    .sort((a, b) => (a.legendrank ?? 1000) - (b.legendrank ?? 1000));
  const rows: Entry[][] = [];
  let left = 0;
  for (const trace of shown) {
    const own = SWATCH + widthOf(linesOf(trace.name ?? "")[0] ?? [], SIZE) + GAP;
    const row = rows.at(-1);
    if (row === undefined || left + own > width) {
      rows.push([{ trace, width: own }]);
      left = own;
    } else {
      row.push({ trace, width: own });
      left += own;
    }
  }
  return rows;
}

export function legendElements(rows: readonly (readonly Entry[])[], left: number, top: number): string[] {
  return rows.flatMap((row, line) => {
    let x = left;
    const y = top + LEGEND_ROW * (line + 0.5);
    return row.flatMap(({ trace, width }) => {
      const at = x;
      x += width;
      const name = textElement(linesOf(trace.name ?? "")[0] ?? [], [at + SWATCH, y + 4], SIZE);
      return [...swatch(trace, at, y), name];
    });
  });
}

/** A bar, a stretch of the line, or the mark, all of one size. */
function swatch(
  { type, mode = "lines", line, marker = {}, fill, fillcolor }: TraceJson,
  x: number,
  y: number,
): string[] {
  const rectangle = (colour: string, height: number): string =>
    `<rect x="${short(x + 3)}" y="${short(y - height / 2)}" width="16" height="${height}" fill="${escaped(colour)}"/>`;
  if (type === "bar")
    return [rectangle(typeof marker.color === "string" ? marker.color : DEFAULT_COLOUR, 10)];
  const dash = line?.dash === "dot" ? "2 3" : line?.dash === "dash" ? "6 4" : "none";
  const stroke = `stroke="${escaped(line?.color ?? DEFAULT_COLOUR)}" stroke-width="${line?.width ?? 2}"`;
  return [
    ...(fill === undefined ? [] : [rectangle(fillcolor ?? "none", 10)]),
    ...(mode.includes("lines")
      ? [`<path d="M${short(x)} ${short(y)}h21" ${stroke} stroke-dasharray="${dash}"/>`]
      : []),
    ...(mode.includes("markers") ? markAt({ ...marker, size: 9, opacity: 1 }, [x + 11, y], 0) : []),
  ];
}
