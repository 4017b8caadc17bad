/** A program becomes part of a session, or is refused whole. */
import { arrayValues, compile, diagnose, parse, recheck, UserError } from "../../dsl/index.ts";
import type { Definition, Diagnostic, Machine, Program } from "../../dsl/index.ts";
import { filesIn } from "../session/files.ts";
import { readTemplate, type Sorted, type Template } from "./insert.ts";
import { mistakes, type State } from "./state.ts";

/** Under this method a value of tnlab says how it stands in a template. */
export const INSERT: unique symbol = Symbol("tnlab.insert");

export interface Defined {
  /** The last network that the program defines. */
  readonly network: string | undefined;
  /** Names that were defined anew, and what that dropped; in words. */
  readonly notices: readonly string[];
}

/** Throws UserError that shows every mistake under its line; the session is then as it was. */
export function define(state: State, parts: readonly string[], values: readonly unknown[]): Defined {
  const known = state.environment.definitions;
  const sorted = values.map((value, position) => sortValue(state, value, position));
  const template = readTemplate(parts, sorted, known);
  const context = {
    variable: (name: string) => template.variables.get(name) ?? state.variable(name),
    ...filesIn(state.folder),
  };
  const compiled = compile(template.source, new Map([...known, ...template.definitions]), context);
  const found = compiled.ok ? deeds(compiled.value) : compiled.diagnostics;
  if (!compiled.ok || found.length > 0) throw mistakes(template.shown, placed(template, found));
  const rechecked = recheck(known, compiled.value.definitions, context);
  const kept = new Map(rechecked.definitions);
  // Without its arrays a template cannot be checked again later: copies have no origin.
  if (template.arrays.length > 0)
    for (const [name, definition] of kept)
      if (definition !== known.get(name)) kept.set(name, { ...definition });
  // Arrays are part of their networks; the names they had on the way mean nothing to anyone.
  for (const [name, definition] of template.definitions)
    if (definition.kind === "tensor") restore(kept, known, name);
  state.environment = { ...state.environment, definitions: kept };
  const notices = [...compiled.notices.map(({ message }) => message), ...rechecked.told];
  const networks = parse(template.source).readable.statements.filter((one) => one.kind === "network");
  return { network: networks.at(-1)?.name.text, notices };
}

function restore(
  definitions: Map<string, Definition>,
  known: ReadonlyMap<string, Definition>,
  name: string,
): void {
  const before = known.get(name);
  if (before === undefined) definitions.delete(name);
  else definitions.set(name, before);
}

/** In terms of the template as it was written: places, and arrays by their number. */
function placed({ place, shown, arrays }: Template, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const worded = (text: string): string =>
    arrays.reduce((before, [name, look]) => before.replaceAll(name, () => look), text);
  return diagnostics.map(({ span, message, hint, ...rest }) => {
    const { start, end } = place(span);
    const own = { start: Math.min(start, shown.length), end: Math.min(end, shown.length) };
    return {
      ...rest,
      message: worded(message),
      span: own,
      ...(hint !== undefined && { hint: worded(hint) }),
    };
  });
}

const METHODS = {
  run: "net.run()",
  show: "net.show()",
  compare: "plan.distribute() with each method",
} as const;

/** What acts has methods of its own here, whose results can be waited for. */
function deeds({ actions }: Program): Diagnostic[] {
  return actions.flatMap((action) =>
    action.kind === "require"
      ? []
      : [
          diagnose(
            "cannot-run",
            { what: `a template defines, and ${action.kind} acts: use ${METHODS[action.kind]}` },
            action.span,
          ),
        ],
  );
}

/** Throws UserError for what has no place in a program. */
function sortValue(state: State, value: unknown, position: number): Sorted {
  if (inserts(value)) return value[INSERT](state);
  if (isMachine(value)) {
    const name = nameFor(state, value.name);
    return {
      kind: "defined",
      name,
      definition: { kind: "machine", spec: { kind: "model", machine: value } },
    };
  }
  const text = textOf(value);
  if (text !== undefined) return { kind: "text", text };
  const shaped = arrayValues(value);
  if (typeof shaped === "string")
    throw new UserError(`value ${position + 1} of the template cannot stand there: ${shaped}`);
  return { kind: "array", value, shaped };
}

function inserts(value: unknown): value is { readonly [INSERT]: (state: State) => Sorted } {
  return typeof value === "object" && value !== null && INSERT in value;
}

function isMachine(value: unknown): value is Machine {
  return (
    typeof value === "object" && value !== null && "device" in value && "node" in value && "engine" in value
  );
}

/** A word that can stand for a machine; its own name where that is one. */
export function nameFor({ environment }: State, name: string): string {
  const word = name
    .replaceAll(/[^\p{L}\p{N}_]+/gu, "_")
    .replace(/^(?!\p{L})/u, "m_")
    .replace(/_+$/u, "");
  const taken = environment.definitions.get(word);
  return taken === undefined || taken.kind === "machine" ? word : `${word}_machine`;
}

/** Numbers and truth values as expressions, negative ones in brackets; a string stands as it is. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return value < 0 ? `(${value})` : String(value);
  if (typeof value !== "object" || value === null || !("re" in value && "im" in value)) return undefined;
  const { re, im } = value;
  return typeof re === "number" && typeof im === "number" ? `(${re} + ${im}i)` : undefined;
}
