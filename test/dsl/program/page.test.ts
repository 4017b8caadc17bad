/** Every statement that the page of the language shows stands in a golden program, word for word. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const page = path.resolve("../shared/LANGUAGE.md");
const folder = path.resolve("test/golden/language");

/** Lines without comments; blank ones left out. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

test.skipIf(!existsSync(page))("the golden programs hold all examples (needs ../shared/LANGUAGE.md)", () => {
  const programs = readdirSync(folder).filter((name) => name.endsWith(".tn") && name !== "mistakes.tn");
  const held = new Set(programs.flatMap((name) => linesOf(readFileSync(path.join(folder, name), "utf8"))));
  const shown = [...readFileSync(page, "utf8").matchAll(/```tn\n(.*?)```/gs)].flatMap(([, block = ""]) =>
    linesOf(block),
  );
  expect(shown.length).toBeGreaterThan(60);
  expect(shown.filter((line) => !held.has(line))).toEqual([]);
});
