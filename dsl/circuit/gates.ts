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
const R = Math.SQRT1_2;

function phase(angle: number): Complex {
  return [Math.cos(angle), Math.sin(angle)];
}

function entries(values: readonly Complex[]): Entries {
  const re = Float64Array.from(values, ([real]) => real);
  const im = Float64Array.from(values, ([, imaginary]) => imaginary);
  return im.every((value) => value === 0) ? { re } : { re, im };
}

/**
 * Entries of a gate: the full matrix, or, of a diagonal gate, its diagonal only. Throws InvariantError where the
 * count of parameters is wrong.
 */
export function gateEntries(name: GateName, parameters: readonly number[]): Entries {
  if (parameters.length !== gateKinds[name].parameters)
    throw new InvariantError(
      `expected ${gateKinds[name].parameters} parameters of ${name}, got ${parameters.length}`,
    );
  return entries(gateKinds[name].qubits === 2 ? twoQubit(name, parameters) : oneQubit(name, parameters));
}

function oneQubit(name: GateName, [first = 0, second = 0]: readonly number[]): readonly Complex[] {
  switch (name) {
    case "p":
    case "gphase":
      return [phase(first)];
    case "id":
    case "id1":
      return [I, I];
    case "z":
      return [I, MINUS];
    case "s":
      return [I, [0, 1]];
    case "t":
      return [I, [R, R]];
    case "rz":
      return [phase(-first / 2), phase(first / 2)];
    case "x":
      return [O, I, I, O];
    case "y":
      return [O, [0, -1], [0, 1], O];
    case "h":
      return [
        [R, 0],
        [R, 0],
        [R, 0],
        [-R, 0],
      ];
    default:
      return rotation(name, first, second);
  }
}

/** Rotations by exp(-i phi/2 (cos(theta) X + sin(theta) Y)); the square roots carry the phase e^(i pi/4). */
function rotation(name: GateName, first: number, second: number): readonly Complex[] {
  switch (name) {
    case "x_1_2":
      return [
        [0.5, 0.5],
        [0.5, -0.5],
        [0.5, -0.5],
        [0.5, 0.5],
      ];
    case "y_1_2":
      return [
        [0.5, 0.5],
        [-0.5, -0.5],
        [0.5, 0.5],
        [0.5, 0.5],
      ];
    case "hz_1_2":
      return [
        [0.5, 0.5],
        [0, -R],
        [R, 0],
        [0.5, 0.5],
      ];
    case "rx":
      return inPlane(0, first);
    case "ry":
      return inPlane(Math.PI / 2, first);
    case "rxy":
      return inPlane(first, second);
    default:
      throw new InvariantError(`expected a gate of one qubit, got ${name}`);
  }
}

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

function twoQubit(name: GateName, [first = 0, second = 0]: readonly number[]): readonly Complex[] {
  switch (name) {
    case "id2":
      return [I, I, I, I];
    case "cz":
      return [I, I, I, MINUS];
    case "cp":
      return [I, I, I, phase(-first)];
    case "cnot":
    case "cx":
      return [I, O, O, O, O, I, O, O, O, O, O, I, O, O, I, O];
    case "sw":
    case "swap":
      return [I, O, O, O, O, O, I, O, O, I, O, O, O, O, O, I];
    case "is":
    case "iswap":
      return exchange(O, [0, 1], I);
    case "fs":
    case "fsim":
      return exchange([Math.cos(first), 0], [0, -Math.sin(first)], phase(-second));
    default:
      throw new InvariantError(`expected a gate of two qubits, got ${name}`);
  }
}

/** Stays with `stay`, exchanges one excitation with `hop`, and multiplies |11> by `both`. */
function exchange(stay: Complex, hop: Complex, both: Complex): readonly Complex[] {
  return [I, O, O, O, O, stay, hop, O, O, hop, stay, O, O, O, O, both];
}
