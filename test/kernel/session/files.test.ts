/** Files as programs name them. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { filesIn } from "../../../kernel/session/files.ts";
import { folderWith } from "../cli/tnlab.ts";

const folder = folderWith({
  "a.txt": "zwölf",
  "b.bin": Buffer.from([0, 255, 128]),
  "inner/": "",
  "long.txt": `a${"ö".repeat(1 << 20)}`,
});
mkdirSync(path.join(folder, "inner", "deep"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const files = filesIn(folder);

test("names start from the folder, or are absolute", () => {
  expect(files.read("a.txt")).toBe("zwölf");
  expect(files.read("inner/../a.txt")).toBe("zwölf");
  expect(Array.from(files.readBytes(path.join(folder, "b.bin")))).toEqual([0, 255, 128]);
});

test.each([
  ["absent.txt", 'cannot read "absent.txt": there is no such file'],
  ["inner", 'cannot read "inner": it is a folder'],
  ["a.txt/b", 'cannot read "a.txt/b": a part of its path is a file'],
])("%s", (name, message) => {
  expect(() => files.read(name)).toThrow(message);
  expect(() => files.readBytes(name)).toThrow(message);
  expect(() => [...(files.pieces?.(name) ?? [])]).toThrow(message);
});

test("the pieces of a text are the text, also where a character lies across two", () => {
  const pieces = [...(files.pieces?.("long.txt") ?? [])];
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("")).toBe(files.read("long.txt"));
});

test("what was deflated comes back, within a limit", () => {
  const packed = deflateRawSync(Buffer.alloc(1000, 7));
  expect(files.inflate(packed, 1000)).toHaveLength(1000);
  expect(() => files.inflate(packed, 999)).toThrow();
});
