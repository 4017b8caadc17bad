/** A figure is plain Plotly JSON with a one-line summary that stands in where no plot can be drawn. */

export interface Figure {
  /** Plotly traces and layout; plain JSON, no typed arrays. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** The finding in one sentence, with "modelled" or "measured". */
  readonly summary: string;
}

export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

/** What Jupyter shows: Plotly's mime type for front ends that know it, and the sentence for those that do not. */
export function figureBundle(figure: Figure): Readonly<Record<string, unknown>> {
  return {
    [PLOTLY_MIME]: {
      data: figure.data,
      layout: figure.layout,
      config: { responsive: true, displaylogo: false },
    },
    "text/plain": figure.summary,
  };
}
