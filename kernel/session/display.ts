/** Values and errors of a session as Jupyter shows them: plain JSON, always with `text/plain`. */
import { inspect } from "node:util";
import type { ErrorContent, MimeBundle } from "../protocol/message.ts";
import type { Figure } from "../figure/figure.ts";
import { figureBundle } from "../figure/picture/bundle.ts";
import type { CompileError } from "./tslab.ts";

/** A value that draws itself has a method of this name that returns a mime bundle (the convention of Deno's kernel). */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/**
 * The mime bundle of any value: its own, a figure's, or its text as `util.inspect` prints it. A promise only where the value's own
 * method gives one.
 */
export function bundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (drawsItself(value)) {
    const own = value[DISPLAY]();
    return own instanceof Promise ? own.then((data) => plainJson(data, value)) : plainJson(own, value);
  }
  if (isFigure(value)) return plainJson(figureBundle(value), value);
  const represented = representations(value);
  return represented === undefined ? { "text/plain": inspect(value) } : plainJson(represented, value);
}

/** The methods by which values of Python draw themselves, where a value has some of them. */
const REPRESENTATIONS: readonly (readonly [method: string, mime: string])[] = [
  ["_repr_html_", "text/html"],
  ["_repr_svg_", "image/svg+xml"],
  ["_repr_png_", "image/png"],
  ["_repr_jpeg_", "image/jpeg"],
  ["_repr_markdown_", "text/markdown"],
  ["_repr_latex_", "text/latex"],
  ["_repr_json_", "application/json"],
];

/** Undefined for a value without such a method; one that returns null or undefined has nothing to show. */
function representations(value: unknown): MimeBundle | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const call = (method: string): unknown => {
    const own: unknown = Reflect.get(value, method);
    return typeof own === "function" ? (own.call(value) as unknown) : undefined;
  };
  const whole = call("_repr_mimebundle_");
  const parts = REPRESENTATIONS.map(([method, mime]) => [mime, encoded(call(method))] as const);
  const known = parts.filter(([, data]) => data !== undefined && data !== null);
  const data = { ...Object.fromEntries(known), ...(typeof whole === "object" ? whole : {}) };
  return Object.keys(data).length === 0 ? undefined : data;
}

/** Pictures travel as base64. */
function encoded(data: unknown): unknown {
  return data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data;
}

/** An exception as a Jupyter error; frames inside tnlab, tslab and Node are left out. */
export function exceptionContent(error: unknown, frames: readonly string[] = []): ErrorContent {
  if (!(error instanceof Error)) {
    const text = inspect(error);
    return { ename: "Thrown", evalue: text, traceback: [`Thrown: ${text}`] };
  }
  const head = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  const cause = error.cause === undefined ? [] : [`caused by: ${inspect(error.cause)}`];
  return { ename: error.name, evalue: error.message, traceback: [head, ...frames, ...cause] };
}

/** The error of a cell that the user stopped. */
export function interruptedContent(): ErrorContent {
  const evalue = "the cell was interrupted";
  return { ename: "Interrupted", evalue, traceback: [`Interrupted: ${evalue}`] };
}

/** Bundles cross a process boundary and a socket as JSON, so anything else is converted or dropped here. */
export function plainJson(data: unknown, value: unknown): MimeBundle {
  const json = JSON.parse(JSON.stringify(data ?? {})) as Readonly<Record<string, unknown>>;
  return "text/plain" in json ? json : { ...json, "text/plain": inspect(value) };
}

function drawsItself(value: unknown): value is { readonly [DISPLAY]: () => unknown } {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, DISPLAY) === "function";
}

function isFigure(value: unknown): value is Figure {
  if (typeof value !== "object" || value === null) return false;
  const { data, layout, summary } = value as Partial<Record<keyof Figure, unknown>>;
  return Array.isArray(data) && typeof layout === "object" && layout !== null && typeof summary === "string";
}

/** Mistakes that the TypeScript compiler found in `source`, each drawn under its line, and `hints` on the way out. */
export function mistakesContent(
  source: string,
  mistakes: readonly CompileError[],
  hints: readonly string[] = [],
): ErrorContent {
  const first = mistakes[0]?.text ?? "the cell does not compile";
  const drawn = mistakes.map((one) => drawMistake(source, one));
  return {
    ename: "CompileError",
    evalue: first,
    traceback: [...drawn, ...hints.map((one) => `hint: ${one}`)],
  };
}

function drawMistake(source: string, { file, line, column, text }: CompileError): string {
  const place = `${file ?? "line"} ${String(line)}:${String(column)}: ${text}`;
  const shown = file === undefined ? source.split("\n")[line - 1] : undefined;
  if (shown === undefined) return place;
  const gutter = `${String(line)} | `;
  const word = /^[\w$]+/.exec(shown.slice(column - 1))?.[0].length ?? 1;
  return `${place}\n${gutter}${shown}\n${" ".repeat(gutter.length + column - 1)}${"^".repeat(word)}`;
}
