/** A text line by line, whole or as it comes in pieces, without a copy of it. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Offset in the text of the line's first character that is no blank. */
  readonly start: number;
  /** Without the blanks around it. */
  readonly text: string;
}

/** A text, or its pieces in order, cut anywhere. */
export type Source = string | Iterable<string>;

/** All lines, empty ones too. Of pieces, no more is kept than the line that is being read. */
export function* linesOf(source: Source): Generator<Line> {
  let [rest, before, number] = ["", 0, 1];
  for (const piece of typeof source === "string" ? [source] : source) {
    const text = rest + piece;
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    if (end === 0) continue;
    for (const line of linesIn(text.slice(0, end - 1))) {
      yield { ...line, number, start: before + line.start };
      number += 1;
    }
    before += end;
  }
  for (const line of linesIn(rest)) yield { ...line, number, start: before + line.start };
}

function* linesIn(text: string): Generator<Line> {
  let start = 0;
  for (let number = 1; start <= text.length; number += 1) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const raw = text.slice(start, end);
    const trimmed = raw.trimStart();
    yield { number, start: start + raw.length - trimmed.length, text: trimmed.trimEnd() };
    start = end + 1;
  }
}
