/** DIMACS files, and the networks that count their models. */
import fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32, type Random } from "../../../dsl/base/random.ts";
import { exactCount } from "../../../dsl/exact/count.ts";
import { decimalEntry, scaledContract } from "../../../dsl/exact/scaled.ts";
import { count } from "../../../dsl/formats/count.ts";
import { parseDimacs, type Formula } from "../../../dsl/formats/dimacs.ts";
import type { ValuedNetwork } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { complaints, isOrderly, valueOf } from "./outcome.ts";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const absent = !existsSync(DATA);
const because = absent ? " (left out: no ../shared/data)" : "";

test("reads clauses over several lines, weights, comments and the end of SATLIB files", () => {
  const text = `\ufeffc a comment\nc t wmc\np cnf 4 5\r\n1 -2\n 3 0 4 0\n\n-4 -4 4 0 0 1\nc p weight 1 0.25 0\n0
c p weight -1 3/4 0\nc p show 1 2 3 4 0\nc p is the letter of the header\ncomment\n%\n0\n`;
  expect(complaints(parseDimacs(text))).toEqual(["line 13: expected a literal (1, -2, ...), got comment"]);
  expect(valueOf(parseDimacs(text.replace("\ncomment\n", "\n")))).toEqual({
    variables: 4,
    clauses: [[1, -2, 3], [4], [-4, -4, 4], [], [1]],
    weights: new Map([
      [1, 0.25],
      [-1, 0.75],
    ]),
    written: new Map([
      [1, "0.25"],
      [-1, "3/4"],
    ]),
  });
});

test.each<readonly [string, ...string[]]>([
  ["", "line 1: expected p cnf VARIABLES CLAUSES"],
  ["c only\nc this", "line 2: expected p cnf VARIABLES CLAUSES"],
  ["1 0\n2 0", "line 1: expected p cnf VARIABLES CLAUSES before the first clause"],
  [
    "1 0\np cnf 1 1",
    "line 1: expected p cnf VARIABLES CLAUSES before the first clause",
    "line 2: the header comes after the first clause",
  ],
  ["p wcnf 1 1 10\n10 1 0", "line 1: the format is wcnf, but cnf is needed"],
  ["p cnf 1\n1 0", "line 1: expected p cnf VARIABLES CLAUSES, two counts"],
  ["p cnf 1 1 1\n1 0", "line 1: expected p cnf VARIABLES CLAUSES, two counts"],
  ["p cnf -1 1", "line 1: expected p cnf VARIABLES CLAUSES, two counts"],
  ["p cnf 1e3 1", "line 1: expected p cnf VARIABLES CLAUSES, two counts"],
  ["p cnf 3000000 0", "line 1: 3000000 variables; the limit is 2000000"],
  ["p cnf 1 1\np cnf 1 1\n1 0", "line 2: there is a header already, on line 1"],
  ["p cnf 2 1\n1 3 0", "line 2: there is no variable 3; the header has 2"],
  [
    "p cnf 2 2\n1 -3 0\n1 x 0",
    "line 2: there is no variable 3; the header has 2",
    "line 3: expected a literal (1, -2, ...), got x",
  ],
  [
    "p cnf 2 1\n1 99999999999999999999 0",
    "line 2: expected a literal (1, -2, ...), got 99999999999999999999",
  ],
  ["p cnf 2 1\n1 1.5 0", "line 2: expected a literal (1, -2, ...), got 1.5"],
  ["p cnf 2 1\n1 2", "line 2: the last clause has no 0 at its end"],
  ["p cnf 2 2\n1 2 0\n", "line 1: the header says 2 clauses, but there are 1"],
  ["p cnf 2 0\n1 2 0\n", "line 1: the header says 0 clauses, but there are 1"],
  ["p cnf 1 0\nc p weight 1 0.5", "line 2: expected c p weight LITERAL WEIGHT 0"],
  ["p cnf 1 0\nc p weight 0 0.5 0", "line 2: expected c p weight LITERAL WEIGHT 0"],
  ["p cnf 1 0\nc p weight 1 0.5 0 7", "line 2: expected c p weight LITERAL WEIGHT 0"],
  ["p cnf 1 0\nc p weight 1 nan 0", "line 2: the weight nan is no finite number"],
  ["p cnf 1 0\nc p weight 1 1/0 0", "line 2: the weight 1/0 is no finite number"],
  ["p cnf 1 0\nc p weight 1 1/2/3 0", "line 2: the weight 1/2/3 is no finite number"],
  ["p cnf 1 0\nc p weight 1 1e999 0", "line 2: the weight 1e999 is no finite number"],
  ["p cnf 1 0\nc p weight 1 1 0\nc p weight 1 1 0", "line 3: literal 1 has a weight already"],
  ["p cnf 1 0\nc p weight 1 0.5 0", "line 2: literal 1 has a weight, but -1 has none"],
  ["p cnf 1 0\nc p weight 2 0.5 0", "line 2: there is no variable 2; the header has 1"],
  [
    "c t mc\np cnf 1 0\nc p weight 1 1 0\nc p weight -1 1 0",
    "line 3: the file has weights, but asks for a plain count (c t mc)",
  ],
  ["p cnf 1 0\nc p gweight 2 0", "line 2: a weight of the whole formula (c p gweight) is not supported"],
  ["p cnf 1 1\nw 1 0.5 0\n1 0", "line 2: expected a literal (1, -2, ...), got w"],
  ["c p show 1 0\np cnf 2 0", "line 1: c p show of 1 of 2 variables asks for projected counting"],
  ["p cnf 2 0\nc p show 0", "line 2: c p show of 0 of 2 variables asks for projected counting"],
  ["p cnf 2 0\nc p show 1 3 0", "line 2: c p show of 2 of 2 variables asks for projected counting"],
  ["p cnf 2 0\nc p show x 0", "line 2: expected a variable after c p show, got x"],
  ["c t pmc\np cnf 2 0", "line 1: c t pmc asks for projected counting"],
  ["c ind 1 0\np cnf 2 0", "line 1: c ind asks for projected counting"],
])("refuses %j", (text, ...messages) => {
  expect(complaints(parseDimacs(text))).toEqual(messages);
});

