/**
 * The gates that OpenQASM files need not define: those of qelib1.inc and stdgates.inc, and some that other tools treat
 * as such. Matrices keep their global phase, which amplitudes show and controls make visible:
 * - OpenQASM 2: Qiskit's matrices. U, u and u3 are [[cos, -e^(i lambda) sin], [e^(i phi) sin, e^(i(phi+lambda)) cos]] of
 *   theta/2; rz is diag(e^(-i/2), e^(i/2)), u1 and p are diag(1, e^(i)).
 * - OpenQASM 3: the definitions of its specification and of stdgates.inc. U has the phase e^(i theta/2) beside OpenQASM
 *   2's, and u2 and u3 have e^(-i(phi+lambda)/2) beside it, which makes their determinant 1. All else agrees. (CX is
 *   the controlled x, as its name says; its body in stdgates.inc with this U would add an s to the control.)
 */
import type { Unitary } from "./circuit.ts";
import { dense, diagonal, type Complex } from "./matrix.ts";

export type Dialect = 2 | 3;

export interface StandardGate {
  readonly kind: "standard";
  readonly name: string;
  readonly parameters: number;
  /** All of them, controls included. */
  readonly qubits: number;
  /** The leading qubits that must be 1. */
  readonly controls: number;
  /** On the qubits after the controls. */
  matrix(parameters: readonly number[]): Unitary;
}

type Build = (first: number, second: number, third: number, fourth: number) => Unitary;

const O: Complex = [0, 0];
const I: Complex = [1, 0];
const MINUS: Complex = [-1, 0];
const UP: Complex = [0, 1];
const DOWN: Complex = [0, -1];
const R = Math.SQRT1_2;
const QUARTER = Math.PI / 2;

function phase(angle: number): Complex {
  return [Math.cos(angle), Math.sin(angle)];
}

/** e^(i gamma) times Qiskit's U. */
function rotated(theta: number, phi: number, lambda: number, gamma: number): Unitary {
  const [c, s] = [Math.cos(theta / 2), Math.sin(theta / 2)];
  const part = (length: number, angle: number): Complex => [
    length * Math.cos(angle),
    length * Math.sin(angle),
  ];
  return dense([
    part(c, gamma),
    part(-s, gamma + lambda),
    part(s, gamma + phi),
    part(c, gamma + phi + lambda),
  ]);
}

/** exp(-i theta/2 P) for a P of two qubits that exchanges k and `partner(k)` with the factors given. */
function exchanging(theta: number, columns: readonly number[], factors: readonly Complex[]): Unitary {
  const [c, s] = [Math.cos(theta / 2), Math.sin(theta / 2)];
  const values = new Array<Complex>(16).fill(O);
  for (let row = 0; row < 4; row += 1) {
    const [x, y] = factors[row] ?? O;
    values[row * 4 + row] = [c, 0];
    values[row * 4 + (columns[row] ?? row)] = [s * y, -s * x];
  }
  return dense(values);
}

/** Blocks of 2 by 2 along the diagonal. */
function blocks(list: readonly (readonly [Complex, Complex, Complex, Complex])[]): Unitary {
  const size = 2 * list.length;
  const values = new Array<Complex>(size * size).fill(O);
  list.forEach((block, k) =>
    block.forEach((value, at) => {
      values[(2 * k + (at >> 1)) * size + 2 * k + (at & 1)] = value;
    }),
  );
  return dense(values);
}

/** The basis state that each basis state becomes, with its factor. */
function permutation(rows: readonly number[], factors: readonly Complex[] = []): Unitary {
  const values = new Array<Complex>(rows.length ** 2).fill(O);
  rows.forEach((row, column) => {
    values[row * rows.length + column] = factors[column] ?? I;
  });
  return dense(values);
}

const one: Build = () => diagonal([I, I]);
const x: Build = () => dense([O, I, I, O]);
const y: Build = () => dense([O, DOWN, UP, O]);
const z: Build = () => diagonal([I, MINUS]);
const h: Build = () =>
  dense([
    [R, 0],
    [R, 0],
    [R, 0],
    [-R, 0],
  ]);
const s: Build = () => diagonal([I, UP]);
const sdg: Build = () => diagonal([I, DOWN]);
const sx: Build = () =>
  dense([
    [0.5, 0.5],
    [0.5, -0.5],
    [0.5, -0.5],
    [0.5, 0.5],
  ]);
const sxdg: Build = () =>
  dense([
    [0.5, -0.5],
    [0.5, 0.5],
    [0.5, 0.5],
    [0.5, -0.5],
  ]);
const rx: Build = (angle) => rotated(angle, -QUARTER, QUARTER, 0);
const ry: Build = (angle) => rotated(angle, 0, 0, 0);
const rz: Build = (angle) => diagonal([phase(-angle / 2), phase(angle / 2)]);
const p: Build = (angle) => diagonal([I, phase(angle)]);
const swap: Build = () => permutation([0, 2, 1, 3]);
const rzz: Build = (angle) =>
  diagonal([phase(-angle / 2), phase(angle / 2), phase(angle / 2), phase(-angle / 2)]);
const rccx: Build = () => {
  const same = [I, O, O, I] as const;
  return blocks([same, same, [I, O, O, MINUS], [O, DOWN, UP, O]]);
};
const rc3x: Build = () => {
  const same = [I, O, O, I] as const;
  return blocks([same, same, same, same, same, same, [UP, O, O, DOWN], [O, I, MINUS, O]]);
};

