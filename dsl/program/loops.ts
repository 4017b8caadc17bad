/** Comprehensions: the values that `for` and `if` clauses run through. */
import type { Clause, Expression, Word } from "../syntax/tree.ts";
import { compile, describeValue, evaluate, evaluateNumber, spanOfName, type Scope } from "./expression.ts";
import { refuse } from "./refusal.ts";

/** Terms of one comprehension, before its conditions. */
const MOST_TERMS = 1_000_000;

/** Loops and conditions of one comprehension; each is a level of recursion. */
const MOST_CLAUSES = 200;

type Loop = Exclude<Clause, { kind: "if" }>;
type Each = Extract<Clause, { kind: "each" }>;

/** The values of one loop: `set` puts those of a step, from 0 on, into the scope. */
interface Sequence {
  readonly size: number;
  readonly set: (step: number) => void;
}

/** The variables that loops set, the last loop's last. */
export function loopNames(clauses: readonly Clause[]): readonly Word[] {
  return clauses.flatMap((clause) => {
    if (clause.kind === "if") return [];
    return clause.kind === "for" ? [clause.name] : clause.names;
  });
}

/** ` at x = 1, y = 2`, for messages. */
export function loopValues(clauses: readonly Clause[], scope: Scope): string {
  const set = loopNames(clauses).filter(({ text }) => scope.has(text));
  if (set.length === 0) return "";
  return ` at ${set.map(({ text }) => `${text} = ${String(scope.get(text))}`).join(", ")}`;
}

/**
 * Calls `visit` with the loop's values in `scope`, the last loop fastest; a loop sees the variables of those before it.
 * Throws Refusal, before the first call where there would be too many terms.
 */
export function forEachTerm(clauses: readonly Clause[], scope: Scope, visit: () => void): void {
  refuseMany(clauses);
  checkNames(clauses, scope);
  const loops = clauses.filter((clause) => clause.kind !== "if");
  countTerms(loops, new Map(scope), 0);
  expand(clauses, scope, 0, visit);
}

function refuseMany(clauses: readonly Clause[]): void {
  const [last] = clauses.flatMap(expressionsOf).slice(-1);
  if (clauses.length <= MOST_CLAUSES || last === undefined) return;
  refuse("too-many-clauses", { clauses: clauses.length, limit: MOST_CLAUSES }, last.span);
}

/** Every loop has variables of its own, and none is used before its loop. Throws Refusal. */
function checkNames(clauses: readonly Clause[], scope: Scope): void {
  const later = new Map(loopNames(clauses).map(({ text }) => [text, 0]));
  for (const clause of clauses) {
    for (const expression of expressionsOf(clause))
      for (const name of compile(expression).names) {
        if (!later.has(name) || scope.has(name)) continue;
        const hint = `the loop over ${name} comes later: write it before this one`;
        refuse("unknown-name", { what: "value", name }, spanOfName(expression, name), hint);
      }
    for (const { text, span } of loopNames([clause]))
      if (!later.delete(text))
        refuse("loop-twice", { variable: text }, span, "give each loop a variable of its own");
  }
}

function expressionsOf(clause: Clause): readonly Expression[] {
  switch (clause.kind) {
    case "for":
      return [clause.from, clause.to];
    case "each":
      return [clause.list];
    case "if":
      return [clause.condition];
    default:
      return clause satisfies never;
  }
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
  const { size, set } = sequenceOf(clause, scope, at);
  for (let step = 0; step < size; step += 1) {
    set(step);
    expand(clauses, scope, depth + 1, visit);
  }
}

function holds(condition: Expression, scope: Scope, at: () => string): boolean {
  const value = evaluate(condition, scope, at);
  if (typeof value === "boolean" || value === 0 || value === 1) return Boolean(value);
  const blanks = { text: condition.text, at: at(), value: describeValue(value), wanted: "a condition" };
  return refuse("not-a-number", blanks, condition.span, "compare with ==, !=, <, <=, > or >=");
}

