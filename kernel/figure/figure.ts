/** A figure is plain Plotly JSON with a one-line summary that stands in where no plot can be drawn. */

export interface Figure {
  /** Plotly traces and layout; plain JSON, no typed arrays. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** What a slider steps through; the traces of `data` are the first. */
  readonly frames?: readonly Frame[];
  /** The finding in one sentence, with "modelled" or "measured". */
  readonly summary: string;
}

/** New values for traces of a figure and for its title. */
export interface Frame {
  /** What a step of the slider calls it by. */
  readonly name: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  /** Positions of these traces in the figure. */
  readonly traces: readonly number[];
  readonly layout: Readonly<Record<string, unknown>>;
}

export const PLOTLY_MIME = "application/vnd.plotly.v1+json";
