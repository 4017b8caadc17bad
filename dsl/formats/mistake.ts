/** The first mistake in a file ends its reading; it surfaces as a diagnostic, never as an exception. */
import { failure, success, type Diagnostic, type Outcome } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";

export class Mistake extends Error {
  override readonly name = "Mistake";
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** `place` is where in the file (line 3, byte 12, inputs[2]), `start` and `end` the same as offsets. */
export function complaint(
  place: string,
  what: string,
  start: number,
  end: number,
  hint?: string,
): Diagnostic {
  return diagnose("bad-network", { place, what }, { start, end }, hint);
}

/** Of a binary file: the span counts bytes. */
export function badByte(byte: number, what: string, hint?: string): never {
  throw new Mistake(complaint(`byte ${byte}`, what, byte, byte + 1, hint));
}

export function attempt<T>(read: () => T): Outcome<T> {
  try {
    return success(read());
  } catch (error) {
    if (error instanceof Mistake) return failure([error.diagnostic]);
    throw error;
  }
}

/** Words of any length, as a complaint shows them. */
export function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
