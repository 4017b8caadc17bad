/** Tokens of the language. */
import moo from "moo";
import { PATTERNS, RESERVED } from "./words.ts";

export { HEADS, WORDS_OF } from "./words.ts";

/**
 * `s_{` opens a subscript. `bad` takes whatever nothing else matches; the caller starts again one character later.
 */
export const lexer = moo.compile({
  space: /[ \t\r\u00a0\ufeff]+/u,
  comment: PATTERNS.comment,
  newline: { match: /\n/u, lineBreaks: true },
  number: PATTERNS.number,
  string: PATTERNS.string,
  openString: PATTERNS.openString,
  family: PATTERNS.family,
  name: { match: PATTERNS.name, type: moo.keywords({ keyword: [...RESERVED] }) },
  op: "== != <= >= < > + - * / ^ .* ./ .^ % ! ? | & '".split(" "),
  punct: ["..", ",", "=", ":", ";", "(", ")", "[", "]", "{", "}"],
  bad: moo.error,
});
