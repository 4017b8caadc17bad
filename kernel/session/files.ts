/** Files of a folder, as programs name them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { inflateRawSync } from "node:zlib";
import { UserError, type CheckContext } from "../../dsl/index.ts";
import { fileTrouble } from "./trouble.ts";

/** What the check asks of the file system. */
export type Files = Pick<CheckContext, "read" | "readBytes" | "inflate">;

/** Names are relative to `folder`. The readers throw UserError, in words, where a file cannot be read. */
export function filesIn(folder: string): Files {
  return {
    read: (path) => opened(path, () => readFileSync(resolve(folder, path), "utf8")),
    readBytes: (path) => opened(path, () => readFileSync(resolve(folder, path))),
    // A limit of 0 means none to zlib.
    inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) }),
  };
}

function opened<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new UserError(`cannot read "${path}": ${fileTrouble(error) ?? String(error)}`);
  }
}
