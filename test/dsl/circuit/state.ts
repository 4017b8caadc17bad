/**
 * A state vector, gate by gate: the oracle of circuits. Its matrices are written down from the definitions of qsim and
 * Cirq (exponentials of Paulis as series, roots by their squares), not from the code under test.
 */
import type { Circuit } from "../../../dsl/circuit/circuit.ts";
import type { GateName } from "../../../dsl/circuit/gates.ts";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export type Matrix = readonly (readonly Complex[])[];

const c = (re: number, im = 0): Complex => ({ re, im });
const plus = (a: Complex, b: Complex): Complex => c(a.re + b.re, a.im + b.im);
const times = (a: Complex, b: Complex): Complex => c(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);

export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    (b[0] ?? []).map((_, column) =>
      row.reduce((sum, value, k) => plus(sum, times(value, b[k]?.[column] ?? c(0))), c(0)),
    ),
  );
}

function add(a: Matrix, b: Matrix): Matrix {
  return a.map((row, i) => row.map((value, j) => plus(value, b[i]?.[j] ?? c(0))));
}

function scale(factor: Complex, a: Matrix): Matrix {
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
function rotation(angle: number, a: Matrix): Matrix {
  let term = identity(a.length);
  let sum = term;
  for (let k = 1; k < 60; k += 1) {
    term = scale(c(0, angle / k), multiply(term, a));
    sum = add(sum, term);
  }
  return sum;
}

const X: Matrix = [
  [c(0), c(1)],
  [c(1), c(0)],
];
const Y: Matrix = [
  [c(0), c(0, -1)],
  [c(0, 1), c(0)],
];
const Z: Matrix = [
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

/** C |0...0>; qubit 0 is the most significant bit of a basis state's number. */
export function finalState({ qubits, gates }: Circuit): Complex[] {
  let state = Array.from({ length: 2 ** qubits }, (_, basis) => c(basis === 0 ? 1 : 0));
  for (const gate of gates) {
    const matrix = matrices[gate.name](gate.parameters[0] ?? 0, gate.parameters[1] ?? 0);
    const bits = gate.qubits.map((qubit) => 2 ** (qubits - 1 - qubit));
    state = state.map((_, basis) => {
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
  return state;
}
