/** The pieces of a template and the values between them, as one program. */
import type { Span } from "../../dsl/index.ts";

/** How a value stands in the program. */
export interface Inserted {
  /** In the source that is compiled. */
  readonly text: string;
  /** In the source that messages show. */
  readonly shown: string;
}

export interface Composed {
  readonly source: string;
  readonly shown: string;
  /** A place in `source` as one in `shown`; all of an inserted value is one place. */
  readonly place: (span: Span) => Span;
  /** Where each value stands in `source`. */
  readonly spans: readonly Span[];
}

/** `parts` has one text more than there are values. */
export function compose(parts: readonly string[], values: readonly Inserted[]): Composed {
  let [source, shown] = ["", ""];
  const pieces: { readonly at: Span; readonly shownAt: Span; readonly whole: boolean }[] = [];
  const push = (text: string, look: string, whole: boolean): void => {
    const at = { start: source.length, end: source.length + text.length };
    pieces.push({ at, shownAt: { start: shown.length, end: shown.length + look.length }, whole });
    source += text;
    shown += look;
  };
  parts.forEach((part, position) => {
    push(part, part, false);
    const value = values[position];
    if (value !== undefined) push(value.text, value.shown, true);
  });
  const place = ({ start, end }: Span): Span => {
    const first = pieces.findLast(({ at }) => at.start <= start) ?? pieces[0];
    const last = pieces.find(({ at }) => end <= at.end) ?? pieces.at(-1);
    if (first === undefined || last === undefined) return { start, end };
    return {
      start: first.whole ? first.shownAt.start : first.shownAt.start + (start - first.at.start),
      end: last.whole ? last.shownAt.end : last.shownAt.start + Math.max(0, end - last.at.start),
    };
  };
  return { source, shown, place, spans: pieces.filter(({ whole }) => whole).map(({ at }) => at) };
}
