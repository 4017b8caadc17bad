/** Graphical models of the UAI format, and their partition functions. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { partition } from "../../../dsl/formats/partition.ts";
import { parseEvidence, parseUai, type Model } from "../../../dsl/formats/uai.ts";
import { bruteForce } from "../../support/networks.ts";
import { complaints, isOrderly, valueOf } from "./outcome.ts";

/** The example of the format's description: P(D) in a network of four variables. */
const BAYES = `BAYES
4
2 2 2 2
4
1 0
2 0 1
2 0 2
3 1 2 3

2
0.2 0.8
4
0.6 0.4 0.3 0.7
4
0.25 0.75 0.75 0.25
8
1.0 0.0 0.35 0.65 0.8 0.2 0.0 1.0
`;

test("reads a network of probabilities, which sum to 1", () => {
  const model = valueOf(parseUai(BAYES));
  expect(model.kind).toBe("bayes");
  expect(model.factors[2]).toEqual({ scope: [0, 2], table: Float64Array.of(0.25, 0.75, 0.75, 0.25) });
  expect(bruteForce(partition(model, { name: "Z" })).re[0]).toBeCloseTo(1, 14);
});

test.each(["1 3 0", "1\n1 3 0\n", "c seen\n1 3 0"])(
  "the evidence %j gives the probability of what was seen",
  (text) => {
    const model = valueOf(parseUai(BAYES));
    const evidence = valueOf(parseEvidence(text, model));
    // By hand: sum over a, b, c of P(a) P(b|a) P(c|a) P(D=0|b,c).
    let expected = 0;
    for (const [a, ofA] of [0.2, 0.8].entries())
      for (const b of [0, 1])
        for (const c of [0, 1])
          expected +=
            ofA *
            ([0.6, 0.4, 0.3, 0.7][2 * a + b] ?? 0) *
            ([0.25, 0.75, 0.75, 0.25][2 * a + c] ?? 0) *
            ([1, 0.35, 0.8, 0][2 * b + c] ?? 0);
    const valued = partition(model, { name: "Z", evidence });
    expect(Object.keys(valued.network.extents)).toEqual(["x_0", "x_1", "x_2"]);
    expect(bruteForce(valued).re[0]).toBeCloseTo(expected, 14);
    const marginal = bruteForce(partition(model, { name: "Z", open: ["x_3"] }));
    expect(marginal.re[0]).toBeCloseTo(expected, 14);
  },
);

/** Sums the product of all tables over the values of all variables that agree with the evidence. */
function byDefinition({ extents, factors }: Model, evidence: ReadonlyMap<number, number>): number {
  const total = extents.reduce((product, extent) => product * extent, 1);
  let sum = 0;
  for (let flat = 0; flat < total; flat += 1) {
    let rest = flat;
    const values = extents.map((extent) => {
      const value = rest % extent;
      rest = Math.floor(rest / extent);
      return value;
    });
    if ([...evidence].some(([variable, value]) => values[variable] !== value)) continue;
    sum += factors.reduce((product, { scope, table }) => {
      const at = scope.reduce(
        (place, variable) => place * (extents[variable] ?? 1) + (values[variable] ?? 0),
        0,
      );
      return product * (table[at] ?? NaN);
    }, 1);
  }
  return sum;
}

test("random models, written and read, have the partition function of their definition", () => {
  const random = mulberry32(4);
  const below = (most: number): number => Math.floor(random() * most);
  for (let round = 0; round < 100; round += 1) {
    const extents = Array.from({ length: 1 + below(5) }, () => 1 + below(3));
    const factors = Array.from({ length: below(5) }, () => {
      const scope = extents.map((_, variable) => variable).filter(() => random() < 0.4);
      scope.sort(() => random() - 0.5);
      const size = scope.reduce((product, variable) => product * (extents[variable] ?? 1), 1);
      return { scope, table: Float64Array.from({ length: size }, random) };
    });
    const text = [
      "MARKOV",
      extents.length,
      extents.join(" "),
      factors.length,
      ...factors.map(({ scope }) => [scope.length, ...scope].join("\t")),
      ...factors.map(({ table }) => [table.length, ...table].join("\n")),
    ].join("\r\n");
    const model = valueOf(parseUai(text));
    expect(model).toEqual({ kind: "markov", extents, factors });
    const evidence = new Map(
      extents.flatMap((extent, v) => (random() < 0.3 ? [[v, below(extent)] as const] : [])),
    );
    const valued = partition(model, { name: "Z", evidence });
    expect(bruteForce(valued).re[0]).toBeCloseTo(byDefinition(model, evidence), 10);
  }
});

