/** What the tests of readers ask of an outcome. */
import type { Outcome } from "../../../dsl/base/diagnostic.ts";

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new TypeError(outcome.diagnostics.map(({ message }) => message).join("\n"));
  return outcome.value;
}

/** The sentences of all mistakes; fails where there are none. */
export function complaints(outcome: Outcome<unknown>): string[] {
  if (outcome.ok) throw new TypeError("expected mistakes, found none");
  return outcome.diagnostics.map(({ message }) => message);
}

/** That a reader of any text either reads it or says what is wrong, with a span inside the text. */
export function isOrderly(outcome: Outcome<unknown>, length: number): boolean {
  return (
    outcome.ok ||
    (outcome.diagnostics.length > 0 &&
      outcome.diagnostics.every(
        ({ span, message }) =>
          message.length < 1000 && span.start >= 0 && span.start <= span.end && span.start <= length,
      ))
  );
}
