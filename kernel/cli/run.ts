/** `tnlab run`: a program, or a notebook; a program that is written as a page or a notebook is run as the only cell of one. */
import { WrongUse, type Arguments, type Run } from "./command.ts";
import { extensionOf } from "./files.ts";

export const run: Run = async (given) => {
  const isProgram = extensionOf(given.argument, [".tn", ".ipynb"]) === ".tn";
  const written = given.values.has("to");
  if (isProgram) refuse(given, ["allow-errors", "timeout", "parameters"], "a notebook (.ipynb)");
  // Each loads what the other has no use for.
  if (isProgram && !written) return (await import("./evaluate.ts")).runProgram(given);
  const alien = ["engine", "processes", "arithmetic", "checkpoints", "trace", "overlap"];
  refuse(given, alien, `a program (.tn)${isProgram ? " without --to" : ""}`);
  return (await import("./notebooks.ts")).runNotebook(given);
};

function refuse({ values, flags }: Arguments, names: readonly string[], home: string): void {
  const alien = names.find((name) => values.has(name) || flags.has(name));
  if (alien !== undefined) throw new WrongUse(`--${alien} goes with ${home} only`);
}
