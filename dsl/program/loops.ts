/** Comprehensions: the values that `for` and `if` clauses run through. */
import { diagnose } from "../base/messages.ts";
import type { Clause, Expression } from "../syntax/tree.ts";
import { evaluate, evaluateNumber, type Scope } from "./expression.ts";
import { refuse, Refusal } from "./refusal.ts";

/** Terms of one comprehension, before its conditions. */
const MOST_TERMS = 1_000_000;

type ForClause = Extract<Clause, { kind: "for" }>;

/** ` at x = 1, y = 2`, for messages. */
export function loopValues(clauses: readonly Clause[], scope: Scope): string {
  const values = clauses.flatMap((clause) => (clause.kind === "for" ? [clause.name.text] : []));
  const set = values.filter((name) => scope.has(name));
  return set.length === 0
    ? ""
    : ` at ${set.map((name) => `${name} = ${String(scope.get(name))}`).join(", ")}`;
}

/**
 * Calls `visit` with the loop's values in `scope`, the last `for` fastest. Throws Refusal, before the first call where
 * there would be too many terms.
 */
export function forEachTerm(clauses: readonly Clause[], scope: Scope, visit: () => void): void {
  const loops = clauses.filter((clause) => clause.kind === "for");
  countTerms(loops, new Map(scope), 0);
  expand(clauses, scope, 0, visit);
}

function expand(clauses: readonly Clause[], scope: Scope, depth: number, visit: () => void): void {
  const clause = clauses[depth];
  if (clause === undefined) {
    visit();
    return;
  }
  const at = (): string => loopValues(clauses.slice(0, depth), scope);
  if (clause.kind === "if") {
    if (holds(clause.condition, scope, at)) expand(clauses, scope, depth + 1, visit);
    return;
  }
  const { name, from, to } = clause;
  const [first, last] = [bound(from, scope, at), bound(to, scope, at)];
  for (let value = first; value <= last; value += 1) {
    scope.set(name.text, value);
    expand(clauses, scope, depth + 1, visit);
  }
}

function holds(condition: Expression, scope: Scope, at: () => string): boolean {
  const value = evaluate(condition, scope, at);
  if (typeof value === "boolean" || value === 0 || value === 1) return Boolean(value);
  const blanks = { text: condition.text, at: at(), value: String(value), wanted: "a condition" };
  return refuse("not-a-number", blanks, condition.span, "compare with ==, !=, <, <=, > or >=");
}

function bound(expression: Expression, scope: Scope, at: () => string): number {
  const value = evaluateNumber(expression, scope, at);
  if (Number.isSafeInteger(value)) return value;
  const blanks = { text: expression.text, at: at(), value: String(value), wanted: "an integer" };
  return refuse("not-a-number", blanks, expression.span);
}

/** Adds the terms of the loops from `depth` on, without running the innermost. Throws Refusal beyond the limit. */
function countTerms(loops: readonly ForClause[], scope: Scope, depth: number): number {
  const loop = loops[depth];
  if (loop === undefined) return 1;
  const at = (): string => loopValues(loops.slice(0, depth), scope);
  const first = bound(loop.from, scope, at);
  const size = Math.max(0, bound(loop.to, scope, at) - first + 1);
  if (size > MOST_TERMS) refuseTerms(loop, size);
  if (depth === loops.length - 1) return size;
  let terms = 0;
  for (let step = 0; step < size; step += 1) {
    scope.set(loop.name.text, first + step);
    terms += countTerms(loops, scope, depth + 1);
    // Later steps are taken to have as many terms as those so far, for a message that says how far off it is.
    if (terms > MOST_TERMS) refuseTerms(loop, Math.round((terms / (step + 1)) * size));
  }
  return terms;
}

function refuseTerms({ name, from, to }: ForClause, terms: number): never {
  const span = { start: name.span.start, end: to.span.end };
  const hint = `make the range ${from.text}..${to.text} shorter, or write several networks`;
  const about = terms < 1e15 ? String(terms) : terms.toExponential(1);
  throw new Refusal(diagnose("too-many-terms", { terms: about, limit: MOST_TERMS }, span, hint));
}
