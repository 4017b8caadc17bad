/** What a session of the language holds for TypeScript: the names defined so far, and the world around them. */
import type { Diagnostic } from "../../dsl/index.ts";
import { excerpt, UserError } from "../../dsl/index.ts";
import type { Environment, Host } from "../session/evaluate.ts";
import type { Session as Running } from "../session/results.ts";
import { drawnAs } from "./shown.ts";

/** In a notebook it is the notebook's own; cells in both languages see the same names. */
export interface State {
  environment: Environment;
  /** Relative file names start from here. */
  readonly folder: string;
  /** A variable for `data(v)`. */
  readonly variable: (name: string) => unknown;
  /** Aborted when the running cell is interrupted. */
  readonly signal: () => AbortSignal;
  /** Shows a value where there is a notebook, and others in its place; does nothing elsewhere. */
  readonly display: (value: unknown) => { readonly update: (next: unknown) => void };
  /** Tells a notebook of a run, which ends by itself when the signal aborts: until then its cell is not over. */
  readonly holding: (run: Promise<unknown>) => void;
}

/** Under this symbol of `globalThis` a notebook keeps its `State`. */
const SESSION_HOOK = Symbol.for("tnlab.session");

/** That of the notebook, else a fresh one for this process. */
export function defaultState(): State {
  return (Reflect.get(globalThis, SESSION_HOOK) as State | undefined) ?? freshState(process.cwd());
}

export function freshState(folder: string): State {
  const never = new AbortController().signal;
  return {
    environment: { definitions: new Map(), results: new Map() },
    folder,
    variable: () => undefined,
    signal: () => never,
    display: () => ({ update: () => undefined }),
    holding: () => undefined,
  };
}

/** A network of a session, with the definitions as they stood when the handle was made. */
export interface Handle {
  readonly state: State;
  readonly running: Running;
  /** Of the network. */
  readonly name: string;
}

/** Outputs, in a notebook, whose places later ones take. */
export function showingIn({ display }: State): NonNullable<Host["showing"]> {
  return ({ data }) => {
    const place = display(drawnAs(data));
    return (next) => {
      place.update(drawnAs(next.data));
    };
  };
}

/** `signal` replaces that of the session. */
export function runningOf(
  state: State,
  { definitions, results }: Environment,
  signal: AbortSignal = state.signal(),
): Running {
  const { folder, variable } = state;
  return {
    definitions,
    results: new Map(results),
    host: { folder, variable, signal, show: () => undefined },
  };
}

/** Every mistake under its line, as one error. */
export function mistakes(source: string, diagnostics: readonly Diagnostic[]): UserError {
  return new UserError(diagnostics.map((one) => excerpt(source, one)).join("\n"));
}
