/** Definitions of earlier programs, checked again after a later one has changed what they use. */
import { checkStatement } from "./check.ts";
import { attempt, startCheck } from "./checker.ts";
import { originOf, wordsOf } from "./origins.ts";
import type { CheckContext, Definition, Definitions } from "./program.ts";

export interface Rechecked {
  readonly definitions: Definitions;
  /** What was made anew, and what could not be, in words. */
  readonly told: readonly string[];
}

/**
 * `after`, with what depends on a changed name made anew by its own statement. What no longer fits keeps its former meaning,
 * and orders, slices and the like of a changed network go; both are told with the reason. A name that was defined anew
 * with the same content changes nothing.
 */
export function recheck(before: Definitions, after: Definitions, context: CheckContext): Rechecked {
  const definitions = new Map(after);
  const changed = new Set<string>();
  for (const [key, old] of before) {
    const own = definitions.get(key);
    if (own === undefined || own === old) continue;
    if (sameContent(old, own)) definitions.set(key, old);
    else changed.add(key);
  }
  const told: string[] = [];
  for (const [key, old] of before) {
    if (changed.size === 0) break;
    if (definitions.get(key) !== old) continue;
    const cause = causeOf(old, changed);
    if (cause !== undefined) told.push(...remade({ definitions, changed, context }, key, old, cause));
  }
  return { definitions, told };
}

/** The changed name that a definition uses. */
function causeOf(definition: Definition, changed: ReadonlySet<string>): string | undefined {
  const statement = originOf(definition);
  if (statement === undefined) return undefined;
  const words = wordsOf(statement);
  return [...changed].find((key) => words.has(key) || words.has(key.replace(/_\{.*$/u, "")));
}

interface State {
  readonly definitions: Map<string, Definition>;
  readonly changed: Set<string>;
  readonly context: CheckContext;
}

function remade(
  { definitions, changed, context }: State,
  key: string,
  old: Definition,
  cause: string,
): string[] {
  const statement = originOf(old);
  if (statement === undefined) return [];
  const checker = startCheck(definitions, context);
  attempt(checker, () => {
    checkStatement(checker, statement);
  });
  const own = checker.definitions.get(key);
  const [mistake] = checker.diagnostics;
  if (mistake === undefined && own !== undefined) {
    if (sameContent(old, own)) return [];
    definitions.set(key, own);
    changed.add(key);
    return [`${key} is made anew, since ${cause} changed`];
  }
  const why = `it does not fit the new ${cause}: ${mistake?.message ?? "it is not defined any more"}`;
  if (!("network" in old)) return [`${key} stays as it was; ${why}`];
  definitions.delete(key);
  return [`${key} is dropped; ${why}`];
}

/** Whether two definitions mean the same. Orders and the like do not, so that a search is made again when it is asked for. */
function sameContent(a: Definition, b: Definition): boolean {
  switch (a.kind) {
    case "let":
      return b.kind === "let" && sameText(a.value, b.value);
    case "index":
    case "family":
    case "machine":
      return sameText(a, b);
    case "tensor":
      return (
        b.kind === "tensor" &&
        sameText([a.labels, a.shape, a.dtype], [b.labels, b.shape, b.dtype]) &&
        sameNumbers(a.entries.re, b.entries.re) &&
        sameNumbers(a.entries.im, b.entries.im)
      );
    case "network": {
      if (b.kind !== "network") return false;
      const [one, other] = [a.valued, b.valued];
      const { entries, ...rest } = one;
      const { entries: others, ...more } = other;
      return (
        entries.length === others.length &&
        entries.every(({ re, im }, k) => sameNumbers(re, others[k]?.re) && sameNumbers(im, others[k]?.im)) &&
        sameText(rest, more)
      );
    }
    case "circuit":
    case "formula":
    case "model":
    case "order":
    case "slice":
    case "distribution":
    case "budgets":
      return false;
    default:
      return a satisfies never;
  }
}

function sameText(a: unknown, b: unknown): boolean {
  const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);
  return JSON.stringify(a, plain) === JSON.stringify(b, plain);
}

function sameNumbers(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  if (a === b) return true;
  if (a?.length !== b?.length || a === undefined || b === undefined) return false;
  return a.every((value, at) => value === b[at]);
}
