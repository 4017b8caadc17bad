/** What a command of the command line is. Plain data and types: nothing heavy is loaded to print help. */

export type CommandName =
  | "check"
  | "fmt"
  | "order"
  | "schedule"
  | "run"
  | "export"
  | "export-job"
  | "import-report"
  | "lab"
  | "install"
  | "doctor"
  | "kernel";

export interface OptionSpec {
  /** Name of its value in the help, such as `S`; absent for a flag without a value. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandSpec {
  readonly name: CommandName;
  /** After `tnlab <name>`, in the usage line. */
  readonly synopsis: string;
  /** One line. */
  readonly summary: string;
  /** Paragraphs of the help. */
  readonly details: readonly string[];
  /** The argument without a flag, if the command takes one. */
  readonly argument?: { readonly name: string; readonly required: boolean };
  /** By long name, without the dashes. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
}

/** What was typed after the command, checked against its `CommandSpec`. */
export interface Arguments {
  /** The argument without a flag; "" where it is optional and was not given. */
  readonly argument: string;
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

/** Settles with the exit code. */
export type Run = (given: Arguments) => Promise<number>;

export const OK = 0;
export const FAILED = 1;
export const WRONG_USE = 2;
/** 128 + SIGINT, the convention of shells. */
export const INTERRUPTED = 130;

/** The command line itself is wrong: exit code 2. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
  readonly misspelt: Misspelt | undefined;
  constructor(message: string, misspelt?: Misspelt) {
    super(message);
    this.misspelt = misspelt;
  }
}

/** A name that is not among the known ones: the message ends with the nearest of them. */
export interface Misspelt {
  readonly name: string;
  readonly known: readonly string[];
}

/** Mistakes of a file, each already drawn under its line: printed as they are, exit code 1. */
export class Mistakes extends Error {
  override readonly name = "Mistakes";
}
