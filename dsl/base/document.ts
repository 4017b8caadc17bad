/** JSON documents read strictly: every mistake names its place in the document, or the line where the text is no JSON. */
import { failure, success, type Outcome } from "./diagnostic.ts";
import { badJsonLine, duplicateKey } from "./json.ts";
import { diagnose } from "./messages.ts";

/** What is wrong, and where in the document: `inputs[3][0]`. */
class Malformed extends Error {
  override readonly name = "Malformed";
  readonly place: string;
  constructor(place: string, what: string) {
    super(what);
    this.place = place;
  }
}

/** Ends the reading of a document. */
export function malformed(place: string, what: string): never {
  throw new Malformed(cut(place), cut(what));
}

/** Names in a file may be as long as the file. */
function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}

/** What `make` builds of the document, or its first mistake; `hint` shows the form that is expected. */
export function readDocument<T>(text: string, hint: string, make: (value: unknown) => T): Outcome<T> {
  const failed = (place: string, what: string): Outcome<T> =>
    failure([diagnose("bad-network", { place, what }, { start: 0, end: text.length }, hint)]);
  try {
    const value = JSON.parse(text) as unknown;
    const twice = duplicateKey(text);
    if (twice !== undefined) return failed(`line ${twice.line}`, `the key ${cut(twice.key)} is there twice`);
    return success(make(value));
  } catch (error) {
    if (error instanceof Malformed) return failed(error.place, error.message);
    if (error instanceof SyntaxError)
      return failed(`line ${badJsonLine(text) ?? 1}`, `not valid JSON (${reworded(error)})`);
    throw error;
  }
}

/** The engine's reason may quote the text, line breaks included. */
function reworded({ message }: SyntaxError): string {
  return message.replace(/\s+/g, " ");
}

export function recordAt(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    malformed(path, `expected an object, got ${kindOf(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

export function listAt(path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) malformed(path, `expected a list, got ${kindOf(value)}`);
  return value as readonly unknown[];
}

export function positiveAt(path: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1)
    malformed(path, `expected a positive integer, got ${describe(value)}`);
  return value;
}

/** From 0. */
export function naturalAt(path: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    malformed(path, `expected a natural number, got ${describe(value)}`);
  return value;
}

export function textAt(path: string, value: unknown): string {
  if (typeof value !== "string") malformed(path, `expected a text, got ${kindOf(value)}`);
  return value;
}

/** The value itself where it is short enough, else what it is. */
export function describe(value: unknown): string {
  const text = typeof value === "object" || value === undefined ? kindOf(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
