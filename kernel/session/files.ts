/** Files of a folder, as programs name them. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { inflateRawSync } from "node:zlib";
import { UserError, type CheckContext } from "../../dsl/index.ts";
import { fileTrouble } from "./trouble.ts";

/** What the check asks of the file system. */
export type Files = Pick<CheckContext, "read" | "pieces" | "readBytes" | "inflate">;

/** Names are relative to `folder`. The readers throw UserError, in words, where a file cannot be read. */
export function filesIn(folder: string): Files {
  return {
    read: (path) => opened(path, () => readFileSync(resolve(folder, path), "utf8")),
    pieces: (path) => piecesOf(path, resolve(folder, path)),
    readBytes: (path) => opened(path, () => readFileSync(resolve(folder, path))),
    // A limit of 0 means none to zlib.
    inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) }),
  };
}

const PIECE_BYTES = 1 << 20;

function* piecesOf(path: string, file: string): Generator<string> {
  const descriptor = opened(path, () => openSync(file, "r"));
  try {
    const decoder = new StringDecoder("utf8");
    const buffer = Buffer.alloc(PIECE_BYTES);
    for (;;) {
      const count = opened(path, () => readSync(descriptor, buffer));
      if (count === 0) break;
      yield decoder.write(buffer.subarray(0, count));
    }
    yield decoder.end();
  } finally {
    closeSync(descriptor);
  }
}

function opened<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new UserError(`cannot read "${path}": ${fileTrouble(error) ?? String(error)}`);
  }
}
