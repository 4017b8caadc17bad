/**
 * A state vector, gate by gate: the oracle of circuits. Its matrices are written down from the definitions of qsim and
 * Cirq (exponentials of Paulis as series, roots by their squares), not from the code under test.
 */
import type { Circuit, Gate } from "../../../dsl/circuit/circuit.ts";
import type { GateName } from "../../../dsl/circuit/gates.ts";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export type Matrix = readonly (readonly Complex[])[];

export const c = (re: number, im = 0): Complex => ({ re, im });
const plus = (a: Complex, b: Complex): Complex => c(a.re + b.re, a.im + b.im);
const times = (a: Complex, b: Complex): Complex => c(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);

export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    (b[0] ?? []).map((_, column) =>
      row.reduce((sum, value, k) => plus(sum, times(value, b[k]?.[column] ?? c(0))), c(0)),
    ),
  );
}

export function add(a: Matrix, b: Matrix): Matrix {
  return a.map((row, i) => row.map((value, j) => plus(value, b[i]?.[j] ?? c(0))));
}

export function scale(factor: Complex, a: Matrix): Matrix {
  return a.map((row) => row.map((value) => times(factor, value)));
}

export function adjoint(a: Matrix): Matrix {
  return (a[0] ?? []).map((_, j) => a.map((row) => c(row[j]?.re ?? 0, -(row[j]?.im ?? 0))));
}

export function identity(size: number): Matrix {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => c(i === j ? 1 : 0)));
}

export function kron(a: Matrix, b: Matrix): Matrix {
  return a.flatMap((row) => b.map((other) => row.flatMap((x) => other.map((y) => times(x, y)))));
}

/** exp(i angle A), by its series. */
export function rotation(angle: number, a: Matrix): Matrix {
  let term = identity(a.length);
  let sum = term;
  for (let k = 1; k < 60; k += 1) {
    term = scale(c(0, angle / k), multiply(term, a));
    sum = add(sum, term);
  }
  return sum;
}

export const X: Matrix = [
  [c(0), c(1)],
  [c(1), c(0)],
];
export const Y: Matrix = [
  [c(0), c(0, -1)],
  [c(0, 1), c(0)],
];
export const Z: Matrix = [
  [c(1), c(0)],
  [c(0), c(-1)],
];
/** |11><11| */
const BOTH: Matrix = kron(projector(), projector());

function projector(): Matrix {
  return [
    [c(0), c(0)],
    [c(0), c(1)],
  ];
}

/** Half of XX + YY: the exchange of one excitation. */
const HOP = scale(c(0.5), add(kron(X, X), kron(Y, Y)));

/** The principal square root of a Pauli matrix: (1+i)/2 + (1-i)/2 P. */
function root(pauli: Matrix): Matrix {
  return add(scale(c(0.5, 0.5), identity(2)), scale(c(0.5, -0.5), pauli));
}

export const matrices: Readonly<Record<GateName, (first: number, second: number) => Matrix>> = {
  id: () => identity(2),
  id1: () => identity(2),
  id2: () => identity(4),
  p: (angle) => [[c(Math.cos(angle), Math.sin(angle))]],
  gphase: (angle) => [[c(Math.cos(angle), Math.sin(angle))]],
  x: () => X,
  y: () => Y,
  z: () => Z,
  h: () => scale(c(Math.SQRT1_2), add(X, Z)),
  s: () => root(Z),
  // The root of the root of Z.
  t: () => scale(c(Math.cos(Math.PI / 8), Math.sin(Math.PI / 8)), rotation(-Math.PI / 8, Z)),
  x_1_2: () => rotation(-Math.PI / 4, X),
  y_1_2: () => rotation(-Math.PI / 4, Y),
  hz_1_2: () => rotation(-Math.PI / 4, scale(c(Math.SQRT1_2), add(X, Y))),
  rx: (angle) => rotation(-angle / 2, X),
  ry: (angle) => rotation(-angle / 2, Y),
  rz: (angle) => rotation(-angle / 2, Z),
  rxy: (theta, phi) => rotation(-phi / 2, add(scale(c(Math.cos(theta)), X), scale(c(Math.sin(theta)), Y))),
  cz: () => rotation(Math.PI, BOTH),
  cnot: controlledNot,
  cx: controlledNot,
  is: () => rotation(Math.PI / 2, HOP),
  iswap: () => rotation(Math.PI / 2, HOP),
  fs: simulation,
  fsim: simulation,
  cp: (angle) => rotation(-angle, BOTH),
  sw: exchange,
  swap: exchange,
};

function controlledNot(): Matrix {
  return add(kron(add(identity(2), scale(c(-1), projector())), identity(2)), kron(projector(), X));
}

/** Half of 1 + XX + YY + ZZ. */
function exchange(): Matrix {
  return add(HOP, scale(c(0.5), add(identity(4), kron(Z, Z))));
}

/** exp(-i theta (XX + YY)/2) exp(-i phi |11><11|) */
function simulation(theta: number, phi: number): Matrix {
  return multiply(rotation(-theta, HOP), rotation(-phi, BOTH));
}

/** A gate's whole matrix, controls included. */
function matrixOf(gate: Gate): Matrix {
  if (gate.matrix === undefined) return matrices[gate.name](gate.parameters[0] ?? 0, gate.parameters[1] ?? 0);
  const { controls, matrix } = gate;
  const size = 2 ** (gate.qubits.length - controls.length);
  const first = controls.reduce<number>((number, bit) => 2 * number + bit, 0) * size;
  return identity(size * 2 ** controls.length).map((row, r) =>
    row.map((value, column) => {
      const [i, j] = [r - first, column - first];
      if (Math.min(i, j) < 0 || Math.max(i, j) >= size) return value;
      if (matrix.diagonal) return i === j ? c(matrix.re[i] ?? NaN, matrix.im[i]) : c(0);
      return c(matrix.re[i * size + j] ?? NaN, matrix.im[i * size + j]);
    }),
  );
}

/** A matrix on some qubits of a state; qubit 0 is the most significant bit of a basis state's number. */
export function applied(state: readonly Complex[], matrix: Matrix, on: readonly number[]): Complex[] {
  const qubits = Math.log2(state.length);
  const bits = on.map((qubit) => 2 ** (qubits - 1 - qubit));
  return state.map((_, basis) => {
    const row = bits.reduce((number, bit) => 2 * number + (basis & bit ? 1 : 0), 0);
    return (matrix[row] ?? []).reduce((sum, entry, column) => {
      const from = bits.reduce((number, bit, place) => {
        const set = (column >> (bits.length - 1 - place)) & 1;
        return (number & ~bit) | (set === 1 ? bit : 0);
      }, basis);
      return plus(sum, times(entry, state[from] ?? c(0)));
    }, c(0));
  });
}

export function zeroState(qubits: number): Complex[] {
  return Array.from({ length: 2 ** qubits }, (_, basis) => c(basis === 0 ? 1 : 0));
}

/** C |0...0> */
export function finalState({ qubits, gates }: Circuit): Complex[] {
  return gates.reduce((state, gate) => applied(state, matrixOf(gate), gate.qubits), zeroState(qubits));
}
