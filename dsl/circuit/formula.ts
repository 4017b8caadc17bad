/** Parameter expressions of OpenQASM: read once, worked out for each set of parameters, without recursion. */
import type { Span } from "../base/diagnostic.ts";
import { nearest } from "../base/suggest.ts";
import type { Dialect } from "./standard.ts";
import {
  advance,
  expectSymbol,
  isSymbol,
  mistaken,
  short,
  take,
  unexpected,
  type Reader,
  type Token,
} from "./tokens.ts";

type Apply = (...values: readonly number[]) => number;

type Step =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: Token }
  | { readonly kind: "apply"; readonly arity: number; readonly apply: Apply };

/** Postfix. */
export interface Formula {
  readonly steps: readonly Step[];
  readonly span: Span;
  readonly line: number;
  /** The file. */
  readonly source: string;
}

/** The value of a name, or undefined. */
export type Scope = (name: string) => number | undefined;

const CONSTANTS: Readonly<Record<Dialect, ReadonlyMap<string, number>>> = {
  2: new Map([["pi", Math.PI]]),
  3: new Map([
    ["pi", Math.PI],
    ["π", Math.PI],
    ["tau", 2 * Math.PI],
    ["τ", 2 * Math.PI],
    ["euler", Math.E],
    ["ℇ", Math.E],
  ]),
};

const modulo: Apply = (a = NaN, b = NaN) => a - b * Math.floor(a / b);
const raise: Apply = (a = NaN, b = NaN) => a ** b;

/** As in the specification, and `asin` and the like as Qiskit reads them. */
const FUNCTIONS: ReadonlyMap<string, readonly [number, Apply]> = new Map<string, readonly [number, Apply]>([
  ["sin", [1, Math.sin]],
  ["cos", [1, Math.cos]],
  ["tan", [1, Math.tan]],
  ["exp", [1, Math.exp]],
  ["ln", [1, Math.log]],
  ["log", [1, Math.log]],
  ["sqrt", [1, Math.sqrt]],
  ["asin", [1, Math.asin]],
  ["acos", [1, Math.acos]],
  ["atan", [1, Math.atan]],
  ["arcsin", [1, Math.asin]],
  ["arccos", [1, Math.acos]],
  ["arctan", [1, Math.atan]],
  ["floor", [1, Math.floor]],
  ["ceiling", [1, Math.ceil]],
  ["mod", [2, modulo]],
  ["pow", [2, raise]],
]);

/** Names that mean something in every expression, and so cannot be declared. */
export function isReserved(name: string, dialect: Dialect): boolean {
  return CONSTANTS[dialect].has(name) || FUNCTIONS.has(name);
}

const BINARY: ReadonlyMap<string, readonly [number, Apply]> = new Map<string, readonly [number, Apply]>([
  ["+", [1, (a = NaN, b = NaN) => a + b]],
  ["-", [1, (a = NaN, b = NaN) => a - b]],
  ["*", [2, (a = NaN, b = NaN) => a * b]],
  ["/", [2, (a = NaN, b = NaN) => a / b]],
  ["%", [2, modulo]],
]);

/** Binds tighter than +, -, * and /, looser than a power: -2**2 is -4. */
const SIGN = 3;
const negate: Apply = (a = NaN) => -a;

/** Brackets and signs within each other. */
const DEEPEST = 200;

/** As written, cut where it is long. */
export function written({ source, span }: Formula): string {
  return short(source.slice(span.start, Math.min(span.end, span.start + 50)).replace(/\s+/g, " "));
}

interface State {
  readonly reader: Reader;
  readonly dialect: Dialect;
  readonly steps: Step[];
}

/** Throws Mistake. Division is that of real numbers, also between whole ones, as in `pow(1/2) @`. */
export function readFormula(reader: Reader, dialect: Dialect): Formula {
  const { line, span: first } = reader.token;
  const steps: Step[] = [];
  readSum({ reader, dialect, steps }, 1, 0);
  const span = { start: first.start, end: reader.last.span.end };
  return { steps, span, line, source: reader.text };
}

function readSum(state: State, level: number, depth: number): void {
  const { reader, steps } = state;
  if (depth > DEEPEST)
    mistaken(reader.token, `brackets and signs are nested more than ${DEEPEST} deep in an expression`);
  if (take(reader, "-")) {
    readSum(state, SIGN, depth + 1);
    steps.push({ kind: "apply", arity: 1, apply: negate });
  } else if (take(reader, "+")) readSum(state, SIGN, depth + 1);
  else readPower(state, depth);
  for (;;) {
    refuseOperators(state);
    const found = reader.token.type === "symbol" ? BINARY.get(reader.token.text) : undefined;
    if (found === undefined || found[0] < level) return;
    advance(reader);
    readSum(state, found[0] + 1, depth + 1);
    steps.push({ kind: "apply", arity: 2, apply: found[1] });
  }
}

