/** A `%%tn` cell: its outputs are shown as they come, its diagnostics drawn under their lines. */
import { excerpt, UserError } from "../../dsl/index.ts";
import type { Diagnostic, SearchDefaults } from "../../dsl/index.ts";
import type { ErrorContent, MimeBundle } from "../protocol/message.ts";
import type { ArithmeticName } from "../engine/engine.ts";
import { multiplierFor } from "../engine/choose.ts";
import { exceptionContent, interruptedContent, plainJson } from "./display.ts";
import type { Environment, Host } from "./evaluate.ts";
import { emptyEnvironment, evaluate } from "./program.ts";

/** Where a cell's effects go. */
export interface CellHost {
  readonly folder: string;
  readonly search: SearchDefaults;
  /** As the cell says, if it does. */
  readonly arithmetic: ArithmeticName | undefined;
  readonly checkpoints: string | undefined;
  readonly overlap: boolean | undefined;
  readonly signal: AbortSignal;
  readonly variable: (name: string) => unknown;
  readonly display: (data: MimeBundle) => void;
  /** Displays what the bundles given later take the place of. */
  readonly displaying: (data: MimeBundle) => (next: MimeBundle) => void;
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
    const multiplier = await multiplierFor(host.arithmetic, (sentence) => {
      host.print("stderr", `warning: ${sentence}\n`);
    });
    const result = await evaluate(source, environment, { ...languageHost(host), multiplier });
    const notices = result.ok
      ? result.diagnostics
      : result.diagnostics.filter((one) => one.severity !== "error");
    for (const one of notices)
      host.print(one.severity === "info" ? "stdout" : "stderr", excerpt(source, one) + "\n");
    for (const sentence of result.told ?? []) host.print("stdout", `${sentence}\n`);
    if (result.ok) return { environment: withoutStale(result.environment, host) };
    return { environment: result.environment, error: diagnosticsContent(source, result.diagnostics) };
  } catch (error) {
    return { environment, error: host.signal.aborted ? interruptedContent() : failureContent(error) };
  }
}

const PARTS = ["the network", "its order", "its slicing"];

/** Orders, schedules and reports of what has been defined anew go, and the cell says so. */
function withoutStale(environment: Environment, host: CellHost): Environment {
  const { definitions } = environment;
  const results = new Map(environment.results);
  for (const [name, { basis, schedule }] of results) {
    const keys = [name, `order ${name}`, `slice ${name}`];
    const changed = PARTS.filter((_, part) => definitions.get(keys[part] ?? "") !== basis[part]);
    if (changed.length === 0) continue;
    results.delete(name);
    const gone = schedule === undefined ? "the order that was found is" : "order, schedule and report are";
    host.print("stdout", `${name}: ${gone} dropped, since ${inWords(changed)} changed\n`);
  }
  return { ...environment, results };
}

function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

function languageHost({
  folder,
  search,
  checkpoints,
  overlap,
  signal,
  variable,
  display,
  displaying,
}: CellHost): Host {
  return {
    folder,
    search,
    checkpoints,
    overlap,
    signal,
    variable,
    show: (output) => {
      display(plainJson(output.data, output.data));
    },
    showing: (output) => {
      const replace = displaying(plainJson(output.data, output.data));
      return (next) => {
        replace(plainJson(next.data, next.data));
      };
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
  const codes = [...new Set(errors.map(({ code }) => code))].filter((code) => code !== "cannot-run");
  const ways = codes.map((code) => `%tn help ${code}`).join(", ");
  const more = codes.length === 0 ? [] : [`(explained by ${ways})`];
  return { ename: "tn", evalue, traceback: [...errors.map((one) => excerpt(source, one)), ...more] };
}