test("tells twenty mistakes and no more", () => {
  expect(complaints(parseDimacs(`p cnf 1 0\n${"2 0\n".repeat(1000)}`))).toHaveLength(20);
  const weights = Array.from({ length: 1000 }, (_, k) => `c p weight ${k + 1} 1 0\n`).join("");
  expect(complaints(parseDimacs(`p cnf 1000 0\n${weights}`))).toHaveLength(20);
});

/** The sum of the weights of all models, from the definition. */
function bruteForce(
  { variables, clauses, weights }: Formula,
  holds: (values: number) => boolean = () => true,
): number {
  let total = 0;
  for (let values = 0; values < 2 ** variables; values += 1) {
    const isTrue = (literal: number): boolean =>
      ((values >> (Math.abs(literal) - 1)) & 1) === (literal > 0 ? 1 : 0);
    if (!holds(values) || !clauses.every((clause) => clause.some(isTrue))) continue;
    let weight = 1;
    for (let v = 1; v <= variables; v += 1) weight *= weights?.get(isTrue(v) ? v : -v) ?? 1;
    total += weight;
  }
  return total;
}

function randomFormula(random: Random, longest: number): Formula {
  const variables = Math.floor(random() * 13);
  const literal = (): number => (1 + Math.floor(random() * variables)) * (random() < 0.5 ? -1 : 1);
  const clause = (): number[] =>
    Array.from({ length: variables === 0 ? 0 : 1 + Math.floor(random() * longest) }, literal);
  const clauses = Array.from({ length: variables === 0 ? 0 : Math.floor(random() * 8) }, clause);
  const weighted = Array.from({ length: variables }, (_, v) => v + 1).filter(() => random() < 0.7);
  const weights = new Map(weighted.flatMap((v) => [[v, random()] as const, [-v, 2 * random()] as const]));
  return { variables, clauses, weights: random() < 0.5 ? weights : undefined };
}

function greedyOf({ network }: ValuedNetwork): ContractionTree {
  return greedyTree(network, mulberry32(1));
}

function valueOfCount(formula: Formula): number {
  const valued = count(formula, { name: "F" });
  const { re } = decimalEntry(scaledContract(valued, greedyOf(valued)));
  return re.mantissa * 10 ** re.exponent10;
}

test.each([3, 7, 24])(
  "the network of random clauses of up to %i literals has the weighted count as its value",
  (longest) => {
    const random = mulberry32(longest);
    for (let round = 0; round < 150; round += 1) {
      const formula = randomFormula(random, longest);
      const expected = bruteForce(formula);
      expect(Math.abs(valueOfCount(formula) - expected)).toBeLessThanOrEqual(1e-12 * expected);
      if (formula.weights !== undefined) continue;
      const valued = count(formula, { name: "F" });
      expect(exactCount(valued, greedyOf(valued))).toBe(String(expected));
    }
  },
);

test.each<readonly [string, string]>([
  ["p cnf 0 0", "1"],
  ["p cnf 3 0", "8"],
  ["p cnf 3 1\n0", "0"],
  ["p cnf 3 1\n2 0", "4"],
  ["p cnf 3 2\n2 0 -2 0", "0"],
  ["p cnf 3 1\n2 -2 0", "8"],
  ["p cnf 3 1\n2 2 2 0", "4"],
  ["p cnf 70 1\n1 2 0", "885443715538058477568"],
])("%j has %s models", (text, models) => {
  const valued = count(valueOf(parseDimacs(text)), { name: "F" });
  expect(exactCount(valued, greedyOf(valued))).toBe(models);
});

