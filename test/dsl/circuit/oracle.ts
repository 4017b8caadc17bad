/**
 * The gates of OpenQASM by their definitions (exponentials of Paulis, controls, products), and random programs as text
 * and as what the text means. Shares no code with the reader.
 */
import type { Random } from "../../../dsl/base/random.ts";
import {
  add,
  adjoint,
  applied,
  c,
  identity,
  kron,
  matrices,
  multiply,
  rotation,
  scale,
  X,
  Y,
  Z,
  zeroState,
  type Complex,
  type Matrix,
} from "./state.ts";

type Make = (...parameters: number[]) => Matrix;

const e = (angle: number): Complex => c(Math.cos(angle), Math.sin(angle));
const half = (pauli: Matrix, angle = NaN): Matrix => rotation(-angle / 2, pauli);
const I2 = identity(2);

/** Rz(phi) Ry(theta) Rz(lambda), of determinant 1. */
const euler = (theta = NaN, phi = NaN, lambda = NaN): Matrix =>
  multiply(half(Z, phi), multiply(half(Y, theta), half(Z, lambda)));

/** The first qubit is the control. */
export function controlledBy(value: 0 | 1, matrix: Matrix): Matrix {
  const size = matrix.length;
  return identity(2 * size).map((row, i) =>
    row.map((entry, j) =>
      i >= value * size && i < (value + 1) * size
        ? (matrix[i - value * size]?.[j - value * size] ?? c(0))
        : entry,
    ),
  );
}

const controlled = (matrix: Matrix, times = 1): Matrix =>
  times === 0 ? matrix : controlled(controlledBy(1, matrix), times - 1);

const p: Make = (angle = NaN) => scale(e(angle / 2), half(Z, angle));
const u: Make = (theta = NaN, phi = NaN, lambda = NaN) =>
  scale(e((phi + lambda) / 2), euler(theta, phi, lambda));
const cu: Make = (theta = NaN, phi = NaN, lambda = NaN, gamma = NaN) =>
  controlled(scale(e(gamma), u(theta, phi, lambda)));
const h = scale(c(Math.SQRT1_2), add(X, Z));
const root = scale(e(Math.PI / 4), half(X, Math.PI / 2));
const swap = matrices.swap(0, 0);
const cx = controlled(X);
/** The second qubit is the control. */
const xc = multiply(swap, multiply(cx, swap));

/** Name, count of parameters, count of qubits, matrix. */
export type Known = readonly [name: string, parameters: number, qubits: number, make: Make];

const both: readonly Known[] = [
  ["id", 0, 1, () => I2],
  ["x", 0, 1, () => X],
  ["y", 0, 1, () => Y],
  ["z", 0, 1, () => Z],
  ["h", 0, 1, () => h],
  ["s", 0, 1, () => p(Math.PI / 2)],
  ["sdg", 0, 1, () => p(-Math.PI / 2)],
  ["t", 0, 1, () => p(Math.PI / 4)],
  ["tdg", 0, 1, () => p(-Math.PI / 4)],
  ["sx", 0, 1, () => root],
  ["sxdg", 0, 1, () => adjoint(root)],
  ["p", 1, 1, p],
  ["u1", 1, 1, p],
  ["phase", 1, 1, p],
  ["u", 3, 1, u],
  ["rx", 1, 1, (angle) => half(X, angle)],
  ["ry", 1, 1, (angle) => half(Y, angle)],
  ["rz", 1, 1, (angle) => half(Z, angle)],
  ["r", 2, 1, (theta, phi = NaN) => half(add(scale(c(Math.cos(phi)), X), scale(c(Math.sin(phi)), Y)), theta)],
  ["cx", 0, 2, () => cx],
  ["CX", 0, 2, () => cx],
  ["cy", 0, 2, () => controlled(Y)],
  ["cz", 0, 2, () => controlled(Z)],
  ["ch", 0, 2, () => controlled(h)],
  ["cs", 0, 2, () => controlled(p(Math.PI / 2))],
  ["csdg", 0, 2, () => controlled(p(-Math.PI / 2))],
  ["csx", 0, 2, () => controlled(root)],
  ["cp", 1, 2, (angle = NaN) => controlled(p(angle))],
  ["cu1", 1, 2, (angle = NaN) => controlled(p(angle))],
  ["cphase", 1, 2, (angle = NaN) => controlled(p(angle))],
  ["crx", 1, 2, (angle) => controlled(half(X, angle))],
  ["cry", 1, 2, (angle) => controlled(half(Y, angle))],
  ["crz", 1, 2, (angle) => controlled(half(Z, angle))],
  ["cu3", 3, 2, (theta = NaN, phi = NaN, lambda = NaN) => controlled(u(theta, phi, lambda))],
  ["cu", 4, 2, cu],
  ["swap", 0, 2, () => swap],
  ["iswap", 0, 2, () => rotation(Math.PI / 4, add(kron(X, X), kron(Y, Y)))],
  ["dcx", 0, 2, () => multiply(xc, cx)],
  ["ecr", 0, 2, () => scale(c(Math.SQRT1_2), add(kron(X, I2), scale(c(-1), kron(Y, X))))],
  ["rxx", 1, 2, (angle) => half(kron(X, X), angle)],
  ["ryy", 1, 2, (angle) => half(kron(Y, Y), angle)],
  ["rzx", 1, 2, (angle) => half(kron(Z, X), angle)],
  ["rzz", 1, 2, (angle) => half(kron(Z, Z), angle)],
  ["ccx", 0, 3, () => controlled(X, 2)],
  ["ccz", 0, 3, () => controlled(Z, 2)],
  ["cswap", 0, 3, () => controlled(swap)],
  ["c3x", 0, 4, () => controlled(X, 3)],
  ["c3sqrtx", 0, 4, () => controlled(root, 3)],
];