test.each([
  ["", "line 1: expected MARKOV or BAYES, got an empty file"],
  ["markov\n0\n0\n", "line 1: expected MARKOV or BAYES, got markov"],
  ["MARKOV", "line 1: the file ends where the number of variables should follow"],
  ["MARKOV\n-1", "line 2: expected the number of variables, an integer from 0 to 2000000, got -1"],
  ["MARKOV\n9999999", "line 2: expected the number of variables, an integer from 0 to 2000000, got 9999999"],
  ["MARKOV\n2\n2 0", "line 3: expected the extent of variable 1, an integer from 1 to 2147483647, got 0"],
  ["MARKOV\n1\n2\n1\n1 1", "line 5: expected a variable of factor 0, an integer from 0 to 0, got 1"],
  ["MARKOV\n2\n2 2\n1\n2 1 1", "line 5: factor 0 has variable 1 twice"],
  [
    "MARKOV\n1\n2\n1\n3 0 0 0",
    "line 5: expected the number of variables of factor 0, an integer from 0 to 1, got 3",
  ],
  ["MARKOV\n1\n2\n1\n1 0\n3", "line 6: factor 0 has 3 entries, but its variables take 2 values together"],
  ["MARKOV\n1\n2\n1\n1 0\n2\n1", "line 7: the file ends where entry 1 of factor 0 should follow"],
  ["MARKOV\n1\n2\n1\n1 0\n2\n1 inf", "line 7: expected entry 1 of factor 0, a finite number, got inf"],
  ["MARKOV\n1\n2\n1\n1 0\n2\n1 0x1", "line 7: expected entry 1 of factor 0, a finite number, got 0x1"],
  ["MARKOV\n1\n2\n1\n1 0\n2\n1\n-1", "line 8: entry 1 of factor 0 is negative"],
  ["MARKOV\n1\n2\n0\n7", "line 5: the file goes on after the last table"],
])("refuses %j", (text, message) => {
  expect(complaints(parseUai(text))).toEqual([message]);
});

test.each([
  ["", "line 1: the file ends where the number of observed variables should follow"],
  ["5 0 0", "line 1: expected the number of observed variables, an integer from 0 to 4, got 5"],
  ["1 4 0", "line 1: expected an observed variable, an integer from 0 to 3, got 4"],
  ["1\n3\n2", "line 3: expected the value of variable 3, an integer from 0 to 1, got 2"],
  ["2 0 0 0 1", "line 1: variable 0 is observed twice"],
  ["2\n1 0 0", "line 1: only one sample of evidence can be read"],
  ["1 0 0 1 1", "line 1: the file goes on after the last value"],
])("refuses the evidence %j", (text, message) => {
  expect(complaints(parseEvidence(text, valueOf(parseUai(BAYES))))).toEqual([message]);
});

test("open indices are free variables", () => {
  const model = valueOf(parseUai(BAYES));
  const evidence = new Map([[3, 0]]);
  expect(() => partition(model, { name: "Z", evidence, open: ["x_3"] })).toThrow("no free variable x_3");
  expect(() => partition(model, { name: "Z", open: ["y"] })).toThrow("no free variable y");
});

const words = fc.constantFrom("MARKOV", "BAYES", "0", "1", "2", "3", "0.5", "-1", "\n", "c", "1e9", "nan");

test("any text is read or refused", () => {
  const model = valueOf(parseUai(BAYES));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(words).map((list) => `MARKOV ${list.join(" ")}`),
      ),
      (text) => isOrderly(parseUai(text), text.length) && isOrderly(parseEvidence(text, model), text.length),
    ),
    { numRuns: 2000 },
  );
});