test("long clauses become chains of small tensors", () => {
  const clause = Array.from({ length: 300 }, (_, k) => (k % 3 === 0 ? -(k + 1) : k + 1));
  const valued = count({ variables: 300, clauses: [clause], weights: undefined }, { name: "F" });
  expect(Math.max(...valued.network.tensors.map(({ labels }) => labels.length))).toBe(4);
  expect(exactCount(valued, greedyOf(valued))).toBe(String(2n ** 300n - 1n));
});

test("open variables keep the count of each of their values apart", () => {
  const formula: Formula = {
    variables: 4,
    clauses: [
      [1, 2, -3],
      [-1, 4],
    ],
    weights: undefined,
  };
  const { network, entries } = count(formula, { name: "F", open: ["x_3", "x_1"] });
  const { entries: found, exponent2 } = scaledContract({ network, entries }, greedyOf({ network, entries }));
  const expected = [0, 1].flatMap((third) =>
    [0, 1].map((first) =>
      bruteForce(formula, (values) => ((values >> 2) & 1) === third && (values & 1) === first),
    ),
  );
  expect(Array.from(found.re, (value) => value * 2 ** exponent2)).toEqual(expected);
  expect(() => count(formula, { name: "F", open: ["x_5"] })).toThrow("no variable x_5: they are x_1 to x_4");
});

function read(name: string): string {
  return readFileSync(new URL(name, DATA), "utf8");
}

test.skipIf(absent)(`a published formula has its published count${because}`, () => {
  const valued = count(valueOf(parseDimacs(read("cnf/cubic_vc_50_0.cnf"))), { name: "F" });
  expect(exactCount(valued, greedyOf(valued))).toBe("2802717837");
});

/** The converter of einsum_benchmark made these networks of the same files. */
test.skipIf(absent).each(["mc_2022_025", "mc_2022_029", "mc_2022_085", "wmc_2022_004", "wmc_2022_038"])(
  `%s has the tensors of einsum_benchmark${because}`,
  (name) => {
    const instance = JSON.parse(read(`instances/eb_${name}.json`)) as { inputs: string[][] };
    const values = (JSON.parse(read(`tensors/eb_${name}.json`)) as { re: number[][] }).re;
    const formula = valueOf(parseDimacs(read(`cnf/${name}.cnf`)));
    const { network, entries } = count(formula, { name });
    // It has a tensor for clauses that hold always, too.
    const clauses = formula.clauses.map((_, k) => `C(${k + 1})`);
    const weights = Array.from(
      { length: formula.weights === undefined ? 0 : formula.variables },
      (_, v) => `W(${v + 1})`,
    );
    expect(instance.inputs).toHaveLength(clauses.length + weights.length);
    const positions = new Map(network.tensors.map((tensor, position) => [tensor.name, position]));
    const names = new Map<string, string>();
    [...clauses, ...weights].forEach((tensor, k) => {
      const position = positions.get(tensor);
      if (position === undefined) {
        expect(formula.clauses[k]?.some((literal) => formula.clauses[k]?.includes(-literal))).toBe(true);
        return;
      }
      const others = instance.inputs[k] ?? [];
      expect(
        network.tensors[position]?.labels.map((label, axis) => names.get(label) ?? others[axis]),
      ).toEqual(others);
      network.tensors[position]?.labels.forEach((label, axis) => names.set(label, others[axis] ?? ""));
      // Of two weights it takes one to be 1 minus the other.
      entries[position]?.re.forEach((entry, at) => expect(entry).toBeCloseTo(values[k]?.[at] ?? NaN, 12));
    });
    expect(new Set(names.values()).size).toBe(names.size);
  },
);

const words = fc.constantFrom(
  "p",
  "cnf",
  "c",
  "weight",
  "show",
  "0",
  "1",
  "-1",
  "2",
  "t",
  "mc",
  "\n",
  "%",
  "1/2",
  "x",
  " ",
);

test("any text is read or refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(words).map((list) => list.join(" ")),
      ),
      (text) => isOrderly(parseDimacs(text), text.length),
    ),
    { numRuns: 2000 },
  );
});

test("blanks between literals make no difference", () => {
  const literal = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 99 }), fc.constantFrom("", "00", "+"));
  const clauses = fc.array(fc.array(literal, { maxLength: 5 }), { maxLength: 6 });
  const blanks = fc.array(fc.constantFrom(" ", "  ", "\t", " \n", "\u00a0"), {
    minLength: 40,
    maxLength: 40,
  });
  fc.assert(
    fc.property(clauses, blanks, (written, between) => {
      const words = written.flatMap((clause) => [
        ...clause.map(([minus, variable, before]) => `${minus ? "-" : before}${variable}`),
        "0",
      ]);
      const head = `p cnf 99 ${written.length}\n`;
      const spread = words.map((word, k) => word + (between[k % between.length] ?? " ")).join("");
      const expected = written.map((clause) =>
        clause.map(([minus, variable]) => (minus ? -variable : variable)),
      );
      for (const text of [words.join(" "), spread])
        expect(valueOf(parseDimacs(head + text)).clauses).toEqual(expected);
    }),
  );
});
