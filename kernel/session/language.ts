/** A `%%tn` cell: its outputs are shown as they come, its diagnostics drawn under their lines. */
import { excerpt, UserError } from "../../dsl/index.ts";
import type { Diagnostic } from "../../dsl/index.ts";
import type { ErrorContent, MimeBundle } from "../protocol/message.ts";
import { exceptionContent, interruptedContent, plainJson } from "./display.ts";
import type { Environment, Host } from "./evaluate.ts";
import { emptyEnvironment, evaluate } from "./program.ts";

/** Where a cell's effects go. */
export interface CellHost {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly variable: (name: string) => unknown;
  readonly display: (data: MimeBundle) => void;
  readonly print: (name: "stdout" | "stderr", text: string) => void;
}

/** Names after the cell, and the error when it failed. */
export interface LanguageOutcome {
  readonly environment: Environment;
  readonly error?: ErrorContent;
}

/** Evaluates `source` on top of `before` (the empty environment where undefined). Never throws. */
export async function runLanguage(
  source: string,
  before: Environment | undefined,
  host: CellHost,
): Promise<LanguageOutcome> {
  const environment = before ?? emptyEnvironment();
  try {
    const result = await evaluate(source, environment, languageHost(host));
    const notices = result.ok
      ? result.diagnostics
      : result.diagnostics.filter((one) => one.severity !== "error");
    for (const one of notices)
      host.print(one.severity === "info" ? "stdout" : "stderr", excerpt(source, one) + "\n");
    if (result.ok) return { environment: result.environment };
    return { environment: result.environment, error: diagnosticsContent(source, result.diagnostics) };
  } catch (error) {
    return { environment, error: host.signal.aborted ? interruptedContent() : failureContent(error) };
  }
}

function languageHost({ folder, signal, variable, display }: CellHost): Host {
  return {
    folder,
    signal,
    variable,
    show: (output) => {
      display(plainJson(output.data, output.data));
    },
  };
}

/** A bug of tnlab's own shows where it is, so that it can be reported. */
function failureContent(error: unknown): ErrorContent {
  const stack = error instanceof Error && !(error instanceof UserError) ? (error.stack ?? "") : "";
  return exceptionContent(
    error,
    stack.split("\n").filter((line) => /^\s+at /.test(line)),
  );
}

function diagnosticsContent(source: string, diagnostics: readonly Diagnostic[]): ErrorContent {
  const errors = diagnostics.filter((one) => one.severity === "error");
  const evalue = errors[0]?.message ?? "the cell was not completed";
  return { ename: "tn", evalue, traceback: errors.map((one) => excerpt(source, one)) };
}
