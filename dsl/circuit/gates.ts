/**
 * Gates by their names in qsim's circuit format, with the matrices of qsim (quantumlib/qsim, docs/input_format.md and
 * lib/gates_qsim.h). Matrices are row-major, row = outcome; of two qubits the first is the more significant bit.
 */
import { InvariantError } from "../base/diagnostic.ts";
import type { Entries } from "../network/network.ts";

export interface GateKind {
  readonly qubits: number;
  readonly parameters: number;
  /** Diagonal gates multiply amplitudes and leave the basis state: they need no new index. */
  readonly diagonal: boolean;
}

function kind(qubits: number, parameters: number, diagonal = false): GateKind {
  return { qubits, parameters, diagonal };
}

/** `p` is a global phase on no qubit; `m` (measurement) is no unitary and is not here. */
export const gateKinds = {
  id: kind(1, 0, true),
  id1: kind(1, 0, true),
  id2: kind(2, 0, true),
  p: kind(0, 1, true),
  gphase: kind(0, 1, true),
  x: kind(1, 0),
  y: kind(1, 0),
  z: kind(1, 0, true),
  h: kind(1, 0),
  s: kind(1, 0, true),
  t: kind(1, 0, true),
  x_1_2: kind(1, 0),
  y_1_2: kind(1, 0),
  hz_1_2: kind(1, 0),
  rx: kind(1, 1),
  ry: kind(1, 1),
  rz: kind(1, 1, true),
  rxy: kind(1, 2),
  cz: kind(2, 0, true),
  cnot: kind(2, 0),
  cx: kind(2, 0),
  is: kind(2, 0),
  iswap: kind(2, 0),
  fs: kind(2, 2),
  fsim: kind(2, 2),
  cp: kind(2, 1, true),
  sw: kind(2, 0),
  swap: kind(2, 0),
} as const satisfies Readonly<Record<string, GateKind>>;

export type GateName = keyof typeof gateKinds;

export function isGateName(name: string): name is GateName {
  return Object.hasOwn(gateKinds, name);
}

type Complex = readonly [number, number];
const O: Complex = [0, 0];
const I: Complex = [1, 0];
const MINUS: Complex = [-1, 0];
const R: Complex = [Math.SQRT1_2, 0];

function phase(angle: number): Complex {
  return [Math.cos(angle), Math.sin(angle)];
}

function entries(values: readonly Complex[]): Entries {
  const re = Float64Array.from(values, ([real]) => real);
  const im = Float64Array.from(values, ([, imaginary]) => imaginary);
  return im.every((value) => value === 0) ? { re } : { re, im };
}

type Entry = (first: number, second: number) => readonly Complex[];

const notGate: Entry = () => [I, O, O, O, O, I, O, O, O, O, O, I, O, O, I, O];
const exchangeAll: Entry = () => [I, O, O, O, O, O, I, O, O, I, O, O, O, O, O, I];
const iSwap: Entry = () => exchange(O, [0, 1], I);
const fSim: Entry = (theta, phi) => exchange([Math.cos(theta), 0], [0, -Math.sin(theta)], phase(-phi));

/**
 * The full matrix, or, of a diagonal gate, its diagonal only. The square roots x_1_2, y_1_2 and hz_1_2 are rotations by pi/2,
 * as in the paper of the circuits that use them (F. Arute et al., Nature 574, 505) and in their published amplitudes;
 * today's qsim multiplies each by the phase e^(i pi/4).
 */
const table: Readonly<Record<GateName, Entry>> = {
  id: () => [I, I],
  id1: () => [I, I],
  id2: () => [I, I, I, I],
  p: (angle) => [phase(angle)],
  gphase: (angle) => [phase(angle)],
  x: () => [O, I, I, O],
  y: () => [O, [0, -1], [0, 1], O],
  z: () => [I, MINUS],
  h: () => [R, R, R, [-Math.SQRT1_2, 0]],
  s: () => [I, [0, 1]],
  t: () => [I, [Math.SQRT1_2, Math.SQRT1_2]],
  x_1_2: () => inPlane(0, Math.PI / 2),
  y_1_2: () => inPlane(Math.PI / 2, Math.PI / 2),
  hz_1_2: () => inPlane(Math.PI / 4, Math.PI / 2),
  rx: (angle) => inPlane(0, angle),
  ry: (angle) => inPlane(Math.PI / 2, angle),
  rz: (angle) => [phase(-angle / 2), phase(angle / 2)],
  rxy: inPlane,
  cz: () => [I, I, I, MINUS],
  cnot: notGate,
  cx: notGate,
  is: iSwap,
  iswap: iSwap,
  fs: fSim,
  fsim: fSim,
  cp: (angle) => [I, I, I, phase(-angle)],
  sw: exchangeAll,
  swap: exchangeAll,
};

/** Entries of a gate as in `table`. Throws InvariantError where the count of parameters is wrong. */
export function gateEntries(name: GateName, parameters: readonly number[]): Entries {
  if (parameters.length !== gateKinds[name].parameters)
    throw new InvariantError(
      `expected ${gateKinds[name].parameters} parameters of ${name}, got ${parameters.length}`,
    );
  return entries(table[name](parameters[0] ?? 0, parameters[1] ?? 0));
}

/** Rotation by exp(-i phi/2 (cos(theta) X + sin(theta) Y)). */
function inPlane(theta: number, phi: number): readonly Complex[] {
  const [c, s] = [Math.cos(phi / 2), Math.sin(phi / 2)];
  const [x, y] = theta === Math.PI / 2 ? [0, s] : [s * Math.cos(theta), s * Math.sin(theta)];
  return [
    [c, 0],
    [-y, -x],
    [y, -x],
    [c, 0],
  ];
}

/** Stays with `stay`, exchanges one excitation with `hop`, and multiplies |11> by `both`. */
function exchange(stay: Complex, hop: Complex, both: Complex): readonly Complex[] {
  return [I, O, O, O, O, stay, hop, O, O, hop, stay, O, O, O, O, both];
}
