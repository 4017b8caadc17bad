/** How every figure looks: colours that hold on light and dark pages and for colour-blind eyes, margins, titles. */
import type { Figure, Frame } from "./figure.ts";

export type Trace = Readonly<Record<string, unknown>>;

/**
 * After M. Okabe and K. Ito, "Color Universal Design" (2008), without black and yellow, which vanish on a dark or a
 * light page.
 */
export const COLOURS = {
  blue: "#0072b2",
  orange: "#e69f00",
  green: "#009e73",
  vermilion: "#d55e00",
  sky: "#56b4e9",
  purple: "#cc79a7",
  grey: "#8b949e",
} as const;

/** Lines that must not compete with the data. */
export const FAINT = "rgba(128,136,148,0.55)";
export const GRID = "rgba(128,136,148,0.22)";

/** Small to large, all of middle lightness. */
export const SIZE_SCALE = [
  [0, COLOURS.sky],
  [0.5, COLOURS.orange],
  [1, COLOURS.vermilion],
] as const;

/** Characters of the headline and of the detail that fit a line of a 700 pixel wide figure. */
const HEADLINE_COLUMNS = 88;
const DETAIL_COLUMNS = 104;

/** What a figure is made of, before the theme. */
export interface Sketch {
  /** The finding, in a few words; plain text. */
  readonly headline: string;
  /** What else must be known to read the picture; plain text. */
  readonly detail?: string;
  readonly summary: string;
  readonly data: readonly Trace[];
  readonly frames?: readonly Frame[];
  /** Pixels of the plot itself, without title and legend. */
  readonly plotHeight: number;
  /** Pixels below plot and legend for what the layout puts there. */
  readonly controlsHeight?: number;
  readonly layout: Trace;
}

/** Lines of a title: the finding, and smaller what else must be known. */
export function titleLines(headline: string, detail: string): string[] {
  const small = wrap(detail, DETAIL_COLUMNS).map(
    (line) => `<span style="font-size:12px">${raised(line)}</span>`,
  );
  return [...wrap(headline, HEADLINE_COLUMNS).map(raised), ...small];
}

export function themed(sketch: Sketch): Figure {
  const { headline, detail = "", summary, data, frames, plotHeight, controlsHeight = 0, layout } = sketch;
  const title = titleLines(headline, detail);
  const top = 32 + 20 * title.length;
  const bottom = 64 + controlsHeight;
  return {
    data,
    layout: {
      title: {
        text: title.join("<br>"),
        font: { size: 15 },
        ...{ x: 0, xref: "container", xanchor: "left" },
        ...{ y: 1, yref: "container", yanchor: "top" },
        // Plotly takes the top of a single line, but the baseline of the first of several.
        pad: { l: 14, t: title.length > 1 ? 26 : 14 },
      },
      font: {
        family: "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
        size: 12,
        color: "#7d8590",
      },
      height: plotHeight + top + bottom,
      margin: { l: 16, r: 16, t: top, b: bottom },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      hovermode: "closest",
      hoverlabel: {
        align: "left",
        bgcolor: "#24292f",
        bordercolor: "#6e7781",
        font: { color: "#f6f8fa", size: 12 },
      },
      legend: {
        orientation: "h",
        ...{ x: 0, xref: "container", xanchor: "left" },
        ...{ y: 0, yref: "container", yanchor: "bottom" },
        itemsizing: "constant",
        traceorder: "normal",
      },
      ...layout,
    },
    ...(frames && { frames }),
    summary,
  };
}

/** An axis with a title, a light grid and no frame. */
export function axis(title: string, more: Trace = {}): Trace {
  return {
    title: { text: title, standoff: 8, font: { size: 12 } },
    gridcolor: GRID,
    zeroline: false,
    automargin: true,
    ...more,
  };
}

/** Plotly reads some HTML in texts; this shows a user's name as it is. */
export function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Plain text with the exponents of `2^12` and `10^6.41` raised. */
function raised(text: string): string {
  return plain(text).replace(/\b(2|10)\^(\d+(?:\.\d+)?)/g, "$1<sup>$2</sup>");
}

/** Lines of at most `columns` characters, broken at spaces where there are any. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** At most `limit` names, and how many more there are. */
export function listed(names: readonly string[], limit: number): string {
  const shown = names.slice(0, limit).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** `1 tensor`, `2 tensors`; a plural of its own where the word has one. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Keeps the JSON short: so many significant digits, never -0. */
export function rounded(value: number, digits = 5): number {
  return Number(value.toPrecision(digits)) + 0;
}

/** `2^12`, `2^11.58`. */
export function powerOfTwo(log2: number): string {
  return `2^${rounded(Number(log2.toFixed(2)))}`;
}

/** `2^12`, `2,000 (2^10.97)`. */
export function elementsText(log2: number): string {
  return Number.isInteger(log2) || log2 >= 20
    ? powerOfTwo(log2)
    : `${countFromLog2(log2)} (${powerOfTwo(log2)})`;
}

/** A count up to a million in full, beyond as a power of ten; for hover texts. */
export function countFromLog2(log2: number): string {
  if (log2 === -Infinity) return "0";
  return log2 < 20 ? Math.round(2 ** log2).toLocaleString("en") : `10^${(log2 * Math.log10(2)).toFixed(2)}`;
}
