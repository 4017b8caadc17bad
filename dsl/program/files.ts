/** Files that a program names: read through the context, their mistakes told with the place inside the file. */
import { UserError, type Diagnostic, type Outcome } from "../base/diagnostic.ts";
import { positionOf } from "../base/excerpt.ts";
import { nearest } from "../base/suggest.ts";
import type { TensorData } from "../formats/elements.ts";
import { parseNpy } from "../formats/npy.ts";
import { npzNames, parseNpz } from "../formats/npz.ts";
import { parseSafetensors, safetensorsNames } from "../formats/safetensors.ts";
import type { Word } from "../syntax/tree.ts";
import type { CheckContext } from "./program.ts";
import { didYouMean, refuse, someOf } from "./refusal.ts";

/** Mistakes of one file that are told. */
const TOLD = 5;

/** Throws Refusal where the file cannot be read. */
export function textOf({ read }: CheckContext, path: Word): string {
  return opened(path, () => read(path.text));
}

/** As a text, or piece by piece where the context can: for formats that are read line by line. Throws Refusal as it is read. */
export function* piecesOf({ pieces, read }: CheckContext, path: Word): Generator<string> {
  const source = opened(path, () => (pieces === undefined ? [read(path.text)] : pieces(path.text)));
  const iterator = source[Symbol.iterator]();
  for (;;) {
    const next = opened(path, () => iterator.next());
    if (next.done === true) return;
    yield next.value;
  }
}

/** The text for the columns of its mistakes; empty where it is too large to be held, which leaves the lines. */
export function textOfMistakes({ read }: CheckContext, path: Word): string {
  try {
    return read(path.text);
  } catch (error) {
    if (error instanceof UserError) return "";
    throw error;
  }
}

function opened<T>({ text: path, span }: Word, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = `"${path}" starts from the folder of the notebook or program`;
    return refuse("bad-file", { why: error.message }, span, hint);
  }
}

/** What was read of a text file. Throws Refusal with the first few mistakes, each with its line. */
export function readOf<T>(path: Word, text: string, parsed: Outcome<T>): T {
  if (parsed.ok) return parsed.value;
  const told = parsed.diagnostics.slice(0, TOLD).map((one) => placeOf(text, one, path.text));
  const more = parsed.diagnostics.length - told.length;
  const why = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
  return refuse("bad-file", { why }, path.span, parsed.diagnostics[0]?.hint);
}

/** `file:line:column: what`; the line alone where the message says no more, and neither for what is wrong with the whole. */
function placeOf(text: string, { span, message }: Diagnostic, path: string): string {
  const [, said, what = message] = /^line (\d+): (.*)$/s.exec(message) ?? [];
  if ((span.start === 0 && span.end === text.length) || span.start >= text.length)
    return said === undefined ? `${path}: ${what}` : `${path}:${said}: ${what}`;
  const { line, column } = positionOf(text, span.start);
  return `${path}:${line}:${column}: ${what}`;
}

/** A kind of file that holds tensors. */
interface TensorFormat {
  /** Of an archive, the names inside it; absent where a file holds one array. */
  readonly names?: (bytes: Uint8Array) => Outcome<readonly string[]>;
  /** All tensors by name, or that of one name alone. A file of one array gives it the name "". */
  readonly tensors: (
    bytes: Uint8Array,
    context: CheckContext,
    only: string | undefined,
  ) => Outcome<ReadonlyMap<string, TensorData>>;
}

/** By extension, in lower case. */
const FORMATS: Readonly<Record<string, TensorFormat>> = {
  npy: {
    tensors: (bytes) => {
      const parsed = parseNpy(bytes);
      return parsed.ok ? { ...parsed, value: new Map([["", parsed.value]]) } : parsed;
    },
  },
  npz: {
    names: npzNames,
    tensors: (bytes, { inflate }, only) => parseNpz(bytes, inflate, only === undefined ? {} : { only }),
  },
  safetensors: { names: safetensorsNames, tensors: (bytes, _, only) => parseSafetensors(bytes, only) },
};

const KNOWN = `tensors come from files whose name ends in .${Object.keys(FORMATS).join(", .")}`;

function formatOf({ text, span }: Word): TensorFormat {
  const extension = extensionOf(text);
  const found = Object.hasOwn(FORMATS, extension) ? FORMATS[extension] : undefined;
  const blanks = { what: "a file of tensors", got: `"${text}"` };
  return found ?? refuse("bad-choice", blanks, span, KNOWN);
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(path: string): string {
  return (/\.([^./\\]+)$/.exec(path)?.[1] ?? "").toLowerCase();
}

/** The one tensor that `file("weights.npy")` or `file("t.npz", "W")` names. Throws Refusal. */
export function tensorIn(context: CheckContext, path: Word, part: Word | undefined): TensorData {
  const format = formatOf(path);
  const bytes = opened(path, () => context.readBytes(path.text));
  if (format.names === undefined && part !== undefined) {
    const why = `"${path.text}" holds one array, which has no name`;
    return refuse("bad-file", { why }, part.span, `write file("${path.text}")`);
  }
  const only = format.names && chosen(path, binary(path, format.names(bytes)), part);
  const [tensor] = binary(path, format.tensors(bytes, context, only)).values();
  return tensor ?? refuse("bad-file", { why: `"${path.text}" holds no tensor` }, path.span);
}

function chosen(path: Word, names: readonly string[], part: Word | undefined): string {
  const [first, second] = names;
  if (part === undefined) {
    if (first !== undefined && second === undefined) return first;
    const why = `"${path.text}" holds ${names.length} arrays: ${someOf(names)}`;
    return refuse("bad-file", { why }, path.span, `choose one: file("${path.text}", "${first ?? "W"}")`);
  }
  if (names.includes(part.text)) return part.text;
  const hint = didYouMean(nearest(part.text, names)) ?? `it holds ${someOf(names)}`;
  return refuse("bad-file", { why: `"${path.text}" holds no array "${part.text}"` }, part.span, hint);
}

/** All tensors of a file by name, in its order; a lone array has the name "". Throws Refusal. */
export function tensorsIn(context: CheckContext, path: Word): ReadonlyMap<string, TensorData> {
  const format = formatOf(path);
  const bytes = opened(path, () => context.readBytes(path.text));
  return binary(path, format.tensors(bytes, context, undefined));
}

/** Of a binary file, whose complaints name the byte. */
function binary<T>(path: Word, parsed: Outcome<T>): T {
  if (parsed.ok) return parsed.value;
  const [first] = parsed.diagnostics;
  return refuse("bad-file", { why: `${path.text}: ${first?.message ?? ""}` }, path.span, first?.hint);
}
