/** Source text to a checked program: the front of the pipeline in one step. */
import { failure, success, type Outcome } from "../base/diagnostic.ts";
import { parse } from "../syntax/parse.ts";
import { check } from "./check.ts";
import type { CheckContext, Definitions, Program } from "./program.ts";

/**
 * The program on top of the names known before, or every mistake in it, in the order of the text: those of the statements
 * that can be read are found even where others cannot.
 */
export function compile(source: string, environment: Definitions, context: CheckContext): Outcome<Program> {
  const parsed = parse(source);
  const checked = check(parsed.readable, environment, context);
  if (parsed.ok)
    return checked.ok ? success(checked.value, [...parsed.notices, ...checked.notices]) : checked;
  const diagnostics = [...parsed.diagnostics, ...(checked.ok ? [] : checked.diagnostics)];
  return failure(diagnostics.sort((a, b) => a.span.start - b.span.start));
}
