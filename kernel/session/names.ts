/** Names of `%%tn` cells as typed variables of TypeScript cells. */
import type { Definition } from "../../dsl/index.ts";
import type { Environment } from "./evaluate.ts";
import { provideOwnPackage } from "./own.ts";
import type { TypescriptSession } from "./tslab.ts";

/** What TypeScript cells have been offered, and what is waiting for the next of them. */
export interface Names {
  /** By name, the value that its variable was given. A variable with another value is the user's. */
  readonly offered: Map<string, unknown>;
  readonly waiting: Set<string>;
}

export function noNames(): Names {
  return { offered: new Map(), waiting: new Set() };
}

/** Under this symbol of `globalThis` the variables find their values. */
const VALUES = Symbol.for("tnlab.names");

type Named = Extract<Definition, { kind: "let" | "tensor" | "network" | "machine" }>;

function isNamed(definition: Definition | undefined): definition is Named {
  return ["let", "tensor", "network", "machine"].includes(definition?.kind ?? "");
}

const RESERVED = new Set(
  (
    "arguments async await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package private " +
    "protected public return static super switch this throw true try typeof var void while with yield undefined"
  ).split(" "),
);

/**
 * Marks the names that a cell defined or defined anew, to be offered before the next TypeScript cell. The sentences say
 * which of them are TypeScript variables of the user's, which are left alone.
 */
export function noteNames(
  names: Names,
  before: Environment | undefined,
  after: Environment,
  typescript: TypescriptSession,
): readonly string[] {
  const told: string[] = [];
  for (const [name, definition] of after.definitions) {
    if (!isNamed(definition) || definition === before?.definitions.get(name)) continue;
    const why = obstacle(names, name, typescript);
    if (why === undefined) {
      names.waiting.add(name);
      continue;
    }
    names.waiting.delete(name);
    const way = definition.kind === "let" ? "value" : definition.kind;
    told.push(`${name} ${why}: in TypeScript it is tn.session.${way}("${name}")`);
  }
  return told;
}

function obstacle({ offered }: Names, name: string, typescript: TypescriptSession): string | undefined {
  if (RESERVED.has(name)) return "is a word of TypeScript";
  const value = typescript.variable(name);
  if (typescript.has(name) && !(offered.has(name) && offered.get(name) === value))
    return "is a TypeScript variable of yours, which is left as it is";
  return Reflect.has(globalThis, name) ? "is a global name of JavaScript, which is left as it is" : undefined;
}

/** A cell that declares a name makes it the user's, even where the value is the same. */
export function noteDeclarations({ offered, waiting }: Names, declared: ReadonlySet<string>): void {
  for (const name of declared) {
    offered.delete(name);
    waiting.delete(name);
  }
}

/** Declares the variables that are waiting. */
export async function offerNames(
  names: Names,
  environment: Environment | undefined,
  typescript: TypescriptSession,
): Promise<void> {
  if (names.waiting.size === 0 || environment === undefined) return;
  const { session } = (await provideOwnPackage()).tn;
  const values = new Map<string, unknown>();
  const lines: string[] = [];
  for (const name of names.waiting) {
    const definition = environment.definitions.get(name);
    if (!isNamed(definition)) continue;
    const value = session[definition.kind === "let" ? "value" : definition.kind](name);
    values.set(name, value);
    lines.push(
      `const ${name} = Reflect.get(globalThis, Symbol.for("tnlab.names")).get("${name}") as ${typeOf(definition)};`,
    );
    names.offered.set(name, value);
  }
  names.waiting.clear();
  Reflect.set(globalThis, VALUES, values);
  await typescript.execute(lines.join("\n"));
}

function typeOf(definition: Named): string {
  switch (definition.kind) {
    case "let":
      return typeOfValue(definition.value);
    case "tensor":
      return 'import("tnlab").TensorValue';
    case "network":
      return 'import("tnlab").Network';
    case "machine":
      return 'import("tnlab").Machine';
    default:
      return definition satisfies never;
  }
}

function typeOfValue(value: unknown): string {
  if (Array.isArray(value)) {
    const types = new Set(value.map(typeOfValue));
    const [only] = types;
    return types.size === 1 && only !== "unknown" ? `${only ?? "unknown"}[]` : "unknown[]";
  }
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string")
    return typeof value;
  if (typeof value !== "object" || value === null) return "unknown";
  if ("re" in value && "im" in value) return "{ readonly re: number; readonly im: number }";
  if ("toNumber" in value)
    return "{ readonly toNumber: (unit: string) => number; readonly toString: () => string }";
  return "unknown";
}
