import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("grammar.ts is what nearleyc makes of grammar.ne", () => {
  const made = execFileSync(
    process.execPath,
    ["node_modules/nearley/bin/nearleyc.js", "dsl/syntax/grammar.ne"],
    {
      encoding: "utf8",
    },
  );
  expect(readFileSync("dsl/syntax/grammar.ts", "utf8").trim()).toBe(made.trim());
});
