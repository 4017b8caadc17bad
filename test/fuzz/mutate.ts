/** Programs made wrong on purpose, by character, token and line. */
import { mulberry32, type Random } from "../../dsl/base/random.ts";
import { tokenize } from "../../dsl/syntax/statements.ts";

/** Characters and texts that break things: every bracket and operator, blanks, what no token starts with, large numbers. */
const PIECES: readonly string[] = [
  ..."()[]{}.,:;=!<>+-*/^%?|&'\"#_ \t\n\r0123456789eixs@$~\\`".split(""),
  "\u00a0",
  "\ufeff",
  "é",
  "λ",
  "😀",
  "\ud800",
  "\u0000",
  "..",
  "s_{",
  "==",
  "\n\n",
  " 1e308 ",
  " 1e400 ",
  " 9007199254740993 ",
  " -1 ",
  " 0 ",
  " 0.5 ",
  " 1e9 ",
  " 3000000 ",
  " 1/0 ",
  " i ",
  " __proto__ ",
  " constructor ",
  " toString ",
  ' "" ',
  ' "0.1" ',
  " GiB ",
  " % ",
  "!",
  "^^",
  " for x in 1..1000 ",
  " if 1 ",
  " product { ",
  " copy ",
  " seed 1 ",
];

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)] as T;
}

type Mutation = (source: string, random: Random, other: string) => string;

/** A stretch `[start, end)` of the text replaced. */
function replaced(source: string, start: number, end: number, by: string): string {
  return source.slice(0, start) + by + source.slice(end);
}

function byCharacter(source: string, random: Random): string {
  const at = below(random, source.length + 1);
  const piece = random() < 0.3 ? "" : pick(random, PIECES);
  return replaced(source, at, at + below(random, 3), piece);
}

/** Removes, doubles, swaps or replaces whole tokens; replacements come from the other program or from `PIECES`. */
function byToken(source: string, random: Random, other: string): string {
  const tokens = tokenize(source);
  if (tokens.length === 0) return pick(random, PIECES);
  const { text, offset } = pick(random, tokens);
  const end = offset + text.length;
  const strange = tokenize(other);
  const stranger = strange.length === 0 ? "" : pick(random, strange).text;
  const { text: second, offset: place } = pick(random, tokens);
  switch (below(random, 6)) {
    case 0:
      return replaced(source, offset, end, "");
    case 1:
      return replaced(source, end, end, ` ${text}`);
    case 2:
      return replaced(source, offset, end, stranger);
    case 3:
      return replaced(source, offset, end, pick(random, PIECES));
    case 4:
      return replaced(source, end, end, ` ${stranger} `);
    default:
      if (place < end) return replaced(source, offset, end, second);
      return replaced(replaced(source, place, place + second.length, text), offset, end, second);
  }
}

/** Removes, doubles, moves or cuts lines, or takes one of the other program. */
function byLine(source: string, random: Random, other: string): string {
  const lines = source.split("\n");
  const at = below(random, lines.length);
  const line = lines[at] as string;
  switch (below(random, 5)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(below(random, lines.length), 0, line);
      break;
    case 2:
      lines.splice(at, 1);
      lines.splice(below(random, lines.length), 0, line);
      break;
    case 3:
      lines[at] = line.slice(0, below(random, line.length + 1));
      break;
    default:
      lines.splice(at, 0, pick(random, other.split("\n")));
  }
  return lines.join("\n");
}

/** The same stretch again and again: deep nesting, long lists. */
function byRepeat(source: string, random: Random): string {
  const start = below(random, source.length);
  const end = start + 1 + below(random, 12);
  return replaced(source, end, end, source.slice(start, end).repeat(10 ** (1 + below(random, 3))));
}

const MUTATIONS: readonly Mutation[] = [
  byCharacter,
  byCharacter,
  byCharacter,
  byToken,
  byToken,
  byToken,
  byToken,
  byLine,
  byLine,
];

/** The program of a seed: one of `seeds` after one to four mutations. The same seed gives the same program. */
export function mutant(seeds: readonly string[], seed: number): string {
  const random = mulberry32(seed);
  const other = pick(random, seeds);
  let source = pick(random, seeds);
  for (let left = 1 + below(random, 4); left > 0; left -= 1)
    source = pick(random, MUTATIONS)(source, random, other);
  // Long ones are slow to read: one in fifty will do.
  return random() < 0.02 ? byRepeat(source, random) : source;
}
