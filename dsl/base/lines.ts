/** A text line by line, without a copy of it. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Offset in the text of the line's first character that is no blank. */
  readonly start: number;
  /** Without the blanks around it. */
  readonly text: string;
}

/** All lines, empty ones too. */
export function* linesOf(text: string): Generator<Line> {
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
