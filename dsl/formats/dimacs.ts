/** Formulas in conjunctive normal form: DIMACS, with the weights of the model counting competitions. */
import { failure, success, type Diagnostic, type Outcome } from "../base/diagnostic.ts";
import { linesOf, type Line, type Source } from "../base/lines.ts";
import { complaint, Mistake, shown } from "./mistake.ts";

/** Variables are 1..variables; literal -v is the negation of v. */
export interface Formula {
  readonly variables: number;
  /** As written: literals may repeat or contradict each other; an empty clause is false. */
  readonly clauses: readonly (readonly number[])[];
  /** Weight of a literal; variables without weights count 1 for either value. Undefined where the file has no weights. */
  readonly weights: ReadonlyMap<number, number> | undefined;
  /** The weights as they are written, decimal numbers or fractions, which float64 need not hold. */
  readonly written?: ReadonlyMap<number, string>;
}

/** A network has a tensor or an index for each; far beyond what is ever contracted. */
const MOST_VARIABLES = 2_000_000;

/** Mistakes told of one file. */
const MOST_TOLD = 20;

const PROJECTED =
  "all variables are counted here: take out the line to count the models of the whole formula";

interface Literal {
  readonly literal: number;
  readonly line: Line;
}

interface State {
  header: { readonly variables: number; readonly clauses: number; readonly line: Line } | undefined;
  /** A header was needed, or could not be read: this has been told. */
  headerMissed: boolean;
  readonly clauses: number[][];
  /** The clause that is being read, and where it starts. */
  clause: number[];
  from: Line | undefined;
  readonly weights: Map<number, number>;
  readonly written: Map<number, string>;
  /** Where weights and shown variables stand; they may come before the header. */
  readonly weighted: Literal[];
  readonly projected: Literal[];
  /** `mc`, `wmc`, where the file says it. */
  track: string | undefined;
}

/**
 * Reads `p cnf VARIABLES CLAUSES`, clauses over any number of lines, `c p weight LITERAL WEIGHT 0` and comments; a line `%` ends
 * the file, as in SATLIB. Weights are decimal numbers or fractions. Refused, each with its line: projected counting
 * (`c p show` of fewer than all variables, `c ind`), a weight of one literal of a variable alone, other forms of weights, counts that differ from the header, literals out of range.
 */
export function parseDimacs(source: Source): Outcome<Formula> {
  const state: State = {
    header: undefined,
    headerMissed: false,
    clauses: [],
    clause: [],
    from: undefined,
    weights: new Map(),
    written: new Map(),
    weighted: [],
    projected: [],
    track: undefined,
  };
  let last: Line = { number: 1, start: 0, text: "" };
  const mistakes: Diagnostic[] = [];
  for (const line of linesOf(source)) {
    if (line.text === "%" || mistakes.length >= MOST_TOLD) break;
    if (line.text === "") continue;
    last = line;
    try {
      readLine(state, line);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(error.diagnostic);
    }
  }
  if (mistakes.length === 0) mistakes.push(...finish(state, last).slice(0, MOST_TOLD));
  if (mistakes.length > 0 || state.header === undefined) return failure(mistakes.slice(0, MOST_TOLD));
  const { header, clauses, weights, written } = state;
  const { variables } = header;
  return success(
    weights.size > 0 ? { variables, clauses, weights, written } : { variables, clauses, weights: undefined },
  );
}

function complaintAt(line: Line, what: string, hint?: string): Diagnostic {
  return complaint(`line ${line.number}`, what, line.start, line.start + line.text.length, hint);
}

/** Ends the reading of the line. */
function refuse(line: Line, what: string, hint?: string): never {
  throw new Mistake(complaintAt(line, what, hint));
}

function readLine(state: State, line: Line): void {
  if (/^c(?!\S)/.test(line.text)) readComment(state, line);
  else if (/^p(?!\S)/.test(line.text)) readHeader(state, line);
  else readLiterals(state, line);
}

function readComment(state: State, line: Line): void {
  const [, kind, what, ...rest] = line.text.split(/\s+/, 7);
  if (kind === "t") readTrack(state, line, what ?? "");
  else if (kind === "ind") refuse(line, "c ind asks for projected counting", PROJECTED);
  else if (kind !== "p") return;
  else if (what === "weight") readWeight(state, line, rest);
  else if (what === "show") readShown(state, line);
  else if (what === "gweight")
    refuse(line, "a weight of the whole formula (c p gweight) is not supported", "multiply the result");
}

function readTrack(state: State, line: Line, track: string): void {
  if (track === "mc" || track === "wmc") state.track = track;
  else if (track === "pmc" || track === "pwmc" || track === "wpmc")
    refuse(line, `c t ${track} asks for projected counting`, PROJECTED);
}

function readWeight(state: State, line: Line, [word = "", amount = "", zero, more]: readonly string[]): void {
  const literal = integerOf(word);
  const weight = weightOf(amount);
  if (literal === undefined || literal === 0 || zero !== "0" || more !== undefined)
    refuse(line, "expected c p weight LITERAL WEIGHT 0");
  if (weight === undefined) refuse(line, `the weight ${shown(amount)} is no finite number`);
  if (state.weights.has(literal)) refuse(line, `literal ${literal} has a weight already`);
  state.weights.set(literal, weight);
  state.written.set(literal, amount);
  state.weighted.push({ literal, line });
}

function readShown(state: State, line: Line): void {
  const words = line.text.split(/\s+/).slice(3);
  if (words.at(-1) === "0") words.pop();
  for (const word of words) {
    const literal = integerOf(word);
    if (literal === undefined || literal < 1)
      refuse(line, `expected a variable after c p show, got ${shown(word)}`);
    state.projected.push({ literal, line });
  }
  // `c p show 0` shows none.
  if (words.length === 0) state.projected.push({ literal: 0, line });
}

