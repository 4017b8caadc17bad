/** A figure is plain Plotly JSON with a one-line summary that stands in where no plot can be drawn. */

export interface Figure {
  /** Plotly traces and layout; plain JSON, no typed arrays. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** The finding in one sentence, with "modelled" or "measured". */
  readonly summary: string;
}

export const PLOTLY_MIME = "application/vnd.plotly.v1+json";
