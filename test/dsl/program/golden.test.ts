import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { excerpt } from "../../../dsl/base/excerpt.ts";
import { compile } from "../../../dsl/program/compile.ts";
import { context } from "./language.ts";
import { printProgram } from "./print.ts";

const folder = path.resolve("test/golden/language");
const names = readdirSync(folder).filter((name) => name.endsWith(".tn"));

/** Notices, then what the program means; or all its mistakes. */
function account(source: string): string {
  const outcome = compile(source, new Map(), context);
  const told = outcome.ok ? outcome.notices : outcome.diagnostics;
  const drawn = told.map((one) => `${excerpt(source, one)}\n`).join("");
  return outcome.ok ? drawn + printProgram(outcome.value) : drawn;
}

test("there are programs", () => {
  expect(names.length).toBeGreaterThan(5);
});

test.each(names)("%s means what its account says", async (name) => {
  const source = readFileSync(path.join(folder, name), "utf8");
  await expect(account(source)).toMatchFileSnapshot(path.join(folder, name.replace(/tn$/, "txt")));
});
