/** What the check knows while it goes through a program. */
import type { Diagnostic, Span } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import type { Statement, Word } from "../syntax/tree.ts";
import { BROKEN, type Scope } from "./expression.ts";
import { rememberOrigin } from "./origins.ts";
import type { Action, CheckContext, Definition, Definitions } from "./program.ts";
import { didYouMean, Enough, MOST_MISTAKES, refuse, Refusal, someOf } from "./refusal.ts";

export interface Checker {
  readonly definitions: Map<string, Definition>;
  /** Names whose definition has a mistake: using them is no further mistake. */
  readonly broken: Set<string>;
  /** Values of the lets, by name. */
  readonly scope: Scope;
  readonly diagnostics: Diagnostic[];
  readonly notices: Diagnostic[];
  readonly actions: Action[];
  readonly context: CheckContext;
  /** Mistakes reported, by code and place: a loop makes the same one many times. */
  readonly reported: Set<string>;
  /** The one that is being checked. */
  statement: Statement | undefined;
}

export function startCheck(environment: Definitions, context: CheckContext): Checker {
  const scope: Scope = new Map();
  for (const [name, definition] of environment)
    if (definition.kind === "let") scope.set(name, definition.value);
  return {
    definitions: new Map(environment),
    broken: new Set(),
    scope,
    diagnostics: [],
    notices: [],
    actions: [],
    context,
    reported: new Set(),
    statement: undefined,
  };
}

export function report(checker: Checker, diagnostic: Diagnostic): void {
  const key = `${diagnostic.code} ${diagnostic.span.start}`;
  if (checker.reported.has(key)) return;
  checker.reported.add(key);
  checker.diagnostics.push(diagnostic);
  // To look for what each of thousands of misspelt names may mean takes minutes.
  if (checker.diagnostics.length > MOST_MISTAKES) throw new Enough();
}

/** Runs one part of the check; a refusal is reported, and gives undefined. */
export function attempt<T>(checker: Checker, part: () => T): T | undefined {
  try {
    return part();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.diagnostic !== undefined) report(checker, error.diagnostic);
    return undefined;
  }
}

/** The results of all parts: each is tried, so that the mistakes of all are told. Throws Refusal after any of them. */
export function together<T extends object>(
  checker: Checker,
  parts: { readonly [K in keyof T]: () => T[K] },
): T {
  const tried = Object.entries<() => unknown>(parts).map(
    ([key, part]) => [key, attempt(checker, () => ({ result: part() }))] as const,
  );
  const sound = tried.flatMap(([key, own]) => (own === undefined ? [] : [[key, own.result] as const]));
  if (sound.length < tried.length) throw new Refusal(undefined);
  return Object.fromEntries(sound) as T;
}

/** What is said of this name later is no further mistake. */
export function markBroken(checker: Checker, key: string): void {
  checker.broken.add(key);
  checker.scope.set(key, BROKEN);
}

/** Defines `key` with what `make` gives; where it refuses, the name counts as broken. */
export function defineWith(checker: Checker, key: string, span: Span, make: () => Definition): void {
  const definition = attempt(checker, make);
  if (definition === undefined) {
    markBroken(checker, key);
    return;
  }
  if (checker.definitions.has(key)) checker.notices.push(diagnose("replaced", { name: key }, span));
  checker.broken.delete(key);
  checker.definitions.set(key, definition);
  if (checker.statement !== undefined) rememberOrigin(definition, checker.statement);
  if (definition.kind === "let") checker.scope.set(key, definition.value);
  else checker.scope.delete(key);
  dropStale(checker, key, span);
}

/** An explicit order, slices and a distribution by index speak of the network that was; a method or a limit holds for the new one too. */
function dropStale(checker: Checker, network: string, span: Span): void {
  for (const what of [`order ${network}`, `slice ${network}`, `distribute ${network}`]) {
    const old = checker.definitions.get(what);
    const stale =
      (old?.kind === "order" && (old.spec.kind === "tree" || old.spec.kind === "partial")) ||
      (old?.kind === "slice" && old.spec.kind === "over") ||
      (old?.kind === "distribution" && old.spec.over !== undefined);
    if (!stale) continue;
    checker.definitions.delete(what);
    checker.notices.push(diagnose("dropped", { what, network }, span));
  }
}

const ARTICLES: Readonly<Record<Definition["kind"], string>> = {
  let: "a value",
  index: "an index",
  family: "a family of indices",
  tensor: "a tensor",
  network: "a network",
  order: "an order",
  machine: "a machine",
  circuit: "a circuit",
  formula: "a formula",
  model: "a graphical model",
  slice: "slices",
  distribution: "a distribution",
  budgets: "budgets",
};

type DefinitionOf<K extends Definition["kind"]> = Extract<Definition, { kind: K }>;

/** The definition of that kind under a name. Throws Refusal, with the nearest name of the kind. */
export function lookUp<K extends Definition["kind"]>(
  checker: Checker,
  kind: K,
  { text, span }: Word,
): DefinitionOf<K> {
  if (checker.broken.has(text)) throw new Refusal(undefined);
  const found = checker.definitions.get(text);
  if (found?.kind === kind) return found as DefinitionOf<K>;
  if (found !== undefined)
    refuse("wrong-kind", { name: text, is: ARTICLES[found.kind], wanted: ARTICLES[kind] }, span);
  const names = [...checker.definitions].flatMap(([name, own]) => (own.kind === kind ? [name] : []));
  return refuse("unknown-name", { what: kind, name: text }, span, wayOut(text, names, kind));
}

/** How the first one is made. */
const FIRSTS: Readonly<Partial<Record<string, string>>> = {
  tensor: "tensor A[i: 2, j: 2] = normal(seed 1)",
  network: "network R[i, k] = A[i, j] B[j, k]",
  machine: 'machine dgx = preset "dgx-h100"; this computer is threads(2)',
};

function wayOut(name: string, known: readonly string[], kind: string): string {
  const meant = didYouMean(nearest(name, known));
  if (meant !== undefined) return meant;
  if (kind === "machine" && name === "threads") return "say how many: threads(2)";
  if (kind === "machine" && name === "torch") return "say how many: torch(processes 4)";
  if (known.length > 0) return `defined: ${someOf(known)}`;
  const first = FIRSTS[kind];
  return `no ${kind} is defined yet${first === undefined ? "" : `: ${first}`}`;
}
