import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import type { Circuit, Gate } from "../../../dsl/circuit/circuit.ts";
import { expectation, pauliNamed, type Pauli } from "../../../dsl/circuit/expectation.ts";
import { randomCircuit } from "../../../dsl/circuit/generate.ts";
import { parseQasm } from "../../../dsl/circuit/qasm.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { contractAll } from "./contract.ts";
import { choose, HEADS, randomProgram } from "./oracle.ts";
import { applied, finalState, identity, X, Y, Z } from "./state.ts";

const options = { name: "e", dtype: "complex128" } as const;
const matrices = { I: identity(2), X, Y, Z };

function paulisOf(text: string): Pauli[] {
  return text.split(" ").map((word) => pauliNamed(word) ?? { matrix: "I", qubit: NaN });
}

function circuitOf(text: string): Circuit {
  const outcome = parseQasm(text);
  if (!outcome.ok) throw new TypeError(outcome.diagnostics[0]?.message);
  return outcome.value;
}

/** By the state vector. */
function oracle(circuit: Circuit, paulis: readonly Pauli[]): number {
  const state = finalState(circuit);
  const turned = paulis.reduce(
    (vector, { matrix, qubit }) => applied(vector, matrices[matrix], [qubit]),
    state,
  );
  return state.reduce(
    (sum, { re, im }, k) => sum + re * (turned[k]?.re ?? NaN) + im * (turned[k]?.im ?? NaN),
    0,
  );
}

function value(circuit: Circuit, paulis: readonly Pauli[]): number {
  const { re, im } = contractAll(expectation(circuit, paulis, options));
  expect(re).toHaveLength(1);
  expect(im[0]).toBeCloseTo(0, 11);
  return re[0] ?? NaN;
}

const circuits: readonly (readonly [string, Circuit])[] = [
  ...[1, 2, 3, 4].map((seed) => {
    const { text } = randomProgram(mulberry32(seed), 3, 4);
    return [`all gates of OpenQASM 3, seed ${seed}`, circuitOf(text)] as const;
  }),
  ["all gates of OpenQASM 2", circuitOf(randomProgram(mulberry32(5), 2, 5).text)],
  ["qsim's gates", randomCircuit({ rows: 2, columns: 2, cycles: 3, seed: 3 })],
  [
    "many controls",
    circuitOf(`${HEADS[3]}qubit[5] q; ry(1) q; ctrl(4) @ ry(0.7) q[0], q[1], q[2], q[3], q[4]; h q;`),
  ],
  ["no gates", { qubits: 4, gates: [] }],
];

test.each(circuits)("random products of Paulis on %s", (_, circuit) => {
  const random = mulberry32(17);
  for (let trial = 0; trial < 12; trial += 1) {
    const qubits = choose(random, 1 + (trial % 3), circuit.qubits);
    const paulis = qubits.map(
      (qubit): Pauli => ({ matrix: (["X", "Y", "Z"] as const)[Math.floor(3 * random())] ?? "Z", qubit }),
    );
    expect(value(circuit, paulis)).toBeCloseTo(oracle(circuit, paulis), 11);
  }
});

const GHZ = "qreg q[3]; h q[0]; cx q[0],q[1]; cx q[1],q[2];";
const BELL = "qreg q[2]; h q[0]; cx q[0],q[1];";
/** Two measurements a side at angles of 45 degrees: each correlation of Bell's inequality is 1/sqrt 2 in size. */
const CHSH = (a: string, b: string): string => `${BELL} ry(${a}) q[0]; ry(${b}) q[1];`;

test.each<readonly [string, string, number]>([
  ["qreg q[1];", "Z_0", 1],
  ["qreg q[1]; x q[0];", "Z_0", -1],
  ["qreg q[1]; h q[0]; s q[0];", "Y_0", 1],
  ["qreg q[1]; ry(0.3) q[0];", "Z_0", Math.cos(0.3)],
  ["qreg q[1]; rx(0.3) q[0];", "Y_0", -Math.sin(0.3)],
  [BELL, "Z_0 Z_1", 1],
  [BELL, "X_0 X_1", 1],
  [BELL, "Y_0 Y_1", -1],
  [BELL, "Z_0", 0],
  [BELL, "X_1", 0],
  [GHZ, "X_0 X_1 X_2", 1],
  [GHZ, "X_0 Y_1 Y_2", -1],
  [GHZ, "Y_0 X_1 Y_2", -1],
  [GHZ, "Z_0 Z_2", 1],
  [GHZ, "X_0 X_1", 0],
  [CHSH("0", "-pi/4"), "Z_0 Z_1", Math.SQRT1_2],
  [CHSH("0", "pi/4"), "Z_0 Z_1", Math.SQRT1_2],
  [CHSH("-pi/2", "-pi/4"), "Z_0 Z_1", Math.SQRT1_2],
  [CHSH("-pi/2", "pi/4"), "Z_0 Z_1", -Math.SQRT1_2],
  ["qreg q[2]; h q;", "I_0 X_1", 1],
  ["qreg q[2]; h q;", "I_0", 1],
])("%s: <%s> is %d", (text, paulis, wanted) => {
  expect(value(circuitOf(HEADS[2] + text), paulisOf(paulis))).toBeCloseTo(wanted, 12);
});