const OTHERS: readonly string[] = [
  "&",
  "|",
  "~",
  "!",
  "<<",
  ">>",
  "&&",
  "||",
  "==",
  "!=",
  "<",
  ">",
  "<=",
  ">=",
];

function refuseOperators({ reader: { token }, dialect }: State): void {
  if (token.type !== "symbol") return;
  if (token.text === "^" && dialect === 3)
    mistaken(token, "^ is the exclusive or in OpenQASM 3, which is not supported", "write a power with **");
  if (OTHERS.includes(token.text)) mistaken(token, `the operator ${token.text} is not supported here`);
}

function readPower(state: State, depth: number): void {
  const { reader, dialect, steps } = state;
  readAtom(state, depth);
  if (!isSymbol(reader, "**") && !(dialect === 2 && isSymbol(reader, "^"))) return;
  advance(reader);
  // Level 4 takes no binary operator, so that powers group from the right.
  readSum(state, SIGN + 1, depth + 1);
  steps.push({ kind: "apply", arity: 2, apply: raise });
}

function readAtom(state: State, depth: number): void {
  const { reader, dialect, steps } = state;
  const { token } = reader;
  if (token.type === "number") {
    steps.push({ kind: "number", value: numberOf(advance(reader)) });
  } else if (token.type === "name") {
    advance(reader);
    const constant = CONSTANTS[dialect].get(token.text);
    if (isSymbol(reader, "(")) readCall(state, token, depth);
    else if (constant !== undefined) steps.push({ kind: "number", value: constant });
    else if (FUNCTIONS.has(token.text)) mistaken(token, `${token.text} is a function: ${token.text}(...)`);
    else steps.push({ kind: "name", name: token });
  } else if (take(reader, "(")) {
    readSum(state, 1, depth + 1);
    expectSymbol(reader, ")");
  } else unexpected(reader, "a number");
}

function readCall(state: State, name: Token, depth: number): void {
  const { reader, steps } = state;
  const found = FUNCTIONS.get(name.text);
  if (found === undefined) {
    const near = nearestName(name.text, FUNCTIONS.keys());
    return mistaken(name, `there is no function ${short(name.text)}`, near && `did you mean ${near}?`);
  }
  const [arity, apply] = found;
  advance(reader);
  let got = 0;
  do {
    readSum(state, 1, depth + 1);
    got += 1;
  } while (take(reader, ","));
  expectSymbol(reader, ")");
  if (got !== arity) mistaken(name, `${name.text} takes ${arity} value${arity === 1 ? "" : "s"}, got ${got}`);
  steps.push({ kind: "apply", arity, apply });
}

/** Looking for the nearest name takes the square of its length, for each name that is known. */
const [LONGEST, MOST_KNOWN] = [60, 1000];

/** The known name that is meant; none for names of absurd length, and among the first thousand only. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  const first: string[] = [];
  for (const one of known) if (first.push(one) >= MOST_KNOWN) break;
  return nearest(name, first);
}

const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Throws Mistake where a unit or an imaginary unit is part of it. */
export function numberOf(token: Token): number {
  const text = token.text.replace(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, "");
  const whole = /^0[xob][\da-f]+$/i.test(text);
  if (!whole && !DECIMAL.test(text)) mistaken(token, `${short(token.text)} is no real number`);
  const value = Number(text.toLowerCase());
  return Number.isFinite(value) ? value : mistaken(token, `${short(token.text)} is too large`);
}

/** Complains of the names that are not in scope. Throws Mistake. */
export function checkNames({ steps }: Formula, known: Scope, names: () => Iterable<string>): void {
  for (const step of steps) {
    if (step.kind !== "name" || known(step.name.text) !== undefined) continue;
    const near = nearestName(step.name.text, names());
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    mistaken(step.name, `there is no parameter or constant ${short(step.name.text)}`, hint);
  }
}

/** A finite number, as is every value on the way to it. Throws Mistake; names are known, as `checkNames` has seen. */
export function evaluate(formula: Formula, scope: Scope): number {
  const stack: number[] = [];
  for (const step of formula.steps) {
    if (step.kind === "number") stack.push(step.value);
    else if (step.kind === "name") stack.push(scope(step.name.text) ?? NaN);
    else stack.push(step.apply(...stack.splice(stack.length - step.arity)));
    const value = stack.at(-1) ?? NaN;
    if (!Number.isFinite(value))
      mistaken(formula, `${written(formula)} gives ${value}, but finite numbers are needed`);
  }
  return stack[0] ?? NaN;
}
