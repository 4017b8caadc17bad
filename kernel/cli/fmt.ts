/** `tnlab fmt`. */
import { writeFileSync } from "node:fs";
import { format } from "../../dsl/index.ts";
import { FAILED, OK, WrongUse, type Run } from "./command.ts";
import { extensionOf } from "./files.ts";
import { complain, print } from "./print.ts";
import { complainAbout, readProgram } from "./programs.ts";

export const run: Run = ({ argument, flags }) => {
  extensionOf(argument, [".tn"]);
  if (flags.has("write") && flags.has("check")) throw new WrongUse("--write and --check exclude each other");
  const own = readProgram(argument);
  const formatted = format(own.source);
  if (!formatted.ok) {
    complainAbout(own, formatted.diagnostics);
    return Promise.resolve(FAILED);
  }
  const same = formatted.value === own.source;
  if (flags.has("check")) {
    if (!same) complain(`${argument} is not formatted: tnlab fmt --write ${argument}`);
    return Promise.resolve(same ? OK : FAILED);
  }
  if (!flags.has("write")) print(formatted.value.trimEnd());
  else if (!same) writeFileSync(argument, formatted.value);
  return Promise.resolve(OK);
};