export type Dialect = 2 | 3;

/** The gates that differ: by a phase alone. */
export const known: Readonly<Record<Dialect, readonly Known[]>> = {
  2: [
    ...both,
    ["U", 3, 1, u],
    ["u2", 2, 1, (phi = NaN, lambda = NaN) => u(Math.PI / 2, phi, lambda)],
    ["u3", 3, 1, u],
  ],
  3: [
    ...both,
    ["U", 3, 1, (theta = NaN, phi = NaN, lambda = NaN) => scale(e(theta / 2), u(theta, phi, lambda))],
    ["u2", 2, 1, (phi = NaN, lambda = NaN) => euler(Math.PI / 2, phi, lambda)],
    ["u3", 3, 1, euler],
    ["gphase", 1, 0, (angle = NaN) => [[e(angle)]]],
  ],
};

export const HEADS: Readonly<Record<Dialect, string>> = {
  2: 'OPENQASM 2.0;\ninclude "qelib1.inc";\n',
  3: 'OPENQASM 3.0;\ninclude "stdgates.inc";\n',
};

/** Distinct qubits, in random order. */
export function choose(random: Random, count: number, from: number): number[] {
  const left = Array.from({ length: from }, (_, item) => item);
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
}

interface Modified {
  readonly text: string;
  readonly matrix: Matrix;
  readonly qubits: number;
}

/** `inv @`, `ctrl @`, `negctrl @` or a small whole power before a gate. */
function modified(random: Random, gate: Modified, room: number): Modified {
  const { text, matrix, qubits } = gate;
  const pick = Math.floor(random() * 4);
  if (pick === 0) return { ...gate, text: `inv @ ${text}`, matrix: adjoint(matrix) };
  if (pick === 1) {
    const exponent = Math.floor(random() * 6) - 2;
    const once = exponent < 0 ? adjoint(matrix) : matrix;
    let power = identity(matrix.length);
    for (let time = 0; time < Math.abs(exponent); time += 1) power = multiply(power, once);
    return { ...gate, text: `pow(${exponent}) @ ${text}`, matrix: power };
  }
  if (room === 0) return gate;
  const value = pick === 2 ? 1 : 0;
  const word = value === 1 ? "ctrl" : "negctrl";
  return { text: `${word} @ ${text}`, matrix: controlledBy(value, matrix), qubits: qubits + 1 };
}

/** A program that uses every gate of its dialect once, in random order, and the state that it prepares. */
export function randomProgram(
  random: Random,
  dialect: Dialect,
  qubits: number,
): { readonly text: string; readonly state: readonly Complex[] } {
  const lines = [`${HEADS[dialect]}qreg a[2];`, `qreg b[${qubits - 2}];`, "h a;", "h b;"];
  let state = zeroState(qubits);
  for (let qubit = 0; qubit < qubits; qubit += 1) state = applied(state, h, [qubit]);
  const name = (qubit: number): string => (qubit < 2 ? `a[${qubit}]` : `b[${qubit - 2}]`);
  const gates = known[dialect];
  for (const pick of choose(random, gates.length, gates.length)) {
    const [own, parameters, count, make] = gates[pick] ?? both[0] ?? ["id", 0, 1, () => I2];
    if (count > qubits) continue;
    const angles = Array.from({ length: parameters }, () => 8 * random() - 4);
    const list = parameters === 0 ? "" : `(${angles.join(", ")})`;
    let gate: Modified = { text: own + list, matrix: make(...angles), qubits: count };
    while (dialect === 3 && random() < 0.5) gate = modified(random, gate, qubits - gate.qubits);
    const on = choose(random, gate.qubits, qubits);
    lines.push(`${gate.text} ${on.map(name).join(", ")};`);
    state = applied(state, gate.matrix, on);
  }
  return { text: `${lines.join("\n")}\n`, state };
}
