import { expect, test } from "vitest";
import { excerpt, positionOf } from "../../../dsl/base/excerpt.ts";
import { diagnose } from "../../../dsl/base/messages.ts";

/** The excerpt of a mistake under the first `word` of the source. */
function drawn(source: string, word: string, file?: string): string {
  const start = source.indexOf(word);
  const mistake = diagnose(
    "unknown-name",
    { what: "value", name: word },
    { start, end: start + word.length },
    "a way out",
  );
  return excerpt(source, mistake, file);
}

test.each<readonly [string, string, string]>([
  [
    "let a = foo",
    "foo",
    "1:9 error[unknown-name]: there is no value foo\n  let a = foo\n          ^^^\n  hint: a way out",
  ],
  [
    "x\nlet a = foo\r\ny",
    "foo",
    "2:9 error[unknown-name]: there is no value foo\n  let a = foo\n          ^^^\n  hint: a way out",
  ],
  [
    "\tlet\ta = foo",
    "foo",
    "1:10 error[unknown-name]: there is no value foo\n  \tlet\ta = foo\n  \t   \t    ^^^\n  hint: a way out",
  ],
  [
    "\u{1d538}\u{1d538} foo",
    "foo",
    "1:4 error[unknown-name]: there is no value foo\n  \u{1d538}\u{1d538} foo\n     ^^^\n  hint: a way out",
  ],
])("%j", (source, word, expected) => {
  expect(drawn(source, word)).toBe(expected);
});

test("the file stands before the line", () => {
  expect(drawn("foo", "foo", "a.tn")).toMatch(/^a\.tn:1:1 error/);
});

test("a span of several lines is marked on its first", () => {
  const source = "let a = (1 +\n 2)";
  const mistake = diagnose("stray-bracket", { bracket: ")" }, { start: 8, end: source.length });
  expect(excerpt(source, mistake).split("\n").slice(1)).toEqual(["  let a = (1 +", "          ^^^^"]);
});

test("an empty span at the end has one caret", () => {
  const mistake = diagnose("ends-early", { expected: "a name" }, { start: 3, end: 3 });
  expect(excerpt("let", mistake)).toMatch(/\n {2}let\n {5}\^$/);
});

test("of a long line the part around the mistake is shown", () => {
  const lines = drawn(`${"a".repeat(1000)} foo ${"b".repeat(1000)}`, "foo").split("\n");
  expect(lines[1]).toContain(" foo ");
  expect(lines[1]?.length).toBeLessThan(210);
  expect(lines[2]?.indexOf("^")).toBe(lines[1]?.indexOf("foo"));
});

test.each([
  [0, { line: 1, column: 1 }],
  [1, { line: 1, column: 2 }],
  [2, { line: 2, column: 1 }],
  [4, { line: 2, column: 2 }],
])("offset %d", (offset, position) => {
  expect(positionOf("a\n\u{1d538}b", offset)).toEqual(position);
});
