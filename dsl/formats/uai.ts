/** Graphical models in the format of the UAI competitions, and what was observed. */
import type { Outcome } from "../base/diagnostic.ts";
import { attempt, shown } from "./mistake.ts";
import { badWord, integerWord, nextWord, realWord, wordsOf, type Words } from "./words.ts";

/** Variables are 0..n-1. */
export interface Model {
  readonly kind: "markov" | "bayes";
  /** How many values each variable takes. */
  readonly extents: readonly number[];
  readonly factors: readonly Factor[];
}

export interface Factor {
  /** Different variables; of a Bayesian network the last is the one whose probabilities these are. */
  readonly scope: readonly number[];
  /** Row-major over the scope; not negative. */
  readonly table: Float64Array;
}

/** Value of each observed variable. */
export type Evidence = ReadonlyMap<number, number>;

const MOST_VARIABLES = 2_000_000;
const MOST_VALUES = 2 ** 31 - 1;

/**
 * Reads `MARKOV` and `BAYES` files: kind, count of variables, their extents, count of factors, a scope each, a table each.
 * Lines that start with c are comments. The first mistake is told with its line: words that do not fit, tables whose
 * size differs from that of their scope, negative entries, words after the last table.
 */
export function parseUai(text: string): Outcome<Model> {
  return attempt(() => {
    const words = wordsOf(text);
    const kind = kindOf(words);
    const variables = integerWord(words, "the number of variables", 0, MOST_VARIABLES);
    const extents = times(variables, (k) =>
      integerWord(words, `the extent of variable ${k}`, 1, MOST_VALUES),
    );
    const factors = integerWord(words, "the number of factors", 0, MOST_VARIABLES);
    const scopes = times(factors, (k) => scopeOf(words, k, variables));
    const tables = scopes.map((scope, k) => tableOf(words, k, scope, extents));
    if (nextWord(words) !== undefined) badWord(words, "the file goes on after the last table");
    return {
      kind,
      extents,
      factors: scopes.map((scope, k) => ({ scope, table: tables[k] as Float64Array })),
    };
  });
}

function times<T>(count: number, make: (position: number) => T): T[] {
  const made: T[] = [];
  for (let position = 0; position < count; position += 1) made.push(make(position));
  return made;
}

function kindOf(words: Words): Model["kind"] {
  const word = nextWord(words);
  if (word === "MARKOV") return "markov";
  if (word === "BAYES") return "bayes";
  return badWord(
    words,
    `expected MARKOV or BAYES, got ${word === undefined ? "an empty file" : shown(word)}`,
  );
}

function scopeOf(words: Words, factor: number, variables: number): readonly number[] {
  const size = integerWord(words, `the number of variables of factor ${factor}`, 0, variables);
  const scope = new Set<number>();
  for (let axis = 0; axis < size; axis += 1) {
    const variable = integerWord(words, `a variable of factor ${factor}`, 0, variables - 1);
    if (scope.has(variable)) badWord(words, `factor ${factor} has variable ${variable} twice`);
    scope.add(variable);
  }
  return [...scope];
}

function tableOf(
  words: Words,
  factor: number,
  scope: readonly number[],
  extents: readonly number[],
): Float64Array {
  const wanted = scope.reduce((size, variable) => size * (extents[variable] ?? 1), 1);
  const size = integerWord(words, `the number of entries of factor ${factor}`, 0, Number.MAX_SAFE_INTEGER);
  if (size !== wanted)
    badWord(words, `factor ${factor} has ${size} entries, but its variables take ${wanted} values together`);
  // Collected first: the file may not have as many as it says.
  const entries: number[] = [];
  while (entries.length < size) {
    const entry = realWord(words, `entry ${entries.length} of factor ${factor}`);
    if (entry < 0)
      badWord(
        words,
        `entry ${entries.length} of factor ${factor} is negative`,
        "are these logarithms? write their exponentials",
      );
    entries.push(entry);
  }
  return Float64Array.from(entries);
}

/**
 * Reads an evidence file of the model: the number of observed variables, then each with its value; a leading 1, for one
 * sample, may stand before it. The first mistake is told with its line.
 */
export function parseEvidence(text: string, model: Model): Outcome<Evidence> {
  return attempt(() => {
    const words = wordsOf(text);
    const count = countWords(text);
    if (count % 2 === 0 && count > 0 && integerWord(words, "the number of samples", 0, MOST_VARIABLES) !== 1)
      badWord(words, "only one sample of evidence can be read");
    const evidence = new Map<number, number>();
    const size = integerWord(words, "the number of observed variables", 0, model.extents.length);
    for (let k = 0; k < size; k += 1) {
      const variable = integerWord(words, "an observed variable", 0, model.extents.length - 1);
      if (evidence.has(variable)) badWord(words, `variable ${variable} is observed twice`);
      const most = (model.extents[variable] ?? 1) - 1;
      evidence.set(variable, integerWord(words, `the value of variable ${variable}`, 0, most));
    }
    if (nextWord(words) !== undefined) badWord(words, "the file goes on after the last value");
    return evidence;
  });
}

function countWords(text: string): number {
  const words = wordsOf(text);
  let count = 0;
  while (nextWord(words) !== undefined) count += 1;
  return count;
}
