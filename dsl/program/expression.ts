/** Expressions and units, by mathjs: read, made safe, evaluated with the names in scope. */
import type { MathNode } from "mathjs";
import type { Span } from "../base/diagnostic.ts";
import { onceFor } from "../base/memo.ts";
import { nearest } from "../base/suggest.ts";
import type { Expression } from "../syntax/tree.ts";
import { CONSTANTS, FUNCTIONS, NODES, REFUSED } from "./allowed.ts";
import { isQuantity, isUnit, math, quantityIn } from "./arithmetic.ts";
import { compileFast, type Fast, type Scope } from "./fast.ts";
import { reasonOf } from "./reasons.ts";
import { didYouMean, refuse, Refusal } from "./refusal.ts";

export type { Scope } from "./fast.ts";

/** A number of the plane; mathjs' own has more to it. */
export interface ComplexNumber {
  readonly re: number;
  readonly im: number;
}

export interface Compiled {
  readonly expression: Expression;
  /** Names that are neither functions nor constants, each once. */
  readonly names: readonly string[];
  readonly fast: Fast;
  readonly evaluate: (scope: Scope) => unknown;
}

/** In a scope: the value of a name whose definition has a mistake, which is reported already. */
export const BROKEN = Symbol("broken");

/** Throws Refusal. By node of the syntax tree, so that an expression in a loop is read once. */
export const compile = onceFor((expression: Expression): Compiled => {
  const list = literalList(expression.text);
  return list === undefined
    ? compileWhole(expression)
    : { expression, names: [], fast: () => NaN, evaluate: () => list };
});

function compileWhole(expression: Expression): Compiled {
  const node = read(expression);
  const names = new Set<string>();
  inspect(node, expression, names);
  const code = node.compile();
  const evaluate = (scope: Scope): unknown => code.evaluate(scope) as unknown;
  return { expression, names: [...names], fast: compileFast(node), evaluate };
}

