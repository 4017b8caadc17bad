/** `tnlab run`: a program, or a notebook. */
import { WrongUse, type Run } from "./command.ts";
import { extensionOf } from "./files.ts";

export const run: Run = async (given) => {
  const extension = extensionOf(given.argument, [".tn", ".ipynb"]);
  // Each loads what the other has no use for.
  if (extension === ".ipynb") {
    const alien = ["engine", "processes", "arithmetic", "checkpoints", "trace", "overlap"].find(
      (name) => given.values.has(name) || given.flags.has(name),
    );
    if (alien !== undefined) throw new WrongUse(`--${alien} goes with a program (.tn) only`);
    return (await import("./notebooks.ts")).runNotebook(given);
  }
  const alien = ["to", "allow-errors", "timeout", "parameters"].find(
    (name) => given.values.has(name) || given.flags.has(name),
  );
  if (alien !== undefined) throw new WrongUse(`--${alien} goes with a notebook (.ipynb) only`);
  return (await import("./evaluate.ts")).runProgram(given);
};
