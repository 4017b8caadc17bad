/** Weights as fractions, and counts made of them: against sums of fractions over all assignments. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { commonDivisor } from "../../../dsl/base/divisor.ts";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { exactCount } from "../../../dsl/exact/count.ts";
import { exactValue, integerNetwork } from "../../../dsl/exact/value.ts";
import { count } from "../../../dsl/formats/count.ts";
import { parseDimacs, type Formula } from "../../../dsl/formats/dimacs.ts";
import { fractionOf } from "../../../dsl/formats/fraction.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { valueOf } from "./outcome.ts";

test.each([
  ["0.25", 1n, 4n],
  ["3", 3n, 1n],
  ["-1.50", -3n, 2n],
  [".5e-1", 1n, 20n],
  ["2.e3", 2000n, 1n],
  ["1/3", 1n, 3n],
  ["-0.1/0.3", -1n, 3n],
  ["1/-2", -1n, 2n],
  ["0", 0n, 1n],
  ["0.1234567890123456789", 1234567890123456789n, 10n ** 19n],
])("%s", (text, over, under) => {
  expect(fractionOf(text)).toEqual({ over, under });
});

test.each(["", ".", "e5", "1/0", "1/2/3", "x", "1e9999999", "1e-9999999", "0x10", "1 2", "Infinity"])(
  "%s is none",
  (text) => {
    expect(fractionOf(text)).toBeUndefined();
  },
);

test("a fraction is the number that it was read from", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -300, max: 300 }), (digits, exponent) => {
      const found = fractionOf(`${digits}e${exponent}`) ?? { over: 0n, under: 0n };
      const power = 10n ** BigInt(Math.abs(exponent));
      const [over, under] = exponent < 0 ? [BigInt(digits), power] : [BigInt(digits) * power, 1n];
      expect(found.over * under).toBe(over * found.under);
    }),
  );
});

/** Sums the weights of all models in fractions of one denominator. */
function bruteForce(formula: Formula): string {
  const weight = (literal: number) =>
    fractionOf(formula.written?.get(literal) ?? "1") ?? { over: 0n, under: 1n };
  let [over, under] = [0n, 1n];
  for (let bits = 0; bits < 2 ** formula.variables; bits += 1) {
    const holds = (literal: number): boolean =>
      ((bits >> (Math.abs(literal) - 1)) & 1) === (literal > 0 ? 1 : 0);
    if (!formula.clauses.every((clause) => clause.some(holds))) continue;
    let [top, bottom] = [1n, 1n];
    for (let v = 1; v <= formula.variables; v += 1) {
      const own = weight(holds(v) ? v : -v);
      [top, bottom] = [top * own.over, bottom * own.under];
    }
    [over, under] = [over * bottom + top * under, under * bottom];
    const divisor = commonDivisor(over, under);
    [over, under] = [over / divisor, under / divisor];
  }
  return under === 1n ? String(over) : `${over}/${under}`;
}

/** Decimal numbers as fractions in lowest terms. */
function asFraction(text: string): string {
  const { over, under } = fractionOf(text) ?? { over: 0n, under: 0n };
  return under === 1n ? String(over) : `${over}/${under}`;
}

const WEIGHTS = ["0.3", "1/3", "2", "-1.25", "0", "7/11", "1e-3", "0.123456789"];

test("weighted counts are exact fractions", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = mulberry32(seed);
    const pick = (): string => WEIGHTS[Math.floor(random() * WEIGHTS.length)] ?? "1";
    const clauses = Array.from({ length: 6 }, () =>
      Array.from({ length: 3 }, () => (1 + Math.floor(random() * 6)) * (random() < 0.5 ? -1 : 1)).join(" "),
    );
    const weights = [1, 2, 3, 4].map((v) => `c p weight ${v} ${pick()} 0\nc p weight ${-v} ${pick()} 0\n`);
    const formula = valueOf(
      parseDimacs(`c t wmc\n${weights.join("")}p cnf 6 6\n${clauses.join(" 0\n")} 0\n`),
    );
    const { exact, ...valued } = count(formula, { name: "F" });
    if (exact?.kind !== "count") throw new TypeError(`expected a count for seed ${seed}`);
    const tree = greedyTree(valued.network, mulberry32(1));
    const found = exactValue([exactCount(integerNetwork(valued, exact), tree)], exact);
    expect(found.kind === "exact" && asFraction(found.entries[0] ?? "")).toBe(bruteForce(formula));
  }
});

test("weights of too many digits are rounded, and that is told", () => {
  const formula = valueOf(
    parseDimacs("p cnf 1 0\nc p weight 1 0.12345678901234567890 0\nc p weight -1 0.5 0\n"),
  );
  expect(count(formula, { name: "F" }).exact).toEqual({ kind: "scaled", rounded: 1 });
});