/** Positions of the gates that touch the cone of the Paulis, by following the qubits back. */
function cone(gates: readonly Gate[], paulis: readonly Pauli[]): Set<number> {
  const qubits = new Set(paulis.map(({ qubit }) => qubit));
  const inside = new Set<number>();
  gates.forEach((_, back) => {
    const position = gates.length - 1 - back;
    const own = gates[position]?.qubits ?? [];
    if (!own.some((qubit) => qubits.has(qubit))) return;
    inside.add(position);
    for (const qubit of own) qubits.add(qubit);
  });
  return inside;
}

function positions({ tensors }: Network): number[] {
  return tensors.flatMap(({ name }) =>
    [...name.matchAll(/@(\d+)\(/g)].map(([, position]) => Number(position)),
  );
}

/** Layers of fSim gates on a line, shifted by one from layer to layer, with roots of X between them. */
function bricks(qubits: number, layers: number): Circuit {
  const gates: Gate[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    for (let qubit = 0; qubit < qubits; qubit += 1)
      gates.push({ time: 2 * layer, name: "x_1_2", qubits: [qubit], parameters: [] });
    for (let qubit = layer % 2; qubit + 1 < qubits; qubit += 2)
      gates.push({ time: 2 * layer + 1, name: "fs", qubits: [qubit, qubit + 1], parameters: [1, 0.5] });
  }
  return { qubits, gates };
}

test.each([
  ["Z_50", 1],
  ["Z_50", 3],
  ["X_20 Y_70", 2],
  ["Z_0", 4],
  ["Z_99", 4],
])("the network of %s after %d layers is the light cone, twice", (text, layers) => {
  const circuit = bricks(100, layers);
  const paulis = paulisOf(text);
  const inside = cone(circuit.gates, paulis);
  const { network } = expectation(circuit, paulis, options);
  expect([...new Set(positions(network))].sort((a, b) => a - b)).toEqual([...inside].sort((a, b) => a - b));
  const qubits = new Set([...inside].flatMap((position) => circuit.gates[position]?.qubits ?? []));
  // The Paulis, each gate and its conjugate, and two inputs a qubit.
  expect(network.tensors).toHaveLength(paulis.length + 2 * inside.size + 2 * qubits.size);
  expect(inside.size).toBeLessThan(100);
});

test.each(circuits)("no gate outside the cone is in the network: %s", (_, circuit) => {
  for (const text of ["Z_0", "X_1", "Z_2 Y_3"]) {
    const inside = cone(circuit.gates, paulisOf(text));
    const { network } = expectation(circuit, paulisOf(text), options);
    expect(positions(network).filter((position) => !inside.has(position))).toEqual([]);
  }
});

test.each([
  // Diagonal gates and controls commute with Z; h(0) is what is left, and its conjugate, and two inputs.
  ["Z_0", 5],
  // The first cx stays, h(0) and h(1) go before it, and qubits 0 and 1 have two inputs each.
  ["X_0", 11],
])("of 50 qubits in a chain, %s needs %d tensors", (text, count) => {
  const chain = Array.from({ length: 49 }, (_, k) => `cx q[${k}],q[${k + 1}];`).join("");
  const circuit = circuitOf(
    `${HEADS[2]}qreg q[50]; h q; ${chain} cz q[0],q[9]; rz(1) q[0]; u1(2) q[40];`.replace(
      text === "X_0" ? /cz.*$/ : /$/,
      "",
    ),
  );
  expect(expectation(circuit, paulisOf(text), options).network.tensors).toHaveLength(count);
});

test("a gate of the file that is diagonal counts as one, however it is written", () => {
  const zz = "gate zz(t) a, b { cx a, b; rz(t) b; cx a, b; }";
  const [mine, built] = [`${zz} qreg q[3]; h q; zz(1) q[0],q[1];`, "qreg q[3]; h q; rzz(1) q[0],q[1];"].map(
    (text) => circuitOf(HEADS[2] + text),
  );
  expect(mine?.gates.map(({ qubits, matrix }) => [qubits, matrix])).toEqual(
    built?.gates.map(({ qubits, matrix }) => [qubits, matrix]),
  );
  const apart = circuitOf(`${HEADS[2]}gate g a, b { h a; x a; h a; h b; } qreg q[2]; g q[0],q[1];`);
  expect(apart.gates.map(({ name }) => name)).toEqual(["h", "x", "h", "h"]);
});

test.each<readonly [string, object, string]>([
  ["Z_3", {}, "Z_3 is on no qubit; the circuit has qubits 0 to 2"],
  ["Z_1 X_1", {}, "the product has two Paulis on qubit 1"],
  ["Z_1", { dtype: "float64" }, "expectation values are made of complex gates: e cannot be float64"],
])("%s %j: %s", (text, more, message) => {
  expect(() => expectation({ qubits: 3, gates: [] }, paulisOf(text), { ...options, ...more })).toThrow(
    message,
  );
});

test("a product of no Paulis is refused, and other names are no Paulis", () => {
  expect(() => expectation({ qubits: 3, gates: [] }, [], options)).toThrow("needs a product of Paulis");
  expect(
    ["Z", "Z_", "z_1", "W_1", "Z_1.5", "Z_-1", "Z_1 ", "Z_99999999999999999999"].map(pauliNamed),
  ).toEqual(new Array(8).fill(undefined));
  expect(pauliNamed("Y_12")).toEqual({ matrix: "Y", qubit: 12 });
});
