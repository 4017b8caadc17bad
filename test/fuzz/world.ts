/** The files and variables that mutated programs meet. */
import { inflateRawSync } from "node:zlib";
import { UserError } from "../../dsl/base/diagnostic.ts";
import type { CheckContext } from "../../dsl/program/program.ts";

const FILES: Readonly<Record<string, string>> = {
  "pair.qsim": "2\n0 h 0\n1 cnot 0 1\n2 z 1\n",
  "circuit.qasm": 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0];\ncx q[0], q[1];\n',
  "broken.qsim": "2\n0 h 0\n1 cnot 0 2\n2 foo 1\n",
  "instance.cnf": "p cnf 3 2\n1 2 0\n-1 -3 0\n",
  "model.uai": "MARKOV\n2\n2 2\n1\n2 0 1\n4\n1 2 3 4\n",
  "network.json":
    '{"inputs": [["i", "j"], ["j", "k"]], "output": ["i", "k"], "sizes": {"i": 2, "j": 3, "k": 2}}',
  "z.json": "[[0, 1], [0, 1]]",
};

const VARIABLES: Readonly<Record<string, unknown>> = {
  v: Float64Array.from({ length: 64 }, (_, position) => position / 2),
  ragged: [[1, 2], [3]],
  words: ["a", "b"],
  spins: [{ re: 1, im: 2 }, true],
};

export const world: CheckContext = {
  variable: (name) => (Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined),
  read: (path) => {
    const text = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (text === undefined) throw new UserError(`cannot read "${path}": there is no such file`);
    return text;
  },
  readBytes: (path) => Buffer.from(world.read(path)),
  inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) }),
};
