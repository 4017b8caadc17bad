/** Source text to a checked program: the front of the pipeline in one step. */
import { failure, success, type Diagnostic, type Outcome } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { parse } from "../syntax/parse.ts";
import { check } from "./check.ts";
import type { CheckContext, Definitions, Program } from "./program.ts";
import { MOST_MISTAKES } from "./refusal.ts";

/**
 * The program on top of the names known before, or every mistake in it, in the order of the text: those of the statements
 * that can be read are found even where others cannot. Of very many mistakes the first are told.
 */
export function compile(source: string, environment: Definitions, context: CheckContext): Outcome<Program> {
  const parsed = parse(source);
  const checked = check(parsed.readable, environment, context);
  if (parsed.ok && checked.ok) return success(checked.value, [...parsed.notices, ...checked.notices]);
  const all = [...mistakesOf(parsed), ...mistakesOf(checked)].sort((a, b) => a.span.start - b.span.start);
  const [first, next] = [all.slice(0, MOST_MISTAKES), all[MOST_MISTAKES]];
  return failure(next ? [...first, diagnose("many-mistakes", { limit: MOST_MISTAKES }, next.span)] : first);
}

function mistakesOf(outcome: Outcome<unknown>): readonly Diagnostic[] {
  return outcome.ok ? [] : outcome.diagnostics;
}
