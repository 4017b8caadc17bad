/** The seam between the language and every face (command line, notebook, TypeScript): one call evaluates a program. */
import type { Diagnostic } from "../../dsl/index.ts";

/** One thing to show; `data` is a Jupyter mime bundle and always holds `text/plain`. */
export interface Output {
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the host offers to a program. */
export interface Host {
  /** Shown as soon as it is known. */
  readonly show: (output: Output) => void;
  /** A variable of the TypeScript session, for `data(v)`; undefined when there is none. */
  readonly variable: (name: string) => unknown;
  /** Folder that relative file names start from. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Names defined so far, kept from cell to cell. Opaque to the host. */
export interface Environment {
  readonly definitions: ReadonlyMap<string, unknown>;
}

export interface Evaluation {
  /** The names after the program; the old environment, untouched, when `ok` is false because of a mistake in the text. */
  readonly environment: Environment;
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** `evaluate` of program.ts has this type. `diagnostics` are also rendered by the caller with `excerpt`. */
export type Evaluate = (source: string, environment: Environment, host: Host) => Promise<Evaluation>;
