/** Programs compiled for tests, with a small world of files and variables around them. */
import { UserError, type Diagnostic } from "../../../dsl/base/diagnostic.ts";
import { positionOf } from "../../../dsl/base/excerpt.ts";
import { inflate, npyFile, npzFile, safetensorsFile } from "../formats/bytes.ts";
import type { Entries, ValuedNetwork } from "../../../dsl/network/network.ts";
import { compile } from "../../../dsl/program/compile.ts";
import type { CheckContext, Definition, Definitions, Program } from "../../../dsl/program/program.ts";

/** <00|C|00> of this one is 1/2, <11|C|00> too but for the sign. */
const PAIR = "2\n0 h 0\n1 cnot 0 1\n2 z 1\n";

const files: Readonly<Record<string, string>> = {
  "pair.qsim": PAIR,
  "random_q12_d8.qsim": `12\n${Array.from({ length: 12 }, (_, qubit) => `0 h ${qubit}\n`).join("")}1 cz 0 5\n2 t 5\n`,
  "broken.qsim": "2\n0 h 0\n1 cnot 0 2\n2 foo 1\n",
  "empty.qsim": "",
  "circuit.qasm":
    'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\nh q[0];\ncx q[0], q[1];\nrx(pi/3) q[2];\n',
  "measured.qasm": "OPENQASM 3;\nqubit[2] q;\nbit[2] c;\nc = measure q;\n",
  // x1 or x2, not both x1 and x3: 4 of the 8 assignments.
  "instance.cnf": "p cnf 3 2\n1 2 0\n-1 -3 0\n",
  "broken.cnf": "p cnf 2 1\n1 9 0\n",
  // Two spins with one coupling: 1 + 2 + 3 + 4.
  "network.json": JSON.stringify({
    inputs: [
      ["i", "j"],
      ["j", "k"],
    ],
    output: ["i", "k"],
    sizes: { i: 2, j: 3, k: 2 },
  }),
  "equation.json": '{"equation": "ab,bc->", "shapes": [[2, 3], [3, 2]]}',
  "loose.json": '{"inputs": [["i"]], "output": [], "sizes": {}}',
  "torn.json": '{"inputs": [["i"]],\n "output": [}',
  "z.json": "[[0, 1], [0, 1]]",
  "sliced.json": '{"ssa_path": [[0, 1], [2, 3]], "slices": ["s_2"]}',
  "foreign.json": '{"ssa_path": [[0, 1], [2, 3]], "slices": ["t"]}',
  "wrong.json": "[[0, 1], [0, 9]]",
  "model.uai": "MARKOV\n2\n2 2\n1\n2 0 1\n4\n1 2 3 4\n",
};

const variables: Readonly<Record<string, unknown>> = {
  v: Float64Array.from({ length: 64 }, (_, position) => position / 2),
  pairs: [
    [1, 2],
    [3, 4],
  ],
  ragged: [[1, 2], [3]],
  words: ["a", "b"],
  holes: [1, NaN],
  nothing: [],
  spins: [{ re: 1, im: 2 }, true],
  rows: [new Float32Array([1, 2]), new Float32Array([3, 4])],
};

/** A network of two matrices, and data for it. */
const [A, B] = [
  [1, 2, 3, 4, 5, 6],
  [1, 2, 3, 4, 5, 6],
];

const binaries: Readonly<Record<string, Uint8Array>> = {
  "weights.npy": npyFile(
    "<c16",
    [64, 64],
    Array.from({ length: 8192 }, (_, k) => (k % 2 === 0 ? k / 2 : -1)),
  ),
  "single.npy": npyFile("<f4", [2, 3], A),
  "scalar.npy": npyFile("<f8", [], [2.5]),
  "holes.npy": npyFile("<f8", [2, 3], [1, 2, 3, 4, 5, NaN]),
  "cut.npy": npyFile("<f8", [2, 3], A).slice(0, -1),
  "tensors.npz": npzFile({ T0: npyFile("<f8", [2, 3], A), T1: npyFile("<f8", [3, 2], B) }),
  "numbered.npz": npzFile({ arr_0: npyFile("<f8", [2, 3], A), arr_1: npyFile("<c8", [3, 2], [...B, ...B]) }),
  "short.npz": npzFile({ T0: npyFile("<f8", [2, 3], A) }),
  "long.npz": npzFile({
    T0: npyFile("<f8", [2, 3], A),
    T1: npyFile("<f8", [3, 2], B),
    T2: npyFile("<f8", [], [1]),
  }),
  "turned.npz": npzFile({ T0: npyFile("<f8", [3, 2], A), T1: npyFile("<f8", [3, 2], B) }),
  "strange.npz": npzFile({ left: npyFile("<f8", [2, 3], A), right: npyFile("<f8", [3, 2], B) }),
  "t.safetensors": safetensorsFile({ T0: [[2, 3], A], T1: [[3, 2], B] }),
};

function found<T>(world: Readonly<Record<string, T>>, path: string): T {
  const own = Object.hasOwn(world, path) ? world[path] : undefined;
  if (own === undefined) throw new UserError(`cannot read "${path}": there is no such file`);
  return own;
}

export const context: CheckContext = {
  variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
  read: (path) => found(files, path),
  readBytes: (path) => found(binaries, path),
  inflate,
};

/** The program; a mistake in it fails the test. */
export function compiled(source: string, environment: Definitions = new Map()): Program {
  const outcome = compile(source, environment, context);
  if (!outcome.ok) throw new Error(outcome.diagnostics.map(({ message }) => message).join("\n"));
  return outcome.value;
}

export function definition(source: string, name: string): Definition {
  const found = compiled(source).definitions.get(name);
  if (found === undefined) throw new Error(`nothing is called ${name}`);
  return found;
}

export function network(source: string, name: string): ValuedNetwork {
  const found = definition(source, name);
  if (found.kind !== "network") throw new Error(`${name} is ${found.kind}`);
  return found.valued;
}

export function entries(source: string, name: string): Entries {
  const found = definition(source, name);
  if (found.kind !== "tensor") throw new Error(`${name} is ${found.kind}`);
  return found.entries;
}

/** `code at "text under the span", line n`, the form in which the tests state mistakes. */
export function placed(source: string, { code, span }: Diagnostic): string {
  return `${code} at "${source.slice(span.start, span.end)}", line ${positionOf(source, span.start).line}`;
}

/** Every mistake of a program, in order. */
export function mistakesOf(source: string, environment: Definitions = new Map()): readonly Diagnostic[] {
  const outcome = compile(source, environment, context);
  return outcome.ok ? [] : outcome.diagnostics;
}

export function mistakes(source: string, environment: Definitions = new Map()): string[] {
  return mistakesOf(source, environment).map((diagnostic) => placed(source, diagnostic));
}
