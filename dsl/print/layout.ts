/** Lines of canonical text while they are written, each with the place in the source that it stands for. */
import type { Span } from "../base/diagnostic.ts";
import { listed, spaced, type Listed } from "./spacing.ts";
import { tokenize } from "../syntax/statements.ts";
import type { Expression } from "../syntax/tree.ts";

/** Lines are broken, where they can be, to stay within this many columns. */
export const WIDTH = 100;

const INDENT = "  ";

export interface Line {
  /** Without indent. */
  readonly text: string;
  readonly depth: number;
  /** Offsets of what is printed, in the source that was parsed. */
  readonly span: Span;
  /** It begins with a closing bracket: a comment before it belongs to the inside. */
  readonly closes: boolean;
}

export interface Writer {
  readonly source: string;
  readonly lines: Line[];
  text: string;
  depth: number;
  start: number;
}

export function startWriter(source: string, start: number): Writer {
  return { source, lines: [], text: "", depth: 0, start };
}

/** Ends the line at the source's offset `end`; the next one begins at `start`. */
export function endLine(writer: Writer, end: number, start: number, depth = writer.depth): void {
  const { lines, text } = writer;
  const closes = /^[)\]}]/.test(text);
  lines.push({ text, depth: writer.depth, span: { start: writer.start, end }, closes });
  writer.text = "";
  writer.start = start;
  writer.depth = depth;
}

export function indented({ text, depth }: Pick<Line, "text" | "depth">): string {
  return INDENT.repeat(depth) + text;
}

/** An expression; its outermost list is written one item a line where the source has it so or the line is too long. */
export function writeExpression(writer: Writer, expression: Expression): void {
  const tokens = tokenize(expression.text);
  const { start } = expression.span;
  const whole = spaced(tokens);
  const list = listed(tokens);
  const width = indented(writer).length + whole.length;
  if (list === undefined || !(width > WIDTH || isTall(writer.source, list, start))) {
    writer.text += whole;
    return;
  }
  writer.text += list.head;
  const { depth } = writer;
  endLine(writer, start + list.open + 1, start + (list.items[0]?.start ?? 0), depth + 1);
  list.items.forEach((item, position) => {
    const next = list.items[position + 1];
    writer.text = item.text + (next === undefined ? "" : ",");
    endLine(
      writer,
      start + item.end,
      start + (next?.start ?? list.close),
      next === undefined ? depth : depth + 1,
    );
  });
  writer.text = list.tail;
}

/** The source breaks the line after the bracket, or has a comment inside. */
function isTall(source: string, { open, close, items }: Listed, start: number): boolean {
  return breaksAfter(source, start + open, start + (items[0]?.start ?? 0), start + close);
}

/** Whether the source breaks the line between an opening bracket and what follows, or has a comment before its end. */
export function breaksAfter(source: string, open: number, first: number, close: number): boolean {
  return source.slice(open, first).includes("\n") || source.slice(open, close).includes("#");
}
