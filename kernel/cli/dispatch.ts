/** From what was typed to an exit code. Commands are given as loaders, so that each loads only what it needs. */
import { readArguments } from "./arguments.ts";
import { FAILED, Mistakes, OK, WRONG_USE, WrongUse, type CommandName, type Run } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, generalHelp, usage } from "./help.ts";
import { complain, print } from "./print.ts";
import { fileTrouble, troubledFile } from "./trouble.ts";

export type Loaders = Readonly<Record<CommandName, () => Promise<{ readonly run: Run }>>>;

/** Never throws; everything that goes wrong is told on stderr. */
export async function dispatch(typed: readonly string[], loaders: Loaders, version: string): Promise<number> {
  const [first, ...rest] = typed;
  if (first === undefined) {
    complain(generalHelp());
    return WRONG_USE;
  }
  if (first === "--version" || first === "-V") return printed(version);
  if (first === "--help" || first === "-h") return printed(generalHelp());
  if (first === "help") return help(rest);
  if (!isCommand(first)) return unknown(first);
  if (asksForHelp(rest)) return printed(commandHelp(commands[first]));
  try {
    const given = readArguments(commands[first], rest);
    return await (await loaders[first]()).run(given);
  } catch (error) {
    return await failed(error, first);
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function printed(text: string): number {
  print(text);
  return OK;
}

function asksForHelp(typed: readonly string[]): boolean {
  const end = typed.indexOf("--");
  return typed.slice(0, end < 0 ? typed.length : end).some((word) => word === "--help" || word === "-h");
}

async function help([name]: readonly string[]): Promise<number> {
  if (name === undefined || name.startsWith("-")) return printed(generalHelp());
  if (isCommand(name)) return printed(commandHelp(commands[name]));
  const { CODES, explanationOf, isCode, listOfCodes } = await import("../../dsl/index.ts");
  if (name === "errors") return printed(listOfCodes());
  return isCode(name) ? printed(explanationOf(name)) : unknown(name, ["errors", ...CODES]);
}

function unknown(name: string, others: readonly string[] = []): Promise<number> {
  const isOption = name.startsWith("-");
  const known = isOption ? ["--help", "--version"] : [...Object.keys(commands), "help", ...others];
  const message = isOption ? `there is no option ${name} here` : `there is no command ${name}`;
  return failed(new WrongUse(message, { name, known }));
}

/** The language is loaded late: `tnlab --help` has no use for it. */
async function failed(error: unknown, command?: CommandName): Promise<number> {
  const { nearest, UserError } = await import("../../dsl/index.ts");
  if (error instanceof WrongUse) {
    const near =
      error.misspelt === undefined ? undefined : nearest(error.misspelt.name, error.misspelt.known);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    const program = command === undefined ? "tnlab" : `tnlab ${command}`;
    const form = command === undefined ? "tnlab <command> [options]" : usage(commands[command]);
    complain(`${program}: ${error.message}${hint}\nusage: ${form} (${program} --help says more)`);
    return WRONG_USE;
  }
  if (error instanceof Mistakes) complain(error.message);
  else if (error instanceof UserError) complain(`tnlab: ${error.message}`);
  else complain(unexpected(error));
  return FAILED;
}

function unexpected(error: unknown): string {
  const trouble = fileTrouble(error);
  if (trouble !== undefined) return `tnlab: ${troubledFile(error)}${trouble}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `tnlab: this is a bug of tnlab; please report it with what follows\n${stack}`;
}
