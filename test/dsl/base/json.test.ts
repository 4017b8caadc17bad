import fc from "fast-check";
import { expect, test } from "vitest";
import { badJsonLine } from "../../../dsl/base/json.ts";

test.each<[string, number]>([
  ["", 1],
  ["\n\n", 3],
  ['{\n "a": 1,\n}', 3],
  ['{\n "a": x2\n}\n', 2],
  ['{"a"\n:\n"b" "c"}', 3],
  ['["a\nb"]', 1],
  ["[1\n2]", 2],
  ["[01]", 1],
  ["[]\n\n]", 3],
  ["[1,\n\n{", 3],
  ['{"a": 1\n]', 2],
  ['["\\x"]', 1],
  ["[tru\n]", 1],
])("%j stops being JSON on line %i", (text, line) => {
  expect(badJsonLine(text)).toBe(line);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("agrees with the engine on what is JSON", () => {
  const pieces = fc.constantFrom(...'{}[],:" \n01-+.eE\\ua'.split(""), "true", "null", '"a"', "1.5e3");
  const texts = fc.oneof(
    fc.json(),
    fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
    fc.tuple(fc.json(), fc.nat(), pieces).map(([text, at, piece]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + piece + text.slice(cut + 1);
    }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(badJsonLine(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 3000 },
  );
});
