/** Which part of a cell is tnlab's language and which is TypeScript. */
import type { SearchDefaults } from "../../dsl/index.ts";
import { ARITHMETIC_NAMES, type ArithmeticName } from "../engine/engine.ts";

/** A cell's text, sorted. For `tn`, `source` has an empty first line in place of the magic, so that lines still count. */
export type Cell =
  | { readonly language: "tn"; readonly source: string; readonly words: readonly string[] }
  /** `%tn WORDS`, a cell of one line: a question about the language. */
  | { readonly language: "magic"; readonly words: readonly string[] }
  | { readonly language: "typescript"; readonly source: string };

/** A first line that cannot be understood; the message says what can. */
export class MagicError extends Error {
  override readonly name = "MagicError";
}

const MAGIC = /^%%tn(?:[ \t]+([^\n]*))?(?:\r?\n|$)/;

const LINE_MAGIC = /^\s*%tn(?:[ \t]+([^\n]*))?\s*$/;

/** A cell whose first line starts with `%%tn` is in tnlab's language; the rest of that line holds options. */
export function readCell(code: string): Cell {
  const match = MAGIC.exec(code);
  if (match)
    return { language: "tn", source: "\n" + code.slice(match[0].length), words: wordsOf(match[1] ?? "") };
  const line = LINE_MAGIC.exec(code);
  return line === null
    ? { language: "typescript", source: code }
    : { language: "magic", words: wordsOf(line[1] ?? "") };
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

export interface CellOptions {
  /** Of searches that the cell leaves open. */
  readonly search: SearchDefaults;
  readonly arithmetic: ArithmeticName | undefined;
  /** Relative to the notebook's folder. */
  readonly checkpoints: string | undefined;
  readonly overlap: boolean | undefined;
}

/** What the words after `%%tn` say: `--seconds 10`, `--seed 3`, `--arithmetic auto`, `--checkpoints FOLDER`, `--overlap`. Throws MagicError. */
export function cellOptions(words: readonly string[]): CellOptions {
  const search: { seconds?: number; seed?: number } = {};
  let arithmetic: ArithmeticName | undefined;
  let checkpoints: string | undefined;
  const valued = words.filter((word) => word !== OVERLAP);
  for (let at = 0; at < valued.length; at += 2) {
    const [name = "", text = ""] = valued.slice(at, at + 2);
    const value = text === "" ? NaN : Number(text);
    if (name === "--seconds") search.seconds = checked(value, value > 0 && value < Infinity, SECONDS, text);
    else if (name === "--seed")
      search.seed = checked(value, Number.isSafeInteger(value) && value >= 0, SEED, text);
    else if (name === "--arithmetic") {
      const known = ARITHMETIC_NAMES.find((one) => one === text);
      arithmetic = checked(known, known !== undefined, ARITHMETIC, text);
    } else if (name === "--checkpoints") checkpoints = checked(text, text !== "", CHECKPOINTS, text);
    else throw new MagicError(`%%tn has no option ${name}; it has ${OPTIONS}`);
  }
  return { search, arithmetic, checkpoints, overlap: words.includes(OVERLAP) ? true : undefined };
}

const OVERLAP = "--overlap";

const SECONDS = "--seconds 10 (a positive number)";
const SEED = "--seed 3 (a whole number from 0 on)";
const ARITHMETIC = `--arithmetic auto (${ARITHMETIC_NAMES.join(", ")})`;
const CHECKPOINTS = "--checkpoints sums (a folder)";
const OPTIONS = [SECONDS, SEED, ARITHMETIC, CHECKPOINTS, OVERLAP].join(", ");

function checked<T>(value: T, right: boolean, form: string, text: string): T {
  if (!right) throw new MagicError(`expected ${form}, got ${text === "" ? "nothing" : text}`);
  return value;
}

/** Jupyter counts cursors in Unicode code points, JavaScript in UTF-16 units. */
export function codeUnits(text: string, codePoints: number): number {
  return [...text].slice(0, codePoints).join("").length;
}

/** The inverse of `codeUnits`. */
export function codePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
