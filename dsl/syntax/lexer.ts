/** Tokens of the language. */
import moo from "moo";

/** Words that start a statement. */
export const HEADS: readonly string[] = [
  "let",
  "index",
  "tensor",
  "network",
  "import",
  "order",
  "machine",
  "slice",
  "distribute",
  "require",
  "run",
  "show",
  "compare",
];

/** Reserved, so that an expression ends where one of them stands. */
const RESERVED: readonly string[] = [
  ...HEADS,
  "product",
  "for",
  "in",
  "if",
  "fit",
  "seed",
  "within",
  "minimizing",
  "with",
];

/**
 * `s_1` and `k_in` are one name; `s_{` opens a subscript. A number leaves the dots of `1..L` alone.
 * `bad` takes whatever nothing else matches; the caller starts again one character later.
 */
export const lexer = moo.compile({
  space: /[ \t\r\u00a0\ufeff]+/u,
  comment: /#[^\n]*/u,
  newline: { match: /\n/u, lineBreaks: true },
  number: /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/u,
  string: /"[^"\n]*"/u,
  openString: /"[^"\n]*/u,
  family: /\p{L}[\p{L}\p{N}_]*_\{/u,
  name: { match: /\p{L}[\p{L}\p{N}_]*/u, type: moo.keywords({ keyword: [...RESERVED] }) },
  op: "== != <= >= < > + - * / ^ .* ./ .^ % ! ? | & '".split(" "),
  punct: ["..", ",", "=", ":", ";", "(", ")", "[", "]", "{", "}"],
  bad: moo.error,
});
