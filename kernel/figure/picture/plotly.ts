/** The part of Plotly's JSON that a still picture is drawn from. */
import type { Figure } from "../figure.ts";

export type Coordinate = number | string | null;

export interface MarkerJson {
  readonly color?: string | readonly (string | number)[];
  readonly size?: number | readonly number[];
  readonly opacity?: number | readonly number[];
  readonly symbol?: string | readonly string[];
  readonly line?: { readonly width?: number; readonly color?: string };
  readonly colorscale?: Stops;
  readonly cmin?: number;
  readonly cmax?: number;
}

export type Stops = readonly (readonly [number, string])[];

export interface ColourBarJson {
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
}

export interface TraceJson {
  readonly type?: string;
  readonly mode?: string;
  readonly name?: string;
  readonly x: readonly Coordinate[];
  readonly y: readonly Coordinate[];
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly line?: {
    readonly color?: string;
    readonly width?: number;
    readonly dash?: string;
    readonly shape?: string;
  };
  readonly fill?: string;
  readonly fillcolor?: string;
  readonly marker?: MarkerJson;
  /** One a point; of a heatmap for the mouse alone. */
  readonly text?: readonly string[];
  readonly textposition?: string | readonly string[];
  readonly textfont?: { readonly size?: number };
  readonly cliponaxis?: boolean;
  readonly showlegend?: boolean;
  readonly legendrank?: number;
  readonly orientation?: string;
  readonly base?: readonly number[];
  readonly width?: number;
  /** Of a heatmap: rows of values, one for each y, whose colours lie between those of `zmin` and `zmax`. */
  readonly z?: readonly (readonly (number | null)[])[];
  readonly zmin?: number;
  readonly zmax?: number;
  readonly colorscale?: Stops;
  readonly colorbar?: ColourBarJson;
}

export interface AxisJson {
  readonly type?: string;
  readonly visible?: boolean;
  readonly domain?: readonly [number, number];
  readonly range?: readonly [number, number];
  readonly rangemode?: string;
  readonly autorange?: string | boolean;
  readonly matches?: string;
  readonly scaleanchor?: string;
  readonly constrain?: string;
  readonly anchor?: string;
  readonly title?: { readonly text?: string };
  readonly showgrid?: boolean;
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly tickprefix?: string;
  readonly ticksuffix?: string;
  readonly tickformat?: string;
  readonly dtick?: number;
  readonly nticks?: number;
}

export interface LayoutJson {
  readonly title?: { readonly text?: string };
  readonly height?: number;
  readonly margin?: { readonly t?: number; readonly b?: number };
  readonly barmode?: string;
  readonly bargap?: number;
}

/** What a layout may hold that a still picture would lack. */
const UNKNOWN = ["annotations", "shapes", "images", "polar", "scene", "geo", "map", "grid"];

/** The traces, or undefined where the figure holds something else than lines, marks, bars and matrices on plain axes. */
export function tracesOf({ data, layout }: Figure): readonly TraceJson[] | undefined {
  const known = isList(isTrace)(data) && isLayout(layout) && !UNKNOWN.some((name) => name in layout);
  return known ? (data as unknown as readonly TraceJson[]) : undefined;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isCoordinate: Check = (value) => value === null || isText(value) || isNumber(value);
const isColour: Check = (value) =>
  isText(value) && /^(#[0-9a-f]{6}|rgba?\([\d., ]+\))$/i.test(value as string);

function isOneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

function isList(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function isEither(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

/** An object whose fields, where they are there, are as they should be; other fields do not matter. */
function isRecord(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => !(name in value) || check(Reflect.get(value, name)));
}

const isStop: Check = (value) => Array.isArray(value) && isNumber(value[0]) && isColour(value[1]);

const isMarker = isRecord({
  color: isEither(isColour, isList(isEither(isColour, isNumber))),
  size: isEither(isNumber, isList(isNumber)),
  opacity: isEither(isNumber, isList(isNumber)),
  symbol: isEither(isText, isList(isText)),
  line: isRecord({ width: isNumber, color: isColour }),
  colorscale: isList(isStop),
  cmin: isNumber,
  cmax: isNumber,
});

const hasPoints: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  isList(isCoordinate)(Reflect.get(value, "x")) &&
  isList(isCoordinate)(Reflect.get(value, "y"));

const isLooked = isRecord({
  type: isOneOf("scatter", "bar"),
  ...{ mode: isText, name: isText, xaxis: isText, yaxis: isText, fill: isText, orientation: isText },
  line: isRecord({ color: isColour, width: isNumber, dash: isText, shape: isText }),
  fillcolor: isColour,
  marker: isMarker,
  text: isList(isText),
  textposition: isEither(isText, isList(isText)),
  textfont: isRecord({ size: isNumber }),
  base: isList(isNumber),
  width: isNumber,
});

const isMatrix: Check = (value) =>
  isRecord({ z: isList(isList(isEither(isNumber, (one) => one === null))) })(value) &&
  ["z", "zmin", "zmax", "colorscale"].every((name) => name in (value as object)) &&
  isRecord({
    ...{ zmin: isNumber, zmax: isNumber, colorscale: isList(isStop) },
    colorbar: isRecord({ tickvals: isList(isNumber), ticktext: isList(isText) }),
  })(value);

const isTrace: Check = (value) =>
  hasPoints(value) &&
  (Reflect.get(value as object, "type") === "heatmap" ? isMatrix(value) : isLooked(value));

const isTitle = isRecord({ text: isText });
const isPair = isList(isNumber);
const isAxis = isRecord({
  ...{ type: isText, anchor: isText, tickprefix: isText, ticksuffix: isText },
  ...{ domain: isPair, range: isPair, tickvals: isPair, ticktext: isList(isText) },
  ...{ dtick: isNumber, nticks: isNumber, title: isTitle },
});

const isLayout: Check = (value) =>
  isRecord({
    title: isTitle,
    height: isNumber,
    margin: isRecord({ t: isNumber, b: isNumber }),
    bargap: isNumber,
  })(value) &&
  Object.entries(value as object).every(([name, axis]) => !/^[xy]axis\d*$/.test(name) || isAxis(axis));

/** `x2` in a trace is `xaxis2` in the layout. */
export function axisJson(figure: Figure, id: string): AxisJson {
  const found = figure.layout[`${id.slice(0, 1)}axis${id.slice(1)}`];
  return typeof found === "object" && found !== null ? found : {};
}