/** Throws Refusal. */
function sequenceOf(loop: Loop, scope: Scope, at: () => string): Sequence {
  if (loop.kind === "each") return listSequence(loop, scope, at);
  const { name, from, to } = loop;
  const first = bound(from, scope, at);
  const size = Math.max(0, bound(to, scope, at) - first + 1);
  return { size, set: (step) => scope.set(name.text, first + step) };
}

function bound(expression: Expression, scope: Scope, at: () => string): number {
  const value = evaluateNumber(expression, scope, at);
  if (Number.isSafeInteger(value)) return value;
  const blanks = { text: expression.text, at: at(), value: String(value), wanted: "an integer" };
  return refuse("not-a-number", blanks, expression.span);
}

/** The numbers of a list; for several names the rows of a list of lists. */
function listSequence(loop: Each, scope: Scope, at: () => string): Sequence {
  const { names, list } = loop;
  const value = evaluate(list, scope, at);
  const items: readonly unknown[] = Array.isArray(value) ? value : refuseList(loop, value, true, at);
  const rows = names.length === 1 ? items.map((item) => [item]) : items;
  const wrong = rows.findIndex((row) => !isRow(row, names.length));
  if (wrong >= 0) refuseList(loop, items[wrong], false, at);
  const set = (step: number): void => {
    const row = rows[step] as readonly number[];
    names.forEach(({ text }, place) => scope.set(text, row[place]));
  };
  return { size: rows.length, set };
}

function isRow(row: unknown, length: number): boolean {
  return Array.isArray(row) && row.length === length && row.every((item) => typeof item === "number");
}

function refuseList({ names, list }: Each, got: unknown, whole: boolean, at: () => string): never {
  const single = names.length === 1;
  const wanted = single ? "a list of numbers" : `a list of rows of ${names.length} numbers`;
  const item = Array.isArray(got) && !single ? `a row of ${got.length}` : describeValue(got);
  const own = whole ? `is ${item}` : `holds ${item}`;
  const hint = single
    ? "write x in [1, 3, 5], x in 1..5, or (x, y) in [[1, 2], [2, 3]]"
    : "write (x, y) in [[1, 2], [2, 3]]";
  return refuse("bad-list", { text: list.text, at: at(), got: own, wanted }, list.span, hint);
}

/** Adds the terms of the loops from `depth` on, without running the innermost. Throws Refusal beyond the limit. */
function countTerms(loops: readonly Loop[], scope: Scope, depth: number): number {
  const loop = loops[depth];
  if (loop === undefined) return 1;
  const { size, set } = sequenceOf(loop, scope, () => loopValues(loops.slice(0, depth), scope));
  if (size > MOST_TERMS) refuseTerms(loop, size);
  if (depth === loops.length - 1) return size;
  let terms = 0;
  for (let step = 0; step < size; step += 1) {
    set(step);
    // A turn takes its time, even where the loops inside it are empty.
    terms += Math.max(1, countTerms(loops, scope, depth + 1));
    // Later steps are taken to have as many terms as those so far, for a message that says how far off it is.
    if (terms > MOST_TERMS) refuseTerms(loop, Math.round((terms / (step + 1)) * size));
  }
  return terms;
}

function refuseTerms(loop: Loop, terms: number): never {
  const [name] = loopNames([loop]);
  const last = loop.kind === "each" ? loop.list : loop.to;
  const what = loop.kind === "each" ? `list ${loop.list.text}` : `range ${loop.from.text}..${loop.to.text}`;
  const span = { start: (name as Word).span.start, end: last.span.end };
  const about = terms < 1e15 ? String(terms) : terms.toExponential(1);
  const hint = `make the ${what} shorter, or write several networks`;
  return refuse("too-many-terms", { terms: about, limit: MOST_TERMS }, span, hint);
}
