/** The reference of mistakes: every example is run, and the page is as the table makes it. */
import { expect, test } from "vitest";
import { CATALOGUE } from "../../../dsl/program/catalogue.ts";
import { CODES, explanationOf, isCode, referencePage, toldOf } from "../../../dsl/program/reference.ts";

/** Codes told of an example, each once. */
function codesOf(code: (typeof CODES)[number], example: "failing" | "mended"): string[] {
  return [...new Set(toldOf(CATALOGUE[code], example).map((one) => one.code))];
}

/** A hundred mistakes come before the notice that there are more; what is dropped is so because something is replaced. */
const COMPANY: Readonly<Record<string, readonly string[]>> = {
  "many-mistakes": ["unknown-name"],
  dropped: ["replaced"],
};

const checked = CODES.filter((code) => CATALOGUE[code].found !== "run");

test.each(checked)("the failing example of %s makes that mistake and no other", (code) => {
  expect(codesOf(code, "failing")).toEqual([...(COMPANY[code] ?? []), code]);
});

test.each(CODES)("the mended example of %s has no mistake", (code) => {
  expect(codesOf(code, "mended")).toEqual([]);
});

test.each(CODES)("what is said of %s shows its place, and differs from the mended example", (code) => {
  const entry = CATALOGUE[code];
  expect(entry.failing).not.toBe(entry.mended);
  const text = explanationOf(code);
  expect(text.startsWith(`${code}: `)).toBe(true);
  if (entry.found !== "run") expect(text).toMatch(/^ +\^+$/m);
});

test("only codes are codes", () => {
  expect(isCode("bad-extent")).toBe(true);
  expect([isCode("bad"), isCode("toString"), isCode("")]).toEqual([false, false, false]);
});

test("the page is up to date", async () => {
  await expect(referencePage()).toMatchFileSnapshot("../../../dsl/ERRORS.md");
});
