/** Stack frames of a TypeScript cell in lines of the cell: tslab runs the emitted JavaScript without a source map. */
import { SourceMap } from "node:module";
import type { SourceMapPayload } from "node:module";

/** The part of the TypeScript compiler that is needed here. */
export interface Transpiler {
  readonly transpileModule: (
    source: string,
    options: { readonly compilerOptions: Readonly<Record<string, unknown>> },
  ) => { readonly outputText: string; readonly sourceMapText?: string };
  readonly ModuleKind: { readonly CommonJS: number };
  readonly ScriptTarget: { readonly ES2022: number };
}

/** A cell that ran: what was written, and the JavaScript it became. */
export interface RanCell {
  readonly source: string;
  /** What tslab was given: other words on the same lines. */
  readonly given: string;
  readonly output: string;
}

/** The name under which the engine knows cell number `index` of the cells that ran. */
export function scriptName(index: number): string {
  return `tnlab-cell-${String(index)}`;
}

const FRAME = /^\s*at (?:(.*?) \()?tnlab-cell-(\d+):(\d+):(\d+)\)?$/;

/**
 * The frames of `error` that lie in cells, innermost first; the last cell of `cells` is the one that failed. Frames
 * whose line cannot be told, because the emitted lines do not match a transpilation of the cell, are left out.
 */
export function traceFrames(
  error: unknown,
  cells: readonly RanCell[],
  compiler: Transpiler,
): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const locators = new Map<number, Locate>();
  return error.stack.split("\n").flatMap((frame) => {
    const match = FRAME.exec(frame);
    const index = Number(match?.[2]);
    const cell = cells[index];
    if (!match || !cell) return [];
    const locate = locators.get(index) ?? lineLocator(cell.given, cell.output, compiler);
    locators.set(index, locate);
    const line = locate(Number(match[3]), Number(match[4]));
    if (line === undefined) return [];
    const text = (cell.source.split("\n")[line - 1] ?? "").trim();
    const place = index === cells.length - 1 ? "" : "an earlier cell, ";
    // tslab keeps variables of earlier cells in a proxy, whose name says nothing to a user.
    const caller = match[1] === undefined ? "" : ` in ${match[1].replace(/^Proxy\./, "")}`;
    return [`  ${place}line ${String(line)}${caller}: ${text}`];
  });
}

/** Emitted position (from 1) to line of the cell (from 1). */
type Locate = (line: number, column: number) => number | undefined;

function lineLocator(source: string, output: string, compiler: Transpiler): Locate {
  const { outputText, sourceMapText } = compiler.transpileModule(source + "\nexport {};", {
    compilerOptions: {
      module: compiler.ModuleKind.CommonJS,
      target: compiler.ScriptTarget.ES2022,
      esModuleInterop: true,
      noImplicitUseStrict: true,
      sourceMap: true,
    },
  });
  if (sourceMapText === undefined) return () => undefined;
  const map = new SourceMap(JSON.parse(sourceMapText) as SourceMapPayload);
  const lines = alignLines(output.split("\n"), outputText.split("\n"));
  return (line) => {
    const index = lines[line - 1];
    const text = index === undefined ? undefined : outputText.split("\n")[index];
    if (index === undefined || text === undefined) return undefined;
    const entry = map.findEntry(index, Math.max(0, text.search(/\S/)));
    return "originalLine" in entry ? entry.originalLine + 1 : undefined;
  };
}

/**
 * For each line that ran, the line of the plain transpilation that it is. tslab adds `exports.` to names, a variable
 * for the last expression and lines of exports, so lines are compared without these and matched in order.
 */
function alignLines(ran: readonly string[], plain: readonly string[]): readonly (number | undefined)[] {
  const bare = plain.map(bareLine);
  let next = 0;
  return ran.map((line) => {
    const wanted = bareLine(line);
    const at = wanted === "" ? -1 : bare.indexOf(wanted, next);
    if (at < 0) return undefined;
    next = at + 1;
    return at;
  });
}

function bareLine(line: string): string {
  return line
    .replace(/^\s*exports\.tsLastExpr\d* = /, "")
    .replace(/\bexports\.(?=[A-Za-z_$])/g, "")
    .trim();
}
