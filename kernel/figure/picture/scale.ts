/** From the values of an axis to pixels, and the ticks that are written beside it. */
import type { AxisJson, Coordinate, TraceJson } from "./plotly.ts";

/** One axis over pixels. */
export interface Scale {
  readonly id: string;
  readonly json: AxisJson;
  /** At the left or at the bottom, and at the other end: values, logarithms to base 10 or positions of categories. */
  readonly range: readonly [number, number];
  readonly categories: readonly string[] | undefined;
}

export interface Tick {
  /** As in the range. */
  readonly at: number;
  readonly text: string;
}

/** Where in the range a value lies; undefined for one that the axis does not have. */
export function placeOf({ json, categories }: Scale, value: Coordinate): number | undefined {
  if (value === null) return undefined;
  if (categories !== undefined) {
    const position = categories.indexOf(String(value));
    return position < 0 ? undefined : position;
  }
  const number = Number(value);
  if (json.type !== "log") return number;
  return number > 0 ? Math.log10(number) : undefined;
}

export function scaleOf(id: string, json: AxisJson, traces: readonly TraceJson[]): Scale {
  const across = id.startsWith("x");
  const own = traces.filter((trace) => (across ? (trace.xaxis ?? "x") : (trace.yaxis ?? "y")) === id);
  const values = own.flatMap((trace) => (across ? trace.x : trace.y));
  const named = json.type === "category" || values.some((value) => typeof value === "string");
  const categories = named ? [...new Set(values.filter((value) => value !== null).map(String))] : undefined;
  const scale = { id, json, categories, range: [0, 1] as const };
  return { ...scale, range: json.range ?? naturalRange(scale, own, across) };
}

function naturalRange(scale: Scale, own: readonly TraceJson[], across: boolean): readonly [number, number] {
  const turn = ([low, high]: readonly [number, number]): readonly [number, number] =>
    scale.json.autorange === "reversed" ? [high, low] : [low, high];
  if (scale.categories !== undefined) return turn([-0.5, scale.categories.length - 0.5]);
  const places = own
    .flatMap((trace) => endsOf(trace, across))
    .flatMap((value) => placeOf(scale, value) ?? []);
  const bars = own.some(({ type, orientation }) => type === "bar" && (orientation === "h") === across);
  const zero = bars || scale.json.rangemode === "tozero" ? [0] : [];
  const low = [...zero, ...places].reduce((a, b) => Math.min(a, b), Infinity);
  const high = [...zero, ...places].reduce((a, b) => Math.max(a, b), -Infinity);
  if (low > high) return turn([0, 1]);
  if (low === high) return turn([low - 1, high + 1]);
  const marked = own.some(({ mode = "", type }) => type !== "bar" && mode.includes("markers"));
  const margin = (high - low) * (marked ? 0.06 : across ? 0 : 0.05);
  return turn([
    zero.length > 0 && low === 0 ? 0 : low - margin,
    zero.length > 0 && high === 0 ? 0 : high + margin,
  ]);
}

/** The values of a trace along an axis; of a bar both its ends, stacked on those before it elsewhere. */
function endsOf(trace: TraceJson, across: boolean): readonly Coordinate[] {
  const values = across ? trace.x : trace.y;
  if (trace.type !== "bar" || (trace.orientation === "h") !== across) return values;
  return values.flatMap((value, k) => [trace.base?.[k] ?? 0, (trace.base?.[k] ?? 0) + Number(value)]);
}

/** Where the written ticks are; `about` of them where the axis names none. */
export function ticksOf(scale: Scale, about: number): Tick[] {
  const { json, categories, range } = scale;
  const [low, high] = [Math.min(...range), Math.max(...range)];
  const slack = 1e-9 * (high - low);
  const within = ({ at }: Tick): boolean => at >= low - slack && at <= high + slack;
  if (categories !== undefined) return categories.map((text, at) => ({ at, text }));
  if (json.tickvals !== undefined)
    return json.tickvals
      .flatMap((value, k) => ({
        at: placeOf(scale, value) ?? NaN,
        text: json.ticktext?.[k] ?? String(value),
      }))
      .filter(within);
  const step =
    json.dtick ?? niceStep((high - low) / Math.min(about, json.nticks ?? about), json.type === "log");
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  const stride = Math.ceil(count / 40);
  return Array.from({ length: Math.ceil(count / stride) }, (_, k) => {
    const at = (first + k * stride) * step;
    const value = json.type === "log" ? 10 ** at : Number(at.toPrecision(12));
    return { at, text: `${json.tickprefix ?? ""}${numberText(value, json)}${json.ticksuffix ?? ""}` };
  });
}

/** 1, 2 or 5 times a power of ten; whole powers of ten on an axis of logarithms. */
function niceStep(rough: number, logarithmic: boolean): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return logarithmic ? Math.max(1, Math.round(step)) : step;
}

const PREFIXES: readonly (readonly [number, string])[] = [
  [1e18, "E"],
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
  [1e-12, "p"],
];

function numberText(value: number, { tickformat }: AxisJson): string {
  const size = Math.abs(value);
  const plainly = tickformat !== "~s" && size < 1e4 && size >= 1e-4;
  if (value === 0 || plainly) return signed(String(Number(value.toPrecision(6))));
  const [unit, prefix] = PREFIXES.find(([least]) => size >= 0.9999999 * least) ?? [1e-12, "p"];
  return signed(`${Number((value / unit).toPrecision(6))}${prefix}`);
}

function signed(text: string): string {
  return text.replace(/^-/, "−");
}
