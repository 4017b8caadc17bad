/** `tnlab install`. */
import { installKernelSpec } from "../install.ts";
import { OK, WrongUse, type Run } from "./command.ts";
import { print, printJson } from "./print.ts";

export const run: Run = ({ values, flags }) => {
  const prefix = values.get("prefix");
  if (prefix !== undefined && flags.has("user"))
    throw new WrongUse("--user and --prefix exclude each other; give one");
  const folder = installKernelSpec(prefix === undefined ? {} : { prefix });
  if (flags.has("json")) printJson({ folder });
  else print(`installed the kernel "tnlab" in ${folder}`);
  return Promise.resolve(OK);
};
