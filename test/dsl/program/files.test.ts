/** Networks made of imported files: their values by brute force, and what is told where they are wrong. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { scaledContract } from "../../../dsl/exact/scaled.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { bruteForce } from "../../support/networks.ts";
import { mistakesOf, network, placed } from "./language.ts";

const IMPORTS = `import "circuit.qasm" as Q
import "instance.cnf" as F
import "model.uai" as G
`;

// The circuit makes a Bell pair of qubits 0 and 1 and turns qubit 2 by pi/3 about x.
test.each([
  ['network N = amplitude(Q, "110")', [Math.cos(Math.PI / 6) * Math.SQRT1_2], [0]],
  ['network N = amplitude(Q, "001")', [0], [-Math.sin(Math.PI / 6) * Math.SQRT1_2]],
  ["network N = expectation(Q, Z_0 Z_1)", [1], [0]],
  ["network N = expectation(Q, X_0 X_1)", [1], [0]],
  ["network N = expectation(Q, Z_0)", [0], [0]],
  ["network N = expectation(Q, Z_2)", [0.5], [0]],
  ["network N = expectation(Q, Y_2)", [-Math.sqrt(3) / 2], [0]],
  ["network N = count(F)", [4], [0]],
  ["network N[x_1] = count(F)", [2, 2], [0, 0]],
  ["network N = partition(G)", [10], [0]],
  ["network N[x_1] = partition(G)", [4, 6], [0, 0]],
])("%s", (source, re, im) => {
  const value = bruteForce(network(IMPORTS + source, "N"));
  expect(value.re).toHaveLength(re.length);
  re.forEach((wanted, place) => expect(value.re[place]).toBeCloseTo(wanted, 12));
  im.forEach((wanted, place) => expect(value.im[place]).toBeCloseTo(wanted, 12));
});

/** The golden program of files, which holds every example of the language's page on them. */
const PAGE = readFileSync(new URL("../../golden/language/3-files.tn", import.meta.url), "utf8");
const EIGHTH = Math.SQRT1_2 / 64;

// Twelve qubits in |+>, cz on 0 and 5, t on 5.
test.each([
  ["amp", [1 / 64], [0]],
  ["psi", [1 / 64, EIGHTH, 1 / 64, -EIGHTH], [0, EIGHTH, 0, -EIGHTH]],
  ["zz", [0], [0]],
  ["models", [4], [0]],
  ["some", [1, 3], [0, 0]],
  ["g", [10], [0]],
  ["f", [22, 28, 49, 64], [0, 0, 0, 0]],
  ["qasm", [Math.cos(Math.PI / 6) * Math.SQRT1_2], [0]],
])("the value of %s in the examples", (name, re, im) => {
  const valued = network(PAGE, name);
  const { entries, exponent2 } = scaledContract(valued, greedyTree(valued.network, mulberry32(1)));
  expect(entries.re).toHaveLength(re.length);
  re.forEach((value, k) => expect((entries.re[k] ?? NaN) * 2 ** exponent2).toBeCloseTo(value, 14));
  im.forEach((value, k) => expect((entries.im?.[k] ?? 0) * 2 ** exponent2).toBeCloseTo(value, 14));
});

test("one network in three spellings: data from a seed, an equation, tensors from that seed", () => {
  const [e, ein] = [network(PAGE, "e"), network(PAGE, "ein")].map(bruteForce);
  expect(e).toEqual(ein);
  expect(e).toEqual(bruteForce(network(`${PAGE}network p[i,k] = A B`, "p")));
});

test.each([
  ['import "measured.qasm" as M', 'bad-file at ""measured.qasm""', /measured\.qasm:4:\d+: .*measure/],
  ['import "broken.cnf" as M', 'bad-file at ""broken.cnf""', /broken\.cnf:2:\d+: .*9/],
  ['import "absent.uai" as M', 'bad-file at ""absent.uai""', /no such file/],
  ['import "notes.txt" as M', 'bad-choice at ""notes.txt""', /notes\.txt/],
  ["network N = count(Q)", 'wrong-kind at "Q"', /a circuit, but a formula/],
  ["network N = count(H)", 'unknown-name at "H"', /no formula H/],
  ["network N = partition(F)", 'wrong-kind at "F"', /a formula, but a graphical model/],
  ["network N = count(F, G)", 'bad-arguments at "count"', /count\(F\)/],
  ["network N[y] = count(F)", 'cannot-build at "F"', /no variable y/],
  ["network N = expectation(Q, Z_0 W_1)", 'bad-arguments at "W_1"', /Pauli/],
  ["network N = expectation(Q, Z_7)", 'cannot-build at "Z_7"', /7/],
  ["network N = expectation(Q)", 'bad-arguments at "expectation"', /Pauli/],
  ["network N[a] = expectation(Q, Z_0)", 'cannot-build at "a"', /scalar/],
  ["network N = cont(F)", 'bad-choice at "cont"', /cont/],
])("%s is told", (source, where, says) => {
  const [first, ...others] = mistakesOf(IMPORTS + source);
  expect(others).toEqual([]);
  expect(first && placed(IMPORTS + source, first)).toMatch(where);
  expect(first?.message).toMatch(says);
});
