import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "../../../dsl/base/suggest.ts";

test.each([
  ["", "abc", 3],
  ["kitten", "sitting", 3],
  ["ab", "ba", 1],
  ["tensor", "tesnor", 1],
  ["ca", "abc", 2],
  ["same", "same", 0],
  ["ψφ𝜋", "𝜋ψφ", 2],
])("%j and %j are %d apart", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
});

test("distance is symmetric, zero for equals alone, and obeys the triangle by single edits", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  fc.assert(
    fc.property(word, word, fc.nat(5), (a, b, at) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      const shorter = b.slice(0, at) + b.slice(at + 1);
      const swapped =
        b.slice(0, at) +
        b
          .slice(at, at + 2)
          .split("")
          .reverse()
          .join("") +
        b.slice(at + 2);
      for (const near of [shorter, swapped]) {
        expect(Math.abs(editDistance(a, near) - editDistance(a, b))).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 2000 },
  );
});

test("with a limit the distance is the same, or infinite beyond it", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 9 });
  fc.assert(
    fc.property(word, word, fc.nat(4), (a, b, limit) => {
      const distance = editDistance(a, b);
      expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : Infinity);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["bta", ["beta", "alpha"], "beta"],
  ["Beta", ["beta", "bet"], "beta"],
  ["tesnor", ["tensor", "let"], "tensor"],
  ["x", ["y", "z"], undefined],
  ["xy", ["x", "y"], "x"],
  ["alphabet", ["beta"], undefined],
  ["A", [], undefined],
])("for %j of %j: %j", (name, known, meant) => {
  expect(nearest(name, known)).toBe(meant);
});
