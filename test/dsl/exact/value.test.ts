/** Exact values as decimal texts, and certified ones. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { quotient } from "../../../dsl/exact/quotient.ts";
import { scaledValue } from "../../../dsl/exact/value.ts";

test.each([
  ["6", "1", "6"],
  ["6", "3", "2"],
  ["1", "8", "0.125"],
  ["-1", "8", "-0.125"],
  ["-9", "2", "-4.5"],
  ["25", "1000", "0.025"],
  ["1", "3", "1/3"],
  ["-2", "6", "-1/3"],
  ["0", "70", "0"],
  ["123456789012345678901234567890", "10", "12345678901234567890123456789"],
  ["1", "20000000000000000000000", "0.00000000000000000000005"],
])("%s / %s is %s", (over, under, text) => {
  expect(quotient(over, under)).toBe(text);
});

test("a quotient times its divisor is the dividend", () => {
  const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  fc.assert(
    fc.property(whole, fc.nat(40), fc.nat(40), fc.constantFrom(1n, 3n, 7n), (over, twos, fives, other) => {
      const under = 2n ** BigInt(twos) * 5n ** BigInt(fives) * other;
      const text = quotient(String(over), String(under));
      const [top = "", bottom = "1"] = text.split("/");
      const [, part = ""] = top.split(".");
      const digits = BigInt(top.replace(".", ""));
      expect(digits * under).toBe(over * BigInt(bottom) * 10n ** BigInt(part.length));
      expect(text).not.toMatch(/\.\d*0$/);
    }),
  );
});

test("the bound of a scaled value takes the rounding of its file into account", () => {
  const scaled = { entries: { re: Float64Array.of(1, 0.5) }, exponent2: 3321, relativeError: 1e-15 };
  const exact = scaledValue(scaled, 9);
  const plain = scaledValue(scaled, 0);
  if (exact.kind !== "scaled" || plain.kind !== "scaled") throw new TypeError("expected scaled values");
  expect(plain.relativeError).toBe(1e-15);
  expect(exact.relativeError).toBeGreaterThanOrEqual(1e-15 + 9 * 2 ** -53);
  expect(exact.relativeError).toBeLessThan(1.001 * (1e-15 + 9 * 2 ** -53));
  // 2^3321 is a number of 1000 digits.
  expect(exact.re.map(({ exponent10 }) => exponent10)).toEqual([999, 999]);
  const unbounded = { entries: scaled.entries, exponent2: 3321 };
  expect(scaledValue(unbounded, 9)).not.toHaveProperty("relativeError");
});
