/** How the check leaves a construct that cannot be made sense of: thrown there, caught where the next one starts. */
import type { Diagnostic, Span } from "../base/diagnostic.ts";
import { diagnose, type Code } from "../base/messages.ts";

/** Names that a list of a message or hint holds at most. */
const NAMED = 8;

export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Absent where what is wrong has been reported before. */
  readonly diagnostic: Diagnostic | undefined;
  constructor(diagnostic: Diagnostic | undefined) {
    super(diagnostic?.message ?? "reported before");
    this.diagnostic = diagnostic;
  }
}

/** Mistakes told of one text at most. */
export const MOST_MISTAKES = 100;

/** Ends a check that has found more mistakes than are told. */
export class Enough extends Error {
  override readonly name = "Enough";
}

export function refuse<C extends Code>(
  code: C,
  blanks: Parameters<typeof diagnose<C>>[1],
  span: Span,
  hint?: string,
): never {
  throw new Refusal(diagnose(code, blanks, span, hint));
}

export function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`;
}

/** Names of a hint: all of a few, the first of many. */
export function someOf(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const first = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${first} and ${names.length - NAMED} more` : first;
}
