import { expect, test } from "vitest";
import { codePoints, codeUnits, readCell } from "../../../kernel/session/cell.ts";

test.each([
  ["1 + 1", { language: "typescript", source: "1 + 1" }],
  ["// %%tn\n1", { language: "typescript", source: "// %%tn\n1" }],
  ["%%tnx\n1", { language: "typescript", source: "%%tnx\n1" }],
  ["%%tn", { language: "tn", source: "\n", options: [] }],
  ["%%tn\nA[i]", { language: "tn", source: "\nA[i]", options: [] }],
  ["%%tn --quiet  fast\r\nA[i]", { language: "tn", source: "\nA[i]", options: ["--quiet", "fast"] }],
])("the cell %j", (code, cell) => {
  expect(readCell(code)).toEqual(cell);
});

test("lines of a language cell keep their numbers", () => {
  const cell = readCell("%%tn\na\nb");
  expect(cell.source.split("\n").indexOf("b")).toBe(2);
});

test.each([
  ["abc", 2, 2],
  ["\u{1F600}abc", 2, 3],
  ["a\u{1F600}b\u{1F600}c", 4, 6],
])("in %j the cursor %i is offset %i", (text, points, units) => {
  expect(codeUnits(text, points)).toBe(units);
  expect(codePoints(text, units)).toBe(points);
});
