import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "../../../dsl/base/lines.ts";

test("lines have their number, their place and no blanks around them", () => {
  expect([...linesOf("a\n\n  b c \r\nd")]).toEqual([
    { number: 1, start: 0, text: "a" },
    { number: 2, start: 2, text: "" },
    { number: 3, start: 5, text: "b c" },
    { number: 4, start: 11, text: "d" },
  ]);
});

test("a text in pieces, cut anywhere, has the lines of the whole, which are those that split gives", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "7", " ", "\r", "\n"), maxLength: 40 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, cuts) => {
      const ends = [...cuts.filter((cut) => cut <= whole.length).sort((a, b) => a - b), whole.length];
      const pieces = ends.map((end, place) => whole.slice(ends[place - 1] ?? 0, end));
      const lines = [...linesOf(whole)];
      expect([...linesOf(pieces)]).toEqual(lines);
      expect(lines.map((line) => line.text)).toEqual(whole.split("\n").map((line) => line.trim()));
      for (const { start, text: own } of lines) expect(whole.slice(start, start + own.length)).toBe(own);
    }),
  );
});
