/** A gate as tensors: which of its qubits it leaves as they are, and its entries. */
import type { Entries } from "../network/network.ts";
import type { Gate, MatrixGate, NamedGate } from "./circuit.ts";
import { gateEntries, gateKinds } from "./gates.ts";
import { full, sizeOf } from "./matrix.ts";

/**
 * The basis state of a qubit before a gate (`in`) or after it (`out`), or of one that the gate leaves in its basis
 * state (`through`: the same index before and after); `link` joins the tensors of one gate.
 */
export interface Axis {
  readonly side: "in" | "out" | "through" | "link";
  /** The qubit, or the number of the link within the gate. */
  readonly of: number;
}

export interface Factor {
  readonly name: string;
  readonly axes: readonly Axis[];
  /** Row-major over the axes. */
  readonly entries: Entries;
}

/** Controls in one tensor; more are joined two by two before, so that no tensor grows with their count. */
const MOST_CONTROLS = 2;

/** The gate is the product of these, summed over the links. Its controls, and all of a diagonal gate, are `through`. */
export function factorsOf(gate: Gate): readonly Factor[] {
  return gate.matrix === undefined ? [namedFactor(gate)] : matrixFactors(gate);
}

/** The qubits that a gate leaves in their basis states. */
export function throughQubits(gate: Gate): readonly number[] {
  if (gate.matrix === undefined) return gateKinds[gate.name].diagonal ? gate.qubits : [];
  return gate.matrix.diagonal ? gate.qubits : gate.qubits.slice(0, gate.controls.length);
}

function axes(side: Axis["side"], qubits: readonly number[]): Axis[] {
  return qubits.map((of) => ({ side, of }));
}

function namedFactor(gate: NamedGate): Factor {
  const { name, qubits, parameters } = gate;
  const all = gateKinds[name].diagonal
    ? axes("through", qubits)
    : [...axes("out", qubits), ...axes("in", qubits)];
  return { name, axes: all, entries: gateEntries(name, parameters) };
}

function matrixFactors({ name, controls, qubits, matrix }: MatrixGate): Factor[] {
  const factors: Factor[] = [];
  const targets = qubits.slice(controls.length);
  let open = controls.map((value, place) => ({
    value,
    axis: axes("through", [qubits[place] ?? 0])[0] as Axis,
  }));
  for (let link = 0; open.length > MOST_CONTROLS; link += 1) {
    const [first, second, ...rest] = open;
    if (first === undefined || second === undefined) break;
    const axis: Axis = { side: "link", of: link };
    factors.push({
      name: "and",
      axes: [first.axis, second.axis, axis],
      entries: bothAt(first.value, second.value),
    });
    open = [{ value: 1, axis }, ...rest];
  }
  const own = matrix.diagonal ? axes("through", targets) : [...axes("out", targets), ...axes("in", targets)];
  const entries = controlled(
    open.map(({ value }) => value),
    matrix,
  );
  factors.push({ name, axes: [...open.map(({ axis }) => axis), ...own], entries });
  return factors;
}

/** 1 where the third axis says whether the first two have these values. */
function bothAt(first: 0 | 1, second: 0 | 1): Entries {
  const re = new Float64Array(8);
  for (let pair = 0; pair < 4; pair += 1) re[2 * pair + (pair === 2 * first + second ? 1 : 0)] = 1;
  return { re };
}

/** The matrix where all controls have their values, the identity elsewhere. */
function controlled(values: readonly (0 | 1)[], matrix: MatrixGate["matrix"]): Entries {
  const size = sizeOf(matrix);
  const block = matrix.re.length;
  const count = 2 ** values.length;
  const [re, im] = [new Float64Array(count * block), new Float64Array(count * block)];
  const own = values.reduce<number>((number, value) => 2 * number + value, 0);
  const one = full({ diagonal: true, re: new Float64Array(size).fill(1), im: new Float64Array(size) });
  for (let place = 0; place < count; place += 1) {
    const idle = matrix.diagonal ? new Float64Array(size).fill(1) : one.re;
    re.set(place === own ? matrix.re : idle, place * block);
    if (place === own) im.set(matrix.im, place * block);
  }
  return im.every((value) => value === 0) ? { re } : { re, im };
}
