/** Common slips of syntax: one mistake each, with the way out. */
import { expect, test } from "vitest";
import { parse } from "../../../dsl/syntax/parse.ts";
import { slipHint } from "../../../dsl/syntax/slips.ts";

test.each<readonly [string, string, string]>([
  ["tensor A(i: 2) = 1", "(", "square brackets: A[i: 2]"],
  ["tensor A[i 2] = 1", "2", "an extent follows a colon"],
  ["tensor A[i: 2, j 3] = 1", "3", "an extent follows a colon"],
  ["tensor A[i=2] = 1", "=", "an extent follows a colon"],
  ["tensor A[i, j], B[j, k]", "", "give it entries"],
  ['network R = "ij,jk->ik"', '"ij,jk->ik"', 'einsum("ij,jk->ik", A, B)'],
  ['einsum("ij,jk->ik", A, B)', "einsum", "network R[i, k] = einsum"],
  ["index i = 2", "=", "index i: 2"],
  ["index s_*: 2", "*", "s_{*}"],
  ["let for = 3", "for", "for is a word of the language"],
  ["network R = A * B", "*", "side by side"],
  ["network R = A[i, j] + B[j, k]", "+", "side by side"],
  ["network R = A; B", ";", "side by side"],
  ["network R = A[s_x, s_x+1]", "+", "in braces: s_{x+1}"],
  ["network R = product { A[s_y, t_x-1] for x in 1..3 }", "-", "in braces: s_{x+1}"],
  ["network R = product A[s_x] for x in 1..3", "A", "write product {"],
  ["network R[i] = { A[s_x] for x in 1..3 }", "{", "write product {"],
  ["network R = A[s_x] for x in 1..3", "for", "loops stand in braces"],
  ["network R = product { A[s_x] for x = 1..3 }", "=", "for x in 1..3"],
  ["network R = product { A[s_x] for x in 1:3 }", ":", "two dots"],
  ["order R = search for 5 s", "for", "within 5 s"],
  ["slice R 16 GiB", "16", "slice R to 16 GiB"],
  ["run R on 2 threads", "2", "threads(2)"],
  ["machine m = dgx-h100", "-", "in quotes"],
  ["machine m = preset dgx", "dgx", "in quotes"],
  ["tensor A[i: 2, j: 2] = [1, 2; 3, 4]", ";", "lists themselves"],
  ['import "a.qsim"', "", "what it is to be called"],
  ["const x = 3", "const", "let x = 3"],
  ["x = 3", "x", "let x = 3"],
  ["// a comment", "/", "starts with #"],
  ["print R", "print", "show network R"],
  ["tensr A[i: 2] = 1", "tensr", "did you mean tensor?"],
  ["zzz", "zzz", "a statement starts with one of"],
  ["let x = 1 +", "", "inside brackets it goes on"],
])("%s", (source, place, hint) => {
  const parsed = parse(source);
  const told = parsed.ok ? [] : parsed.diagnostics;
  expect(told).toHaveLength(1);
  const [only] = told;
  expect(source.slice(only?.span.start, only?.span.end)).toBe(place);
  expect(only?.hint).toContain(hint);
});

test("what follows a statement that ends early is its rest, up to the next statement", () => {
  const parsed = parse("network R =\n  A B\n  C\nlet x = 1 +\n  2\nlet y = 3\n4");
  const told = parsed.ok ? [] : parsed.diagnostics;
  expect(told.map(({ code }) => code)).toEqual(["ends-early", "ends-early", "unknown-statement"]);
});

test("a slip at the end of a long statement is told like that of a short one", () => {
  const words = ["network", "R", "=", ...Array.from({ length: 1000 }, () => "A")];
  expect(slipHint(words, "*")).toContain("side by side");
  expect(slipHint(["let", "x", "=", "3"], "*")).toBeUndefined();
});
