/** source text -> the same program in the canonical form, comments and paragraphs kept. */
import { failure, success, type Outcome } from "../base/diagnostic.ts";
import { indented, type Line } from "./layout.ts";
import { lexer } from "../syntax/lexer.ts";
import { parse } from "../syntax/parse.ts";
import { printStatement } from "./print.ts";

/** A comment of the source. */
interface Comment {
  readonly text: string;
  readonly offset: number;
  /** Nothing stands before it on its line. */
  readonly alone: boolean;
}

/** A line of the result: what it says, and the comment at its end. */
interface Row {
  readonly text: string;
  readonly comments: string[];
  /** A blank line stands before it. */
  readonly spaced: boolean;
}

/** Formatting a formatted text changes nothing. The mistakes, where the text cannot be read. */
export function format(source: string): Outcome<string> {
  const parsed = parse(source);
  if (!parsed.ok) return failure(parsed.diagnostics);
  const lines = parsed.value.statements.flatMap((statement) => printStatement(statement, source));
  const rows = rowsOf(source, lines, commentsOf(source));
  return success(joined(rows));
}

function commentsOf(source: string): Comment[] {
  const comments: Comment[] = [];
  let alone = true;
  lexer.reset(source);
  for (const { type, text, offset } of lexer) {
    if (type === "comment") comments.push({ text: text.trimEnd(), offset, alone });
    if (type === "newline") alone = true;
    else if (type !== "space") alone = false;
  }
  return comments;
}

function rowsOf(source: string, lines: readonly Line[], comments: readonly Comment[]): Row[] {
  const rows: Row[] = [];
  let next = 0;
  const pushAlone = (limit: number, depth: number): void => {
    for (let own = comments[next]; own !== undefined && own.offset < limit; own = comments[next]) {
      if (own.alone)
        rows.push({
          text: indented({ text: own.text, depth }),
          comments: [],
          spaced: gapBefore(source, own.offset),
        });
      else rows.at(-1)?.comments.push(own.text);
      next += 1;
    }
  };
  lines.forEach((line, position) => {
    const { start, end } = line.span;
    const after = lines[position + 1]?.span.start ?? Infinity;
    pushAlone(start, line.closes ? line.depth + 1 : line.depth);
    const inside = commentsUntil(comments, next, Math.min(end, after));
    for (const own of inside.filter(({ alone }) => alone))
      rows.push({
        text: indented({ text: own.text, depth: line.depth }),
        comments: [],
        spaced: gapBefore(source, own.offset),
      });
    const row = { text: indented(line), comments: [] as string[], spaced: gapBefore(source, start) };
    row.comments.push(...inside.filter(({ alone }) => !alone).map(({ text }) => text));
    rows.push(row);
    next += inside.length;
  });
  pushAlone(Infinity, 0);
  return rows;
}

function commentsUntil(comments: readonly Comment[], from: number, limit: number): readonly Comment[] {
  let to = from;
  while ((comments[to]?.offset ?? Infinity) < limit) to += 1;
  return comments.slice(from, to);
}

/** Whether a blank line stands above the line that begins at `offset`. */
function gapBefore(source: string, offset: number): boolean {
  return /(?:^|\n)[^\S\n]*\n[^\S\n]*$/.test(source.slice(Math.max(0, offset - 400), offset));
}

/** Comments at the ends of neighbouring lines stand in one column, unless a line is long. */
const LONGEST_ALIGNED = 80;

function joined(rows: readonly Row[]): string {
  const texts: string[] = [];
  let begin = 0;
  while (begin < rows.length) {
    let end = begin;
    while (end < rows.length && (end === begin || continues(rows, end))) end += 1;
    const block = rows.slice(begin, end);
    const widths = block.map(({ text }) => [...text].length).filter((width) => width <= LONGEST_ALIGNED);
    const column = Math.max(0, ...widths);
    block.forEach(({ text, comments, spaced }, position) => {
      if (spaced && begin + position > 0) texts.push("");
      const padded = text + " ".repeat(Math.max(0, column - [...text].length));
      texts.push(comments.length === 0 ? text : `${padded}  ${comments.join(" ")}`);
    });
    begin = end;
  }
  return texts.length === 0 ? "" : `${texts.join("\n")}\n`;
}

/** Whether the comments of a row stand in the column of the row above. */
function continues(rows: readonly Row[], position: number): boolean {
  const [above, own] = [rows[position - 1], rows[position]];
  return (
    above !== undefined &&
    own !== undefined &&
    above.comments.length > 0 &&
    own.comments.length > 0 &&
    !own.spaced
  );
}
