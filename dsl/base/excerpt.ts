/** A diagnostic with the line it is about. */
import type { Diagnostic } from "./diagnostic.ts";

/** Where an offset lies: line and column count from 1, columns in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionOf(source: string, offset: number): Position {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: [...before.slice(start)].length + 1 };
}

/** Of a longer line only the part around the mistake is shown. */
const WIDEST = 200;

/**
 * `file:line:col error[code]: message`, the source line, carets under the span, the hint.
 * A span of several lines is marked on its first.
 */
export function excerpt(source: string, diagnostic: Diagnostic, fileName = ""): string {
  const { span, severity, code, message, hint } = diagnostic;
  const { line, column } = positionOf(source, span.start);
  const start = source.lastIndexOf("\n", span.start - 1) + 1;
  const newline = source.indexOf("\n", span.start);
  const end = newline < 0 ? source.length : newline;
  const whole = source.slice(start, end).replace(/\r$/, "");
  const from = whole.length > WIDEST ? Math.max(0, span.start - start - WIDEST / 2) : 0;
  const text = whole.slice(from, from + WIDEST);
  const marked = [...source.slice(span.start, Math.min(span.end, start + from + text.length))].length;
  // Tabs stay tabs, so that the carets line up however wide the reader's tabs are.
  const pad = [...source.slice(start + from, span.start)]
    .map((character) => (character === "\t" ? "\t" : " "))
    .join("");
  const place = fileName === "" ? `${line}:${column}` : `${fileName}:${line}:${column}`;
  const lines = [
    `${place} ${severity}[${code}]: ${message}`,
    `  ${text}`,
    `  ${pad}${"^".repeat(Math.max(1, marked))}`,
  ];
  return (hint === undefined ? lines : [...lines, `  hint: ${hint}`]).join("\n");
}
