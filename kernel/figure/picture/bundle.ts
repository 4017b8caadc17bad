/** A figure as Jupyter shows it: every front end finds something that it can draw. */
import { PLOTLY_MIME, type Figure } from "../figure.ts";
import { pngOf } from "./png.ts";
import { svgOf } from "./svg.ts";
import { escaped } from "./text.ts";

type Bundle = Readonly<Record<string, unknown>>;

/** Plotly's mime type for front ends that know it, and the sentence for those that draw nothing. */
export function plainBundle({ data, layout, frames, summary }: Figure): Bundle {
  const config = { responsive: true, displaylogo: false };
  return {
    [PLOTLY_MIME]: { data, layout, ...(frames && { frames }), config },
    "text/plain": summary,
  };
}

/**
 * With still pictures for all others: HTML without script, which untrusted notebooks and GitHub show too, and PNG for
 * paper. A figure of another kind than tnlab's own has none.
 */
export function figureBundle(figure: Figure): Bundle {
  const svg = svgOf(figure);
  if (svg === undefined) return plainBundle(figure);
  return {
    ...plainBundle(figure),
    "text/html": `<img alt="${escaped(figure.summary)}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`,
    "image/png": pngOf(svg).toString("base64"),
  };
}
