/** TypeScript cells, by tslab's converter and executor; the only import of tslab. */
import { createRequire } from "node:module";
import type { Converter } from "tslab/dist/converter.js";
import type { Executor } from "tslab/dist/executor.js";
import type { IsCompleteReply } from "../protocol/message.ts";
import { declaredNames } from "./declared.ts";
import type { DeclarationReader } from "./declared.ts";
import { extendLibrary } from "./library.ts";
import { overlayPackages, packageFolders } from "./overlay.ts";
import type { CompilerSystem } from "./overlay.ts";
import { withoutShorthand } from "./shorthand.ts";
import type { SyntaxReader, WrittenOut } from "./shorthand.ts";
import { scriptName, traceFrames } from "./trace.ts";
import type { RanCell, Transpiler } from "./trace.ts";

/** A mistake that the compiler found; line and column count from 1. */
export interface CompileError {
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** How a cell ended. `value` is the last expression, absent when it is undefined or null or there is none. */
export type TypescriptOutcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "nothing" }
  | { readonly kind: "mistakes"; readonly mistakes: readonly CompileError[] }
  | { readonly kind: "thrown"; readonly error: unknown; readonly frames: readonly string[] };

export interface Completion {
  readonly matches: readonly string[];
  /** UTF-16 offsets of the text that a match replaces. */
  readonly start: number;
  readonly end: number;
}

/** A TypeScript session: variables are kept from cell to cell. */
export interface TypescriptSession {
  readonly execute: (source: string) => Promise<TypescriptOutcome>;
  readonly complete: (source: string, position: number) => Completion;
  /** The type and documentation of what stands at `position`; undefined where there is nothing to say. */
  readonly inspect: (source: string, position: number) => string | undefined;
  readonly completeness: (source: string) => IsCompleteReply;
  readonly variable: (name: string) => unknown;
  /** Whether a cell has declared the name. */
  readonly has: (name: string) => boolean;
  /** The names that a cell declares for the cells after it. */
  readonly declares: (source: string) => ReadonlySet<string>;
  /** Ends a cell that waits for a promise. Running code is ended by SIGINT itself. */
  readonly interrupt: () => void;
}

/** What the executor said through its console while one cell ran. */
interface Ear {
  result: TypescriptOutcome;
  /** Every cell that was compiled in this session, to trace exceptions back to its lines. */
  readonly ran: RanCell[];
  /** The cell that runs, as it was written. */
  written: string;
}

/** The part of the TypeScript compiler that parses; as tslab uses it, the mistakes of the parser included. */
interface Parser {
  readonly createSourceFile: (
    name: string,
    source: string,
    options: { readonly languageVersion: number },
  ) => { readonly parseDiagnostics: readonly unknown[] };
}

/** Starts a compiler for cells in `folder`, which must be the working folder of the process. Takes about a second. */
export function openTypescript(folder: string): TypescriptSession {
  const require = createRequire(import.meta.url);
  const compiler = createRequire(require.resolve("tslab/dist/converter"))(
    "@tslab/typescript-for-tslab",
  ) as Transpiler & {
    readonly sys: CompilerSystem;
  } & Parser &
    SyntaxReader &
    DeclarationReader;
  overlayPackages(compiler.sys, folder, packageFolders());
  extendLibrary(compiler.sys);
  const { createConverter, isCompleteCode } =
    require("tslab/dist/converter") as typeof import("tslab/dist/converter.js");
  const { createExecutor } = require("tslab/dist/executor") as typeof import("tslab/dist/executor.js");
  const ear: Ear = { result: { kind: "nothing" }, ran: [], written: "" };
  const converter = overheard(createConverter(), ear);
  const converters = {
    node: converter,
    browser: converter,
    close: () => {
      converter.close();
    },
  };
  const executor = createExecutor(folder, converters, {
    log: (value: unknown) => {
      ear.result = { kind: "value", value };
    },
    error: (...what: readonly unknown[]) => {
      hear(ear, what);
    },
  });
  return {
    execute: (source) => execute(executor, source, ear, compiler),
    complete: (source, position) => complete(executor, source, position),
    inspect: (source, position) => quickInfo(executor, source, position),
    completeness: (source) => {
      const { completed, indent = "" } = isCompleteCode(source);
      if (!completed) return { status: "incomplete", indent };
      return { status: parses(compiler, source) ? "complete" : "invalid" };
    },
    variable: (name) =>
      Object.hasOwn(executor.locals, name) ? (executor.locals[name] as unknown) : undefined,
    has: (name) => Object.hasOwn(executor.locals, name),
    declares: (source) => declaredNames(source, compiler),
    interrupt: () => {
      executor.interrupt();
    },
  };
}

function parses({ createSourceFile, ScriptTarget }: Parser & Transpiler, source: string): boolean {
  const { parseDiagnostics } = createSourceFile("cell.ts", source, { languageVersion: ScriptTarget.ES2022 });
  return parseDiagnostics.length === 0;
}

async function execute(
  executor: Executor,
  source: string,
  ear: Ear,
  compiler: Transpiler & SyntaxReader,
): Promise<TypescriptOutcome> {
  ear.result = { kind: "nothing" };
  ear.written = source;
  const given = withoutShorthand(source, (name) => Object.hasOwn(executor.locals, name), compiler);
  await executor.execute(given.source);
  // Widened, because the executor's console has changed it meanwhile.
  const result = ear.result as TypescriptOutcome;
  if (result.kind === "mistakes")
    return { ...result, mistakes: result.mistakes.map((one) => inCell(one, given)) };
  if (result.kind !== "thrown") return result;
  return { ...result, frames: traceFrames(result.error, ear.ran, compiler) };
}

function inCell(mistake: CompileError, { column }: WrittenOut): CompileError {
  return { ...mistake, column: column(mistake.line, mistake.column) };
}

/** tslab's console tells compile errors by a format string and exceptions by the thrown value alone. */
function hear(ear: Ear, what: readonly unknown[]): void {
  const [first, file, line, column, text] = what;
  if (what.length === 5 && typeof line === "number" && typeof column === "number") {
    const mistake = { file: String(file).trim() || undefined, line, column, text: String(text) };
    const before = ear.result.kind === "mistakes" ? ear.result.mistakes : [];
    ear.result = { kind: "mistakes", mistakes: [...before, mistake] };
  } else {
    ear.result = { kind: "thrown", error: first, frames: [] };
  }
}

/** Gives the script of each cell a name of its own, and remembers it. */
function overheard(converter: Converter, ear: Ear): Converter {
  return {
    ...converter,
    convert: (declarations, source) => {
      const converted = converter.convert(declarations, source);
      if (!converted.output) return converted;
      const name = scriptName(ear.ran.length);
      ear.ran.push({ source: ear.written, given: source, output: converted.output });
      return { ...converted, output: `${converted.output}\n//# sourceURL=${name}` };
    },
  };
}

function complete(executor: Executor, source: string, position: number): Completion {
  const { candidates, start, end } = executor.complete(source, position);
  return { matches: candidates, start, end };
}

function quickInfo(executor: Executor, source: string, position: number): string | undefined {
  const info = executor.inspect(source, position) as ReturnType<Executor["inspect"]> | undefined;
  if (!info) return undefined;
  const parts = [info.displayParts ?? [], info.documentation ?? []];
  const texts = parts.map((list) => list.map((part) => part.text).join(""));
  return texts.filter((text) => text !== "").join("\n\n");
}
