/** The table of tokens: from it the lexer is made, and the colours of editors and pages. */

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
export const RESERVED: readonly string[] = [
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

/** Words that are keywords in one kind of statement alone, from its third word on. */
export const WORDS_OF: Readonly<Record<string, readonly string[]>> = {
  machine: "device node cluster peak memory at over latency launch devices nodes link".split(" "),
  distribute: "on devices groups of by over then at step".split(" "),
  compare: "on devices".split(" "),
  show: ["search"],
};

/** Words with a meaning of their own in some place, and names everywhere else. */
const SOFT: Readonly<Record<string, readonly string[]>> = {
  import: ["as"],
  order: "by path search greedy optimal partition anneal on".split(" "),
  machine: ["preset", "threads", "torch"],
  slice: ["to", "over"],
  run: ["on", "dry"],
  show: ["of", "on", "devices"],
};

/** The words that are coloured in a statement which begins with `head`. */
export function wordsOf(head: string): readonly string[] {
  return [...RESERVED, ...(WORDS_OF[head] ?? []), ...(SOFT[head] ?? [])];
}

/** Every word that has a meaning of its own somewhere. */
export const KEYWORDS: readonly string[] = [...new Set(HEADS.flatMap(wordsOf))];

/** Tokens that are not just a few characters. `s_1` and `k_in` are one name; a number leaves the dots of `1..L` alone. */
export const PATTERNS = {
  comment: /#[^\n]*/u,
  /** Before numbers, one of which could begin with its second dot. */
  range: /\.\./u,
  number: /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/u,
  string: /"[^"\n]*"/u,
  openString: /"[^"\n]*/u,
  family: /\p{L}[\p{L}\p{N}_]*_\{/u,
  name: /\p{L}[\p{L}\p{N}_]*/u,
} as const;
