/** Files that are named on the command line. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../dsl/index.ts";
import { WrongUse } from "./command.ts";
import { fileTrouble } from "./trouble.ts";

/** The text of a file. Throws UserError that names it where it is missing, a folder, unreadable, binary or empty. */
export function readText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read "${file}": ${fileTrouble(error) ?? String(error)}`);
  }
  if (text.includes("\0") || text.includes("\ufffd"))
    throw new UserError(`"${file}" is not a text file (UTF-8)`);
  if (text.trim() === "") throw new UserError(`"${file}" is empty`);
  return text;
}

/** The extension of a file, of those that the command knows. Throws WrongUse with the list of them. */
export function extensionOf<T extends string>(file: string, known: readonly T[]): T {
  const own = path.extname(file).toLowerCase();
  const found = known.find((extension) => extension === own);
  if (found !== undefined) return found;
  const kind = own === "" ? "has no extension" : `is a ${own} file`;
  throw new WrongUse(`"${file}" ${kind}; known: ${known.join(", ")}`);
}

/** Throws UserError where the folder that `file` would lie in is missing: before the work, not after it. */
export function checkWritable(file: string): void {
  const folder = path.dirname(path.resolve(file));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserError(`cannot write "${file}": there is no folder "${folder}"`);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UserError(`cannot write "${file}": it is a folder`);
}

/** Throws UserError that names the file where it cannot be written. */
export function writeText(file: string, text: string): void {
  checkWritable(file);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`cannot write "${file}": ${fileTrouble(error) ?? String(error)}`);
  }
}
