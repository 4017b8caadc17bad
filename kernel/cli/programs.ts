/** Programs in files: read, checked, and their diagnostics worded. */
import path from "node:path";
import { compile, excerpt, positionOf } from "../../dsl/index.ts";
import type { Diagnostic, Outcome, Program } from "../../dsl/index.ts";
import type { Host } from "../session/evaluate.ts";
import { filesIn } from "../session/files.ts";
import { Mistakes } from "./command.ts";
import { readText } from "./files.ts";
import { complain } from "./print.ts";

export interface ProgramFile {
  /** As it was named. */
  readonly file: string;
  readonly source: string;
}

export function readProgram(file: string): ProgramFile {
  return { file, source: readText(file) };
}

/** Folder that file names inside the program start from. */
export function folderOf({ file }: ProgramFile): string {
  return path.dirname(path.resolve(file));
}

/** Reads the program's imports; runs nothing. */
export function checkProgram(own: ProgramFile): Outcome<Program> {
  return compile(own.source, new Map(), {
    variable: () => undefined,
    ...filesIn(folderOf(own)),
    read: (name) => readText(path.resolve(folderOf(own), name)),
  });
}

/** Each diagnostic under its line, on stderr. */
export function complainAbout(own: ProgramFile, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) complain(drawAll(own, diagnostics));
}

export function drawAll(own: ProgramFile, diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => excerpt(own.source, one, own.file)).join("\n");
}

/** The machine-readable form of diagnostics: lines and columns count from 1, columns in code points; the end is exclusive. */
export function diagnosticsJson(own: ProgramFile, diagnostics: readonly Diagnostic[]): object[] {
  return diagnostics.map(({ span, severity, code, message, hint }) => {
    const { line, column } = positionOf(own.source, span.start);
    const end = positionOf(own.source, span.end);
    const range = { line, column, end_line: end.line, end_column: end.column };
    return { file: own.file, ...range, severity, code, message, ...(hint !== undefined && { hint }) };
  });
}

/** The mistakes of a file that is no program, each under its line where it is of one line. */
export function mistakesOf(file: string, text: string, diagnostics: readonly Diagnostic[]): Mistakes {
  const drawn = diagnostics.map((one) => {
    const { span, message, hint } = one;
    if (span.start > 0 || span.end < text.length) {
      // The line number stands before the message already.
      return excerpt(text, { ...one, message: message.replace(/^line \d+: /, "") }, file);
    }
    return [`${file}: ${message}`, ...(hint === undefined ? [] : [`  hint: ${hint}`])].join("\n");
  });
  return new Mistakes(drawn.join("\n"));
}

/** A host without a session: there are no variables, and what is shown is dropped unless `show` is given. */
export function hostFor(signal: AbortSignal, folder = ".", show: Host["show"] = () => undefined): Host {
  return { signal, folder, show, variable: () => undefined };
}
