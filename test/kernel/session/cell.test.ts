import { expect, test } from "vitest";
import { codePoints, codeUnits, MagicError, readCell, cellOptions } from "../../../kernel/session/cell.ts";

test.each([
  ["1 + 1", { language: "typescript", source: "1 + 1" }],
  ["// %%tn\n1", { language: "typescript", source: "// %%tn\n1" }],
  ["%%tnx\n1", { language: "typescript", source: "%%tnx\n1" }],
  ["%%tn", { language: "tn", source: "\n", words: [] }],
  ["%%tn\nA[i]", { language: "tn", source: "\nA[i]", words: [] }],
  ["%%tn --quiet  fast\r\nA[i]", { language: "tn", source: "\nA[i]", words: ["--quiet", "fast"] }],
  ["%tn help  order ", { language: "magic", words: ["help", "order"] }],
  ["%tn", { language: "magic", words: [] }],
  ["%tn help\n1", { language: "typescript", source: "%tn help\n1" }],
  ["const a = 7\n%tn", { language: "typescript", source: "const a = 7\n%tn" }],
])("the cell %j", (code, cell) => {
  expect(readCell(code)).toEqual(cell);
});

test("lines of a language cell keep their numbers", () => {
  const cell = readCell("%%tn\na\nb");
  expect(cell).toMatchObject({ source: expect.stringMatching(/^\n[^\n]*\nb$/) as string });
});

test.each([
  ["", { search: {} }],
  ["--seconds 10 --seed 3", { search: { seconds: 10, seed: 3 } }],
  ["--seed 0 --seconds 0.5", { search: { seconds: 0.5, seed: 0 } }],
  ["--arithmetic auto --seed 1", { search: { seed: 1 }, arithmetic: "auto" }],
  ["--arithmetic wasm-relaxed", { search: {}, arithmetic: "wasm-relaxed" }],
  ["--checkpoints sums", { search: {}, checkpoints: "sums" }],
  ["--overlap", { search: {}, overlap: true }],
  ["--seed 1 --overlap --checkpoints sums", { search: { seed: 1 }, checkpoints: "sums", overlap: true }],
])("the first line %%tn %s", (words, options) => {
  expect(cellOptions(words.split(" ").filter(Boolean))).toEqual(options);
});

test.each([
  ["--second 3", "no option --second; it has --seconds 10"],
  ["quick", "no option quick"],
  ["--seconds", "expected --seconds 10 (a positive number), got nothing"],
  ["--seconds ten", "got ten"],
  ["--seconds -1", "got -1"],
  ["--seconds Infinity", "got Infinity"],
  ["--arithmetic fast", "expected --arithmetic auto (wasm, wasm-relaxed, blas, auto), got fast"],
  ["--arithmetic", "expected --arithmetic auto (wasm, wasm-relaxed, blas, auto), got nothing"],
  ["--seed 1.5", "expected --seed 3 (a whole number from 0 on), got 1.5"],
])("the first line %%tn %s is refused", (words, why) => {
  const read = (): unknown => cellOptions(words.split(" "));
  expect(read).toThrow(MagicError);
  expect(read).toThrow(why);
});

test.each([
  ["abc", 2, 2],
  ["\u{1F600}abc", 2, 3],
  ["a\u{1F600}b\u{1F600}c", 4, 6],
])("in %j the cursor %i is offset %i", (text, points, units) => {
  expect(codeUnits(text, points)).toBe(units);
  expect(codePoints(text, units)).toBe(points);
});
