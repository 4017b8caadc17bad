/** What the check knows while it goes through a program. */
import type { Diagnostic, Span } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import type { Word } from "../syntax/tree.ts";
import { BROKEN, type Scope } from "./expression.ts";
import type { Action, CheckContext, Definition, Definitions } from "./program.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

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
  };
}

export function report(checker: Checker, diagnostic: Diagnostic): void {
  const key = `${diagnostic.code} ${diagnostic.span.start}`;
  if (checker.reported.has(key)) return;
  checker.reported.add(key);
  checker.diagnostics.push(diagnostic);
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
  if (definition.kind === "let") checker.scope.set(key, definition.value);
  else checker.scope.delete(key);
  dropStale(checker, key, span);
}

/** An explicit order and explicit slices speak of the network that was; a method or a limit holds for the new one too. */
function dropStale(checker: Checker, network: string, span: Span): void {
  for (const what of [`order ${network}`, `slice ${network}`]) {
    const old = checker.definitions.get(what);
    const stale =
      (old?.kind === "order" && (old.spec.kind === "tree" || old.spec.kind === "partial")) ||
      (old?.kind === "slice" && old.spec.kind === "over");
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

function wayOut(name: string, known: readonly string[], kind: string): string {
  const meant = didYouMean(nearest(name, known));
  if (meant !== undefined) return meant;
  return known.length === 0 ? `no ${kind} is defined yet` : `defined: ${someOf(known)}`;
}
