/** What a user is told about a mistake, and the outcome of a stage that may find mistakes. */

/** Half-open range of UTF-16 offsets into the source text of one cell or file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One mistake (or notice), worded by `messages.ts`. */
export interface Diagnostic {
  /** Key into the table of messages. */
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  /** One sentence that names the offending thing. */
  readonly message: string;
  /** The way out, one sentence; absent where the message says it already. */
  readonly hint?: string;
  readonly span: Span;
}

/** The product of a stage, or every mistake found on the way to it. `notices` never hold an error. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly notices: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export function success<T>(value: T, notices: readonly Diagnostic[] = []): Outcome<T> {
  return { ok: true, value, notices };
}

export function failure<T>(diagnostics: readonly Diagnostic[]): Outcome<T> {
  return { ok: false, diagnostics };
}

/** A bug of tnlab itself, worded "expected ..., got ...". Never shown for a user's mistake. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** A mistake of the user that surfaces outside a cell's text: a file, a flag, a machine that is too small. */
export class UserError extends Error {
  override readonly name = "UserError";
}
