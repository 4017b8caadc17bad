/** Expressions and units, by mathjs: read, made safe, evaluated with the names in scope. */
import type { MathJsInstance, MathNode } from "mathjs";
import mathjs from "mathjs/lib/browser/math.js";
import type { Span } from "../base/diagnostic.ts";
import { nearest } from "../base/suggest.ts";
import type { Expression } from "../syntax/tree.ts";
import { CONSTANTS, FUNCTIONS, NODES, OPERATORS, REFUSED } from "./allowed.ts";
import { compileFast, type Fast, type Scope } from "./fast.ts";
import { bounded, type AnyFunction } from "./limits.ts";
import { didYouMean, refuse, Refusal } from "./refusal.ts";

export type { Scope } from "./fast.ts";

/** A number of the plane; mathjs' own has more to it. */
export interface ComplexNumber {
  readonly re: number;
  readonly im: number;
}

/** A quantity with a unit, as far as it is used here. */
interface Quantity {
  readonly toNumber: (unit: string) => number;
  readonly equalBase: (other: unknown) => boolean;
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

let instance: MathJsInstance | undefined;

/** Made when first needed: it takes a good part of a second. */
function math(): MathJsInstance {
  instance ??= boundedMath();
  return instance;
}

/** Where mathjs keeps the functions that expressions see. */
interface MathParts {
  readonly expression: { readonly mathWithTransform: Record<string, AnyFunction | undefined> };
}

/** Every function that an expression can name, operators too, with a bound on what one call may do. */
function boundedMath(): MathJsInstance {
  const made = mathjs.create({ matrix: "Array" });
  const plain = made as unknown as Readonly<Record<string, AnyFunction | undefined>>;
  const named = (made as unknown as MathParts).expression.mathWithTransform;
  for (const name of [...FUNCTIONS, ...OPERATORS]) {
    const call = named[name] ?? plain[name];
    // `and` and `or` would get their arguments as syntax; the plain ones get values.
    if (call !== undefined) named[name] = bounded(name, ("rawArgs" in call ? plain[name] : call) ?? call);
  }
  return made;
}

/** By node of the syntax tree, so that an expression in a loop is read once. */
const known = new WeakMap<Expression, Compiled>();

/** Throws Refusal. */
export function compile(expression: Expression): Compiled {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const node = read(expression);
  const names = new Set<string>();
  inspect(node, expression, names);
  const code = node.compile();
  const evaluate = (scope: Scope): unknown => code.evaluate(scope) as unknown;
  const compiled = { expression, names: [...names], fast: compileFast(node), evaluate };
  known.set(expression, compiled);
  return compiled;
}

function read(expression: Expression): MathNode {
  try {
    return math().parse(expression.text.replaceAll("\n", " "));
  } catch (error) {
    const { message, char } = error as { readonly message: string; readonly char?: number };
    if (error instanceof RangeError) refuseDepth(expression);
    const why = message.replace(/\s*\(char \d+\)/, "").toLowerCase();
    const start = expression.span.start + Math.min((char ?? 1) - 1, expression.text.length - 1);
    return refuse("bad-expression", { text: expression.text, why }, { start, end: start + 1 });
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
    if (!NODES.has(type)) refuse("not-allowed", { what: REFUSED[type] ?? type }, expression.span);
    const { value, name, fn } = node as unknown as NodeFields;
    if (type === "ConstantNode" && !["number", "boolean"].includes(typeof value))
      refuse("not-allowed", { what: `the value ${String(value)}` }, expression.span);
    if (type === "SymbolNode") names.add(String(name));
    if (type === "FunctionNode") inspectCall(fn, expression);
    node.forEach((child, path) => {
      if (path !== "fn") pending.push({ node: child, depth: depth + 1 });
    });
  }
}

function inspectCall(fn: MathNode | undefined, expression: Expression): void {
  const name = fn?.type === "SymbolNode" ? (fn as MathNode & { readonly name: string }).name : undefined;
  if (name === undefined) refuse("not-allowed", { what: "a call of a value" }, expression.span);
  if (!FUNCTIONS.has(name))
    refuse(
      "unknown-name",
      { what: "function", name },
      spanOfName(expression, name),
      didYouMean(nearest(name, FUNCTIONS)),
    );
}

/** Where a name stands in an expression, as a whole word. */
function spanOfName({ text, span }: Expression, name: string): Span {
  const at = text.search(new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, "u"));
  return at < 0 ? span : { start: span.start + at, end: span.start + at + name.length };
}

function isUnit(name: string): boolean {
  const { Unit } = math() as unknown as {
    readonly Unit: { readonly isValuelessUnit: (name: string) => boolean };
  };
  return Unit.isValuelessUnit(name);
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
      : didYouMean(nearest(name, [...scope.keys(), ...CONSTANTS]));
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
    const why = error instanceof Error ? error.message : String(error);
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

function isQuantity(value: unknown): value is Quantity {
  return typeof value === "object" && value !== null && "equalBase" in value;
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

/** A positive amount in `unit`; a bare number counts in that unit. Throws Refusal. */
export function evaluateAmount(expression: Expression, scope: Scope, unit: "s" | "B"): number {
  const value = evaluate(expression, scope);
  const wanted = unit === "s" ? "a time (30 s, 2 min)" : "an amount of memory (16 GiB, 80 GB)";
  const number = typeof value === "number" ? value : quantityIn(value, unit);
  if (number !== undefined && number > 0) return number;
  const blanks = { text: expression.text, at: "", value: describeValue(value), wanted };
  return refuse("not-a-number", blanks, expression.span);
}

function quantityIn(value: unknown, unit: string): number | undefined {
  if (!isQuantity(value)) return undefined;
  return value.equalBase(math().unit(1, unit)) ? value.toNumber(unit) : undefined;
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
