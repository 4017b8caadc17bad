import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "../../../kernel/base/folder.ts";

const home = mkdtempSync(path.join(tmpdir(), "tnlab-folder-"));
afterAll(() => rmSync(home, { recursive: true }));

test("a folder is made with those above it, or is there already", () => {
  const folder = path.join(home, "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
});

test("a file in the way is told", () => {
  writeFileSync(path.join(home, "file"), "");
  expect(() => makeFolder(path.join(home, "file", "b"))).toThrow("ENOTDIR");
});

const linux = process.platform === "linux";

test.skipIf(!linux)(
  "where no folder can be made, that is told at once (left out where there is no /proc)",
  () => {
    expect(() => makeFolder("/proc/tnlab/share")).toThrow(/^ENOENT.*'\/proc\/tnlab'$/);
    // In a process of its own, which ends with its time where the call does not.
    const install = [".build/js/kernel/main.js", "install", "--prefix", "/proc/tnlab"];
    const run = (): string =>
      execFileSync(process.execPath, install, { encoding: "utf8", stdio: "pipe", timeout: 30_000 });
    expect(run).toThrow(/tnlab: \/proc\/tnlab: there is no such file/);
  },
);
