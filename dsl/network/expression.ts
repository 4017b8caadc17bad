/** Expressions and units, by mathjs: read, made safe, evaluated with the names in scope. */
import { all, create, type FactoryFunctionMap, type MathJsInstance, type MathNode } from "mathjs";
import type { Span } from "../base/diagnostic.ts";
import { nearest } from "../base/suggest.ts";
import type { Expression } from "../syntax/tree.ts";
import { CONSTANTS, FUNCTIONS, NODES, REFUSED } from "./allowed.ts";
import { compileFast, type Fast, type Scope } from "./fast.ts";
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
  instance ??= create(all as FactoryFunctionMap, { matrix: "Array" });
  return instance;
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
    const why = message.replace(/\s*\(char \d+\)/, "").toLowerCase();
    const start = expression.span.start + Math.min((char ?? 1) - 1, expression.text.length - 1);
    return refuse("bad-expression", { text: expression.text, why }, { start, end: start + 1 });
  }
}

/** Fields that some kinds of mathjs' nodes have. */
interface NodeFields {
  readonly value?: unknown;
  readonly name?: string;
  readonly fn?: MathNode;
}

/** Refuses what is not arithmetic; collects the names that the scope has to give. */
function inspect(root: MathNode, expression: Expression, names: Set<string>): void {
  const pending: MathNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { type } = node;
    if (!NODES.has(type)) refuse("not-allowed", { what: REFUSED[type] ?? type }, expression.span);
    const { value, name, fn } = node as unknown as NodeFields;
    if (type === "ConstantNode" && !["number", "boolean"].includes(typeof value))
      refuse("not-allowed", { what: `the value ${String(value)}` }, expression.span);
    if (type === "SymbolNode") names.add(String(name));
    if (type === "FunctionNode") inspectCall(fn, expression);
    node.forEach((child, path) => {
      if (path !== "fn") pending.push(child);
    });
  }
}

function inspectCall(fn: MathNode | undefined, expression: Expression): void {
  const name =
    fn?.type === "SymbolNode" ? String((fn as MathNode & { readonly name: string }).name) : undefined;
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
  if (wrong !== undefined)
    refuse("not-finite", { text: expression.text, at: at(), value: wrong }, expression.span);
  return value;
}

export function noValues(): string {
  return "";
}

function requireNames({ names, expression }: Compiled, scope: Scope): void {
  for (const name of names) {
    if (scope.get(name) === BROKEN) throw new Refusal(undefined);
    if (scope.has(name) || CONSTANTS.has(name) || isUnit(name)) continue;
    const meant = nearest(name, [...scope.keys(), ...CONSTANTS]);
    refuse("unknown-name", { what: "value", name }, spanOfName(expression, name), didYouMean(meant));
  }
}

function evaluateSlowly(
  { expression, evaluate: run, names }: Compiled,
  scope: Scope,
  at: () => string,
): unknown {
  try {
    return run(scope);
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

/** A value in words, short. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const printable =
    typeof value !== "object" || value === null || isComplexNumber(value) || "equalBase" in value;
  if (!printable || typeof value === "function") return `a value of type ${typeof value}`;
  const text = String(value);
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
  if (typeof value !== "object" || value === null || !("equalBase" in value)) return undefined;
  const quantity = value as Quantity;
  return quantity.equalBase(math().unit(1, unit)) ? quantity.toNumber(unit) : undefined;
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
