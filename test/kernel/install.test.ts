import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { installKernelSpec, userDataFolder } from "../../kernel/install.ts";

test("the kernelspec holds absolute paths that exist, and interrupts by message", () => {
  const prefix = mkdtempSync(path.join(os.tmpdir(), "tnlab-install-"));
  const folder = installKernelSpec({ prefix });
  const spec = JSON.parse(readFileSync(path.join(folder, "kernel.json"), "utf8")) as { argv: string[] };
  rmSync(prefix, { recursive: true });
  expect(folder).toBe(path.join(prefix, "share", "jupyter", "kernels", "tnlab"));
  expect(spec).toMatchObject({ display_name: "tnlab", language: "typescript", interrupt_mode: "message" });
  expect(spec.argv.slice(0, 2).every((file) => path.isAbsolute(file) && existsSync(file))).toBe(true);
  expect(spec.argv.slice(2)).toEqual(["kernel", "--connection-file", "{connection_file}"]);
});

test.each([
  [{ JUPYTER_DATA_DIR: "/data/jupyter", XDG_DATA_HOME: "/xdg" }, "linux", "/data/jupyter"],
  [{ XDG_DATA_HOME: "/xdg" }, "linux", "/xdg/jupyter"],
  [{}, "linux", path.join(os.homedir(), ".local/share/jupyter")],
  [{}, "darwin", path.join(os.homedir(), "Library/Jupyter")],
] as const)("with %j on %s the user's kernels lie in %s", (environment, platform, folder) => {
  expect(userDataFolder(environment, platform)).toBe(folder);
});
