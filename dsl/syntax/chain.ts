/** Tokens, runs of them, and lists that grow while the parser tries several readings. */
import type { Span } from "../base/diagnostic.ts";
import type { Expression, Word } from "./tree.ts";

/** A token of the lexer, its offset counted from the start of the source. */
export interface Token {
  readonly type: string;
  readonly text: string;
  readonly offset: number;
}

/**
 * A sequence that shares its front with the parser's other attempts, so that appending takes constant time.
 * `undefined` is the empty one.
 */
export type Chain<T> =
  | { readonly before: Chain<T>; readonly item: T }
  | { readonly left: Chain<T>; readonly right: Chain<T> }
  | undefined;

export function listOf<T>(chain: Chain<T>): T[] {
  const items: T[] = [];
  const pending: Chain<T>[] = [chain];
  while (pending.length > 0) {
    const current = pending.pop();
    if (current === undefined) continue;
    if ("item" in current) {
      items.push(current.item);
      pending.push(current.before);
    } else pending.push(current.left, current.right);
  }
  return items.reverse();
}

export function one<T>([item]: readonly T[]): Chain<T> {
  return { before: undefined, item: item as T };
}

/** `list , item` */
export function more<T>(parts: readonly unknown[]): Chain<T> {
  return { before: parts[0] as Chain<T>, item: parts[2] as T };
}

/** `list item` */
export function next<T>(parts: readonly unknown[]): Chain<T> {
  return { before: parts[0] as Chain<T>, item: parts[1] as T };
}

export function join<T>([left, right]: readonly Chain<T>[]): Chain<T> {
  return { left, right };
}

export function prepend<T>(item: T, rest: Chain<T>): Chain<T> {
  return { left: one([item]), right: rest };
}

export function spanOf(token: Token): Span {
  return { start: token.offset, end: token.offset + token.text.length };
}

export function word(token: Token): Word {
  return { text: token.text, span: spanOf(token) };
}

/** The word without its quotes; the span keeps them. */
export function quoted(token: Token): Word {
  return { text: token.text.slice(1, -1), span: spanOf(token) };
}

function isToken(piece: Word | Token): piece is Token {
  return "offset" in piece;
}

/** Two neighbours as one run; the gap between them is blank, whatever stood there. */
export function run(parts: readonly Word[]): Expression {
  const [left, right] = parts as readonly [Word, Word];
  const gap = " ".repeat(right.span.start - left.span.end);
  return { text: left.text + gap + right.text, span: { start: left.span.start, end: right.span.end } };
}

export function runs(pieces: readonly (Word | Token)[]): Expression {
  const words = pieces.map((piece) => (isToken(piece) ? word(piece) : piece));
  return words.reduce((left, right) => run([left, right]));
}
