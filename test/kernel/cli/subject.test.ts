/** Files that `order` and `schedule` take. */
import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSubject } from "../../../kernel/cli/subject.ts";
import { folderWith } from "./tnlab.ts";

const folder = folderWith({
  "bell.qsim": "2\n0 h 0\n1 cnot 0 1\n",
  "bell.qasm": 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0];\ncx q[0], q[1];\n',
  "two.cnf": "p cnf 3 2\n1 2 0\n-1 -3 0\n",
  "pair.uai": "MARKOV\n2\n2 3\n1\n2 0 1\n6\n1 2 3 4 5 6\n",
  "chain.json": '{"inputs": [["a","b"],["b","c"]], "output": ["a"], "sizes": {"a": 2, "b": 3, "c": 4}}',
  "complex.json": '{"equation": "ab,bc->a", "shapes": [[2, 3], [3, 4]], "dtype": "complex64"}',
  "equation.json": '{"equation": "ab,bc->a", "shapes": [[2, 3], [3, 4]]}',
  "program.tn": 'import "chain.json" as E\nnetwork e = E with normal(seed 1)\n',
  "wrong.qasm": "OPENQASM 3;\nqubit[2] q;\nfoo q[0];\n",
  "wrong.cnf": "p cnf 2 1\n1 9 0\n",
  "wrong.uai": "MARKOV\n1\n2\n1\n1 5\n",
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function subject(file: string, values: Readonly<Record<string, string>> = {}) {
  const argument = path.join(folder, file);
  return readSubject({ argument, values: new Map(Object.entries(values)), flags: new Set() }).network;
}

const CHAIN = { tensors: [["a", "b"], ["b", "c"]], open: ["a"], extents: { a: 2, b: 3, c: 4 } }; // prettier-ignore

test.each([
  ["chain.json", {}, CHAIN],
  ["equation.json", {}, CHAIN],
  ["program.tn", { network: "e" }, CHAIN],
  ["program.tn", { network: "E" }, CHAIN],
  ["two.cnf", {}, { tensors: [["x_1", "x_2"], ["x_1", "x_3"]], open: [], extents: { x_1: 2, x_2: 2, x_3: 2 } }], // prettier-ignore
  ["pair.uai", {}, { tensors: [["x_0", "x_1"]], open: [], extents: { x_0: 2, x_1: 3 } }],
] as const)("%s %o", (file, values, { tensors, open, extents }) => {
  const network = subject(file, values);
  expect(network.tensors.map(({ labels }) => labels)).toEqual(tensors);
  expect([network.open, network.extents]).toEqual([open, extents]);
});

test("a circuit is the same from either format, its open qubits as asked", () => {
  const [qsim, qasm] = [subject("bell.qsim"), subject("bell.qasm")];
  expect(qasm.tensors).toHaveLength(qsim.tensors.length);
  expect(subject("bell.qasm", { bits: "1." }).open).toHaveLength(1);
});

test.each([
  ["wrong.qasm", /wrong\.qasm:3:1 error.*foo/],
  ["wrong.cnf", /wrong\.cnf:2:\d+ error.*variable 9/],
  ["wrong.uai", /wrong\.uai:5:\d+ error.*got 5/],
])("%s is told with its line", (file, says) => {
  expect(() => subject(file)).toThrow(says);
});

test("the dtype is that of the file or as asked", () => {
  expect(subject("chain.json").dtype).toBe("float64");
  expect(subject("complex.json").dtype).toBe("complex64");
  expect(subject("complex.json", { dtype: "float32" }).dtype).toBe("float32");
  expect(subject("bell.qasm").dtype).toBe("complex128");
  expect(subject("bell.qsim", { dtype: "complex64" }).dtype).toBe("complex64");
  expect(() => subject("bell.qsim", { dtype: "float64" })).toThrow(
    '--dtype takes complex64 or complex128, got "float64"',
  );
  expect(() => subject("two.cnf", { dtype: "float64" })).toThrow("--dtype goes with a circuit");
});

test("bits go with circuits only", () => {
  expect(() => subject("two.cnf", { bits: "00" })).toThrow("--bits goes with a circuit (.qsim, .qasm) only");
});
