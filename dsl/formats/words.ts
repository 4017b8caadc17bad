/** Texts that are words between blanks, read one at a time: the UAI formats. */
import { complaint, Mistake, shown } from "./mistake.ts";

export interface Words {
  readonly text: string;
  at: number;
  line: number;
  /** The word taken last, for complaints. */
  last: { readonly start: number; readonly end: number; readonly line: number };
}

/** Lines that start with the word c are comments. */
export function wordsOf(text: string): Words {
  return { text, at: 0, line: 1, last: { start: 0, end: 0, line: 1 } };
}

/** The next word, or undefined at the end of the text. */
export function nextWord(words: Words): string | undefined {
  const { text } = words;
  let startsLine = words.at === 0;
  for (;;) {
    const character = text[words.at];
    if (character === undefined) return undefined;
    if (character === "\n") {
      words.line += 1;
      startsLine = true;
    } else if (startsLine && character === "c" && !/\S/.test(text[words.at + 1] ?? " ")) {
      const newline = text.indexOf("\n", words.at);
      words.at = newline < 0 ? text.length : newline;
      continue;
    } else if (/\S/.test(character)) break;
    words.at += 1;
  }
  WORD.lastIndex = words.at;
  const word = WORD.exec(text)?.[0] ?? "";
  words.last = { start: words.at, end: words.at + word.length, line: words.line };
  words.at += word.length;
  return word;
}

const WORD = /\S+/y;

/** Throws Mistake at the word taken last. */
export function badWord({ last }: Words, what: string, hint?: string): never {
  throw new Mistake(complaint(`line ${last.line}`, what, last.start, last.end, hint));
}

/** Throws Mistake where the next word is no integer from `least` to `most`. */
export function integerWord(words: Words, what: string, least: number, most: number): number {
  const word = nextWord(words);
  if (word === undefined) return badWord(words, `the file ends where ${what} should follow`);
  const value = Number(word);
  if (!/^\d+$/.test(word) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return badWord(words, `expected ${what}, an integer ${range}, got ${shown(word)}`);
  }
  return value;
}

/** Throws Mistake where the next word is no finite decimal number. */
export function realWord(words: Words, what: string): number {
  const word = nextWord(words);
  if (word === undefined) return badWord(words, `the file ends where ${what} should follow`);
  const value = Number(word);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word) || !Number.isFinite(value))
    return badWord(words, `expected ${what}, a finite number, got ${shown(word)}`);
  return value;
}