function readHeader(state: State, line: Line): void {
  const [, format = "", first = "", second = "", more] = line.text.split(/\s+/, 6);
  if (state.header !== undefined)
    refuse(line, `there is a header already, on line ${state.header.line.number}`);
  if (state.headerMissed) refuse(line, "the header comes after the first clause");
  // Whatever is wrong with it: that the clauses have none need not be told as well.
  state.headerMissed = true;
  if (format !== "cnf")
    refuse(
      line,
      `the format is ${shown(format)}, but cnf is needed`,
      "write p cnf VARIABLES CLAUSES, and weights as c p weight LITERAL WEIGHT 0",
    );
  const [variables, clauses] = [integerOf(first), integerOf(second)];
  if (variables === undefined || clauses === undefined || variables < 0 || clauses < 0 || more !== undefined)
    refuse(line, "expected p cnf VARIABLES CLAUSES, two counts");
  if (variables > MOST_VARIABLES) refuse(line, `${variables} variables; the limit is ${MOST_VARIABLES}`);
  state.header = { variables, clauses, line };
}

function readLiterals(state: State, line: Line): void {
  if (state.header === undefined) {
    if (state.headerMissed) return;
    state.headerMissed = true;
    refuse(line, "expected p cnf VARIABLES CLAUSES before the first clause");
  }
  const plain = plainIntegers(line.text);
  if (plain !== undefined)
    for (const literal of plain) addLiteral(state, state.header.variables, line, literal);
  else
    for (const [word] of line.text.matchAll(/\S+/g)) {
      const literal = integerOf(word);
      if (literal !== undefined) addLiteral(state, state.header.variables, line, literal);
      else {
        const hint = word === "w" ? "write weights as c p weight LITERAL WEIGHT 0" : undefined;
        refuse(line, `expected a literal (1, -2, ...), got ${shown(word)}`, hint);
      }
    }
}

function addLiteral(state: State, variables: number, line: Line, literal: number): void {
  if (Math.abs(literal) > variables)
    refuse(line, `there is no variable ${Math.abs(literal)}; the header has ${variables}`);
  state.from ??= line;
  if (literal !== 0) state.clause.push(literal);
  else {
    // A copy is as long as it needs to be; the list itself has room for more.
    state.clauses.push(state.clause.slice());
    state.clause.length = 0;
    state.from = undefined;
  }
}

/** Digits of a number that is surely below 2^53. */
const SHORT = 15;

/** The integers of a line of short ones between single blanks, as nearly all lines of large files are; undefined for any other. */
function plainIntegers(text: string): readonly number[] | undefined {
  const numbers: number[] = [];
  let [value, digits, sign] = [0, 0, 1];
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? 32 : text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      value = 10 * value + code - 48;
      digits += 1;
    } else if (code === 45 && digits === 0 && sign === 1) sign = -1;
    else if (code !== 32 || digits === 0 || digits > SHORT) return undefined;
    else {
      numbers.push(sign * value + 0);
      [value, digits, sign] = [0, 0, 1];
    }
  }
  return numbers;
}

function integerOf(word: string): number | undefined {
  const value = Number(word);
  return /^[+-]?\d+$/.test(word) && Number.isSafeInteger(value) ? value + 0 : undefined;
}

/** A decimal number, or a fraction of two. */
function weightOf(word: string): number | undefined {
  const [over, under = "1", more] = word.split("/");
  const parts = [over ?? "", under];
  if (more !== undefined || !parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(part)))
    return undefined;
  const weight = Number(over) / Number(under);
  return Number.isFinite(weight) ? weight : undefined;
}

/** What can be said only at the end of the file, of a file without mistakes so far. */
function finish(state: State, last: Line): Diagnostic[] {
  const { header } = state;
  if (header === undefined) return [complaintAt(last, "expected p cnf VARIABLES CLAUSES")];
  const found: Diagnostic[] = [];
  if (state.from !== undefined) found.push(complaintAt(state.from, "the last clause has no 0 at its end"));
  else if (state.clauses.length !== header.clauses)
    found.push(
      complaintAt(
        header.line,
        `the header says ${header.clauses} clauses, but there are ${state.clauses.length}`,
      ),
    );
  return [...found, ...weightMistakes(state, header.variables), ...shownMistakes(state, header.variables)];
}

function weightMistakes({ track, weighted, weights }: State, variables: number): Diagnostic[] {
  const found: Diagnostic[] = [];
  const first = weighted[0];
  if (track === "mc" && first !== undefined)
    found.push(
      complaintAt(
        first.line,
        "the file has weights, but asks for a plain count (c t mc)",
        "write c t wmc, or take out the weights",
      ),
    );
  for (const { literal, line } of weighted) {
    const variable = Math.abs(literal);
    if (variable > variables)
      found.push(complaintAt(line, `there is no variable ${variable}; the header has ${variables}`));
    else if (!weights.has(-literal))
      found.push(
        complaintAt(
          line,
          `literal ${literal} has a weight, but ${-literal} has none`,
          `readers take it for 1 or for 1 - ${weights.get(literal)}: add c p weight ${-literal} WEIGHT 0`,
        ),
      );
  }
  return found;
}

function shownMistakes({ projected }: State, variables: number): Diagnostic[] {
  const first = projected[0];
  const all = new Set(projected.map(({ literal }) => literal).filter((literal) => literal > 0));
  if (first === undefined || (all.size === variables && Math.max(0, ...all) <= variables)) return [];
  const what = `c p show of ${all.size} of ${variables} variables asks for projected counting`;
  return [complaintAt(first.line, what, PROJECTED)];
}
