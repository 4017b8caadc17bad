/** `tn`, and the session that it adds names to. */
import { UserError, type Definition, type Machine } from "../../dsl/index.ts";
import type { TensorValue } from "../engine/report.ts";
import { machineFor } from "../session/results.ts";
import { define } from "./define.ts";
import { Network } from "./network.ts";
import type { Report } from "./report.ts";
import { defaultState, freshState, runningOf, type State } from "./state.ts";

/**
 * What may stand between the pieces of a template. Numbers, truth values and complex numbers stand where an expression does, a
 * string stands as text of the program; arrays, matrices of mathjs and values of reports become tensors; networks and
 * machines stand for their names.
 */
export type Interpolated =
  | string
  | number
  | bigint
  | boolean
  | { readonly re: number; readonly im: number }
  | ArrayBufferView
  | readonly unknown[]
  | { readonly toArray: () => unknown }
  | { readonly data: ArrayBufferView; readonly shape: readonly number[] }
  | TensorValue
  | Report
  | Network
  | Machine;

/** The template, which is also the way to what its session knows. */
export interface Tn {
  /**
   * Reads a program of the language on top of its session. The names that it defines are there for later templates and, in a
   * notebook, for `%%tn` cells. Gives the last network that it defines.
   *
   * @throws UserError that shows every mistake under its line; the session is then as it was.
   */
  (parts: TemplateStringsArray, ...values: readonly Interpolated[]): Network;
  /** The names defined so far. */
  readonly session: Session;
}

/** Names of the language and what they mean. */
export interface Session {
  /** Names of values, tensors, networks and machines, in the order of their definition. */
  readonly names: readonly string[];
  /** @throws UserError where there is no such network. */
  readonly network: (name: string) => Network;
  /** Entries of a tensor, row-major; not to be changed. @throws UserError where there is no such tensor. */
  readonly tensor: (name: string) => TensorValue;
  /** A number, truth value, list, or mathjs' complex number or unit. @throws UserError where there is no such value. */
  readonly value: (name: string) => unknown;
  /** @throws UserError where there is no such machine. */
  readonly machine: (name: string) => Machine;
}

/** A `tn` with names of its own. `folder` is where relative file names start from; the current one where it is left out. */
export function openSession({ folder = process.cwd() }: { readonly folder?: string } = {}): Tn {
  const state = freshState(folder);
  return tnOf(() => state);
}

let own: State | undefined;

/** That of the notebook; outside of one, one for the whole process. */
export const tn: Tn = tnOf(() => (own ??= defaultState()));

function tnOf(stateOf: () => State): Tn {
  const template = (parts: TemplateStringsArray, ...values: readonly Interpolated[]): Network => {
    const state = stateOf();
    const { network, notices } = define(state, parts, values);
    return new Network(state, network, notices);
  };
  return Object.assign(template, { session: sessionOf(stateOf) });
}

const NAMED: readonly Definition["kind"][] = ["let", "tensor", "network", "machine"];

function sessionOf(stateOf: () => State): Session {
  const find = <K extends Definition["kind"]>(kind: K, name: string): Extract<Definition, { kind: K }> => {
    const found = stateOf().environment.definitions.get(name);
    if (found?.kind === kind) return found as Extract<Definition, { kind: K }>;
    const what = kind === "let" ? "value" : kind;
    throw new UserError(
      `there is no ${what} ${name}${found === undefined ? "" : `: it is of the kind ${found.kind}`}`,
    );
  };
  return {
    get names() {
      return [...stateOf().environment.definitions].flatMap(([name, { kind }]) =>
        NAMED.includes(kind) ? [name] : [],
      );
    },
    network: (name) => {
      find("network", name);
      return new Network(stateOf(), name);
    },
    tensor: (name) => {
      const { labels, shape, dtype, entries } = find("tensor", name);
      return { labels, shape, dtype, ...entries };
    },
    value: (name) => find("let", name).value,
    machine: (name) => {
      const { spec } = find("machine", name);
      return machineFor(runningOf(stateOf(), stateOf().environment), spec);
    },
  };
}