/** A list of plain numbers is JSON too, which is read in a hundredth of the time: data and edges are long. */
function literalList(text: string): unknown {
  if (!/^\[[\d\s.,eE[\]+-]*\]$/.test(text) || text.includes("[".repeat(20))) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What other languages write, and how it is written here. */
const MISWRITTEN: readonly (readonly [RegExp, string])[] = [
  [/\*\s?\*/, "powers are written 2^3"],
  [/&\s?&/, "write and"],
  [/\|\s?\|/, "write or"],
  [/\?[^:]*$/, "a choice has two sides: condition ? value : other value"],
];

/** Names of other languages and libraries for what is here called otherwise. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["normal", "random numbers have a seed: normal(seed 1)"],
  ["uniform", "random numbers have a seed: uniform(seed 1)"],
  ["random", "random numbers have a seed: normal(seed 1), uniform(seed 1)"],
  ["randn", "random numbers have a seed: normal(seed 1)"],
  ["rand", "random numbers have a seed: uniform(seed 1)"],
  ["range", "a loop runs over 1..3 or over a list"],
  ["ln", "log is the natural logarithm"],
  ["eye", "write identity(2)"],
  ["delta", "the copy tensor is written copy"],
  ["j", "the imaginary unit is i: 2 + 3i"],
  ["I", "the imaginary unit is i: 2 + 3i"],
  ["π", "write pi"],
]);

function read(expression: Expression): MathNode {
  try {
    return math().parse(expression.text.replaceAll("\n", " "));
  } catch (error) {
    const { message, char } = error as { readonly message: string; readonly char?: number };
    if (error instanceof RangeError) refuseDepth(expression);
    const why = message.replace(/\s*\(char \d+\)/, "").toLowerCase();
    const hint = MISWRITTEN.find(([pattern]) => pattern.test(expression.text))?.[1];
    const start = expression.span.start + Math.min((char ?? 1) - 1, expression.text.length - 1);
    return refuse("bad-expression", { text: expression.text, why }, { start, end: start + 1 }, hint);
  }
}

/** Levels of nesting; every level is several calls deep in mathjs. */
const DEEPEST = 500;

function refuseDepth({ text, span }: Expression): never {
  return refuse(
    "bad-expression",
    { text, why: "it is nested too deeply" },
    span,
    "give its parts names with let",
  );
}

/** Fields that some kinds of mathjs' nodes have. */
interface NodeFields {
  readonly value?: unknown;
  readonly name?: string;
  readonly fn?: MathNode;
}

/** Refuses what is not arithmetic; collects the names that the scope has to give. */
function inspect(root: MathNode, expression: Expression, names: Set<string>): void {
  const pending = [{ node: root, depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    const { type } = node;
    if (depth > DEEPEST) refuseDepth(expression);
    if (!NODES.has(type))
      refuse("not-allowed", { what: REFUSED[type] ?? type }, expression.span, unlistedHint(expression));
    const { value, name, fn } = node as unknown as NodeFields;
    if (type === "ConstantNode") inspectConstant(value, expression);
    if (type === "SymbolNode") names.add(String(name));
    if (type === "FunctionNode") inspectCall(fn, expression);
    node.forEach((child, path) => {
      if (path !== "fn") pending.push({ node: child, depth: depth + 1 });
    });
  }
}

/** Two lists side by side read like access to a part of the first. */
function unlistedHint({ text }: Expression): string | undefined {
  return /\]\s*\[/.test(text) ? "items of a list are separated by commas: [[1, 2], [3, 4]]" : undefined;
}

function inspectConstant(value: unknown, { text, span }: Expression): void {
  // What mathjs makes of nothing at all.
  if (value === undefined && !text.includes("undefined"))
    refuse("bad-expression", { text, why: "a part of it is empty" }, span);
  if (typeof value !== "number" && typeof value !== "boolean")
    refuse("not-allowed", { what: `the value ${String(value)}` }, span);
}

function inspectCall(fn: MathNode | undefined, expression: Expression): void {
  const name = fn?.type === "SymbolNode" ? (fn as MathNode & { readonly name: string }).name : undefined;
  if (name === undefined) refuse("not-allowed", { what: "a call of a value" }, expression.span);
  if (!FUNCTIONS.has(name))
    refuse(
      "unknown-name",
      { what: "function", name },
      spanOfName(expression, name),
      ELSEWHERE.get(name) ?? didYouMean(nearest(name, FUNCTIONS)),
    );
}

/** Where a name stands in an expression, as a whole word. */
export function spanOfName({ text, span }: Expression, name: string): Span {
  for (const { 0: word, index } of text.matchAll(/\p{L}[\p{L}\p{N}_]*/gu))
    if (word === name) return { start: span.start + index, end: span.start + index + name.length };
  return span;
}

/** Any value. `at` names the loop's values, for messages. Throws Refusal; NaN and infinity are refused too. */
export function evaluate(expression: Expression, scope: Scope, at = noValues): unknown {
  const compiled = compile(expression);
  const fast = compiled.fast(scope);
  if (Number.isFinite(fast)) return fast;
  requireNames(compiled, scope);
  const value = evaluateSlowly(compiled, scope, at);
  const wrong = firstNotFinite(value);
  if (wrong !== undefined) {
    const where = at();
    const hint = where === "" ? undefined : "tell the cases apart: condition ? value : other value";
    refuse("not-finite", { text: expression.text, at: where, value: wrong }, expression.span, hint);
  }
  return value;
}

export function noValues(): string {
  return "";
}

function requireNames({ names, expression }: Compiled, scope: Scope): void {
  for (const name of names) {
    if (scope.get(name) === BROKEN) throw new Refusal(undefined);
    if (scope.has(name) || CONSTANTS.has(name) || isUnit(name)) continue;
    const hint = FUNCTIONS.has(name)
      ? `${name} is a function: ${name}(x)`
      : (didYouMean(nearest(name, [...scope.keys(), ...CONSTANTS])) ?? ELSEWHERE.get(name));
    refuse("unknown-name", { what: "value", name }, spanOfName(expression, name), hint);
  }
}

function evaluateSlowly(
  { expression, evaluate: run, names }: Compiled,
  scope: Scope,
  at: () => string,
): unknown {
  try {
    return run(withTimes(names, scope));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const why = reasonOf(error instanceof Error ? error.message : String(error));
    return refuse(
      "cannot-evaluate",
      { text: expression.text, at: at(), why },
      expression.span,
      unitHint(names, scope),
    );
  }
}

/** Units of time whose names mathjs gives to functions too: where they stand alone, the units are meant. */
const TIMES: readonly string[] = ["min", "sec"];

function withTimes(names: readonly string[], scope: Scope): Scope {
  const times = TIMES.filter((name) => names.includes(name) && !scope.has(name));
  if (times.length === 0) return scope;
  return new Map([...scope, ...times.map((name) => [name, math().unit(1, name)] as const)]);
}

/** A misspelt name that happens to be a unit (`L` is a litre) is the likeliest mistake where units turn up. */
function unitHint(names: readonly string[], scope: Scope): string | undefined {
  const unit = names.find((name) => !scope.has(name) && !CONSTANTS.has(name));
  return unit === undefined ? undefined : `${unit} is not defined here, so it is read as a unit`;
}

/** NaN or infinity in a value, as text. */
function firstNotFinite(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (isComplexNumber(value)) return firstNotFinite(value.re) ?? firstNotFinite(value.im);
  if (isQuantity(value)) return firstNotFinite(value.value);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const wrong = firstNotFinite(item);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

export function isComplexNumber(value: unknown): value is ComplexNumber {
  return typeof value === "object" && value !== null && "re" in value && "im" in value;
}

/** A value in words, short. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const printable = typeof value !== "object" || isComplexNumber(value) || isQuantity(value);
  if (!printable || typeof value === "function")
    return value === null ? "null" : `a value of type ${typeof value}`;
  const text = (value as { readonly toString: () => string } | undefined)?.toString() ?? "undefined";
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** A real number; truth values count as 0 and 1. Throws Refusal. */
export function evaluateNumber(expression: Expression, scope: Scope, at = noValues): number {
  const value = evaluate(expression, scope, at);
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const blanks = { text: expression.text, at: at(), value: describeValue(value), wanted: "a number" };
  return refuse("not-a-number", blanks, expression.span, unitHint(compile(expression).names, scope));
}

/** What amounts are measured in: seconds, bytes, bytes a second, operations a second, shares of a whole. */
export type AmountUnit = "s" | "B" | "B/s" | "flop/s" | "%";

const AMOUNTS: Readonly<Record<AmountUnit, string>> = {
  s: "a time (30 s, 2 min)",
  B: "an amount of memory (16 GiB, 80 GB)",
  "B/s": "a bandwidth (450 GB/s)",
  "flop/s": "a rate of operations (60 TFLOP/s)",
  "%": "a share above 0 % and up to 100 % (50 %)",
};

/** `30 s`, `450 GB/s`: a quantity as it stands, whatever else `s` has been defined to be. */
const LITERAL = /^((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\p{L}+(?:\s*\/\s*\p{L}+)?)$/u;

/**
 * A positive amount in `unit`; a bare number counts in that unit. A share is a part of 1: `50 %` is 0.5, and so is a
 * bare 0.5. Throws Refusal.
 */
export function evaluateAmount(expression: Expression, scope: Scope, unit: AmountUnit): number {
  const value = literalAmount(expression) ?? evaluate(expression, scope);
  const number = typeof value === "number" || unit === "%" ? value : quantityIn(value, unit);
  if (typeof number === "number" && number > 0 && (unit !== "%" || number <= 1)) return number;
  const blanks = { text: expression.text, at: "", value: describeValue(value), wanted: AMOUNTS[unit] };
  return refuse("not-a-number", blanks, expression.span);
}

function literalAmount({ text }: Expression): unknown {
  const [, number, unit] = LITERAL.exec(text) ?? [];
  const known = unit?.split("/").every((part) => isUnit(part.trim()));
  return known === true && Number.isFinite(Number(number))
    ? math().unit(Number(number), unit as string)
    : undefined;
}

/** A whole number from 0 on. Throws Refusal. */
export function seedOf(expression: Expression, scope: Scope): number {
  const seed = evaluateNumber(expression, scope);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  return refuse(
    "bad-amount",
    { what: "the seed", got: String(seed), wanted: "a whole number from 0 on" },
    expression.span,
  );
}