function gate(name: string, parameters: number, qubits: number, build: Build, controls = 0): StandardGate {
  // A gate without parameters is always the same matrix, and there may be a million of it.
  const fixed = parameters === 0 ? build(0, 0, 0, 0) : undefined;
  const matrix = (own: readonly number[]): Unitary =>
    fixed ?? build(own[0] ?? 0, own[1] ?? 0, own[2] ?? 0, own[3] ?? 0);
  return { kind: "standard", name, parameters, qubits, controls, matrix };
}

const both: readonly StandardGate[] = [
  gate("id", 0, 1, one),
  gate("u0", 1, 1, one),
  gate("x", 0, 1, x),
  gate("y", 0, 1, y),
  gate("z", 0, 1, z),
  gate("h", 0, 1, h),
  gate("s", 0, 1, s),
  gate("sdg", 0, 1, sdg),
  gate("t", 0, 1, () => p(Math.PI / 4, 0, 0, 0)),
  gate("tdg", 0, 1, () => p(-Math.PI / 4, 0, 0, 0)),
  gate("sx", 0, 1, sx),
  gate("sxdg", 0, 1, sxdg),
  gate("p", 1, 1, p),
  gate("u1", 1, 1, p),
  gate("phase", 1, 1, p),
  gate("u", 3, 1, (theta, phi, lambda) => rotated(theta, phi, lambda, 0)),
  gate("rx", 1, 1, rx),
  gate("ry", 1, 1, ry),
  gate("rz", 1, 1, rz),
  gate("r", 2, 1, (theta, phi) => rotated(theta, phi - QUARTER, QUARTER - phi, 0)),
  gate("cx", 0, 2, x, 1),
  gate("cy", 0, 2, y, 1),
  gate("cz", 0, 2, z, 1),
  gate("ch", 0, 2, h, 1),
  gate("cs", 0, 2, s, 1),
  gate("csdg", 0, 2, sdg, 1),
  gate("csx", 0, 2, sx, 1),
  gate("cp", 1, 2, p, 1),
  gate("cu1", 1, 2, p, 1),
  gate("cphase", 1, 2, p, 1),
  gate("crx", 1, 2, rx, 1),
  gate("cry", 1, 2, ry, 1),
  gate("crz", 1, 2, rz, 1),
  gate("cu3", 3, 2, (theta, phi, lambda) => rotated(theta, phi, lambda, 0), 1),
  gate("cu", 4, 2, rotated, 1),
  gate("swap", 0, 2, swap),
  gate("iswap", 0, 2, () => permutation([0, 2, 1, 3], [I, UP, UP, I])),
  gate("dcx", 0, 2, () => permutation([0, 3, 1, 2])),
  gate("ecr", 0, 2, () => {
    const [a, b, c]: readonly [Complex, Complex, Complex] = [
      [R, 0],
      [0, R],
      [0, -R],
    ];
    return dense([O, O, a, b, O, O, b, a, a, c, O, O, c, a, O, O]);
  }),
  gate("rxx", 1, 2, (angle) => exchanging(angle, [3, 2, 1, 0], [I, I, I, I])),
  gate("ryy", 1, 2, (angle) => exchanging(angle, [3, 2, 1, 0], [MINUS, I, I, MINUS])),
  gate("rzx", 1, 2, (angle) => exchanging(angle, [1, 0, 3, 2], [I, I, MINUS, MINUS])),
  gate("rzz", 1, 2, rzz),
  gate("ccx", 0, 3, x, 2),
  gate("ccz", 0, 3, z, 2),
  gate("cswap", 0, 3, swap, 1),
  gate("rccx", 0, 3, rccx),
  gate("rc3x", 0, 4, rc3x),
  gate("c3x", 0, 4, x, 3),
  gate("c3sqrtx", 0, 4, sx, 3),
  gate("c4x", 0, 5, x, 4),
];

const CX = gate("CX", 0, 2, x, 1);

/** Known without any include. */
const builtIn: Readonly<Record<Dialect, readonly StandardGate[]>> = {
  2: [gate("U", 3, 1, (theta, phi, lambda) => rotated(theta, phi, lambda, 0)), CX],
  3: [
    gate("U", 3, 1, (theta, phi, lambda) => rotated(theta, phi, lambda, theta / 2)),
    gate("gphase", 1, 0, (angle) => diagonal([phase(angle)])),
  ],
};

const included: Readonly<Record<Dialect, readonly StandardGate[]>> = {
  2: [
    ...both,
    gate("u2", 2, 1, (phi, lambda) => rotated(QUARTER, phi, lambda, 0)),
    gate("u3", 3, 1, (theta, phi, lambda) => rotated(theta, phi, lambda, 0)),
  ],
  3: [
    ...both,
    CX,
    gate("u2", 2, 1, (phi, lambda) => rotated(QUARTER, phi, lambda, -(phi + lambda) / 2)),
    gate("u3", 3, 1, (theta, phi, lambda) => rotated(theta, phi, lambda, -(phi + lambda) / 2)),
  ],
};

function byName(gates: readonly StandardGate[]): ReadonlyMap<string, StandardGate> {
  return new Map(gates.map((one) => [one.name, one]));
}

/** Known without any include. */
export const builtInGates: Readonly<Record<Dialect, ReadonlyMap<string, StandardGate>>> = {
  2: byName(builtIn[2]),
  3: byName(builtIn[3]),
};

/** Known after `include "qelib1.inc"` or `include "stdgates.inc"`, which file it is does not matter. */
export const includedGates: Readonly<Record<Dialect, ReadonlyMap<string, StandardGate>>> = {
  2: byName(included[2]),
  3: byName(included[3]),
};
