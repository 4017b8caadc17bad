/** Folders of checkpoints that cannot be used. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { forget } from "../../../kernel/session/checkpoints.ts";
import { emptyEnvironment, evaluate } from "../../../kernel/session/program.ts";

test("a plan that cannot be written is a mistake at the run, with the path and the way out", async () => {
  const checkpoints = mkdtempSync(path.join(tmpdir(), "checkpoints-"));
  // Longer than the name of a folder may be.
  const name = "Z".repeat(300);
  const source = `tensor A[i: 2] = 1\nnetwork ${name} = A\nrun ${name} on threads(1)`;
  const { ok, diagnostics } = await evaluate(source, emptyEnvironment(), {
    checkpoints,
    show: () => undefined,
    variable: () => undefined,
    folder: ".",
    signal: new AbortController().signal,
  });
  expect([ok, diagnostics.map(({ code }) => code)]).toEqual([false, ["cannot-run"]]);
  const message = diagnostics[0]?.message ?? "";
  expect(message).toContain(`no sums can be kept in ${checkpoints}/ZZZ`);
  expect(message).toContain("; name another folder, or run without --checkpoints");
  expect(readdirSync(checkpoints)).toEqual([]);
  rmSync(checkpoints, { recursive: true });
});

test("sums that are deleted leave nothing to say, also where they are gone already", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "checkpoints-"));
  expect([forget(folder), existsSync(folder), forget(folder)]).toEqual([[], false, []]);
});
