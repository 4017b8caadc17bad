import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("grammar.ts is what npm run build:grammar makes of grammar.ne", () => {
  const made = execFileSync(process.execPath, ["test/grammar.js"], { encoding: "utf8" });
  expect(readFileSync("dsl/syntax/grammar.ts", "utf8")).toBe(made);
});
