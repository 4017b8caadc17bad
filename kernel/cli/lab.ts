/** `tnlab lab`. */
import { statSync } from "node:fs";
import { UserError } from "../../dsl/index.ts";
import { serveLab } from "../lab/serve.ts";
import { OK, type Run } from "./command.ts";
import { print } from "./print.ts";
import { integer } from "./values.ts";

export const run: Run = async (given) => {
  const folder = given.argument === "" ? "." : given.argument;
  const port = integer(given, "port", { least: 0, most: 65535 }) ?? 0;
  if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true)
    throw new UserError(`"${folder}" is a file; give the folder that it lies in: tnlab lab FOLDER`);
  await serveLab({ folder, port, open: !given.flags.has("no-open") }, print);
  return OK;
};
