/** circuit -> network: expectation values of products of Pauli matrices. */
import { UserError } from "../base/diagnostic.ts";
import {
  isComplex,
  type Dtype,
  type Entries,
  type Label,
  type NetworkTensor,
  type ValuedNetwork,
} from "../network/network.ts";
import { rankSimplifiedWhereLarge } from "../network/rank.ts";
import type { Circuit, Gate } from "./circuit.ts";
import { factorsOf, throughQubits, type Axis } from "./factors.ts";

export interface Pauli {
  readonly matrix: "I" | "X" | "Y" | "Z";
  readonly qubit: number;
}

export interface ExpectationOptions {
  readonly name: string;
  readonly dtype: Dtype;
}

/** `Z_5` as it is written; undefined where the text is something else. */
export function pauliNamed(text: string): Pauli | undefined {
  const [, matrix, qubit] = /^([IXYZ])_(\d+)$/.exec(text) ?? [];
  if (matrix === undefined || qubit === undefined || !Number.isSafeInteger(Number(qubit))) return undefined;
  return { matrix: matrix as Pauli["matrix"], qubit: Number(qubit) };
}

/** The indices that a qubit of the light cone has now; one index where both sides have the same. */
interface Wire {
  ket: Label;
  bra: Label;
}

interface State {
  readonly tensors: NetworkTensor[];
  readonly entries: Entries[];
  readonly extents: Map<Label, number>;
  /** The qubits of the light cone. */
  readonly wires: Map<number, Wire>;
  /** Indices that each qubit has had. */
  readonly lengths: Map<number, number>;
}

/**
 * <0...0| C' P C |0...0> with P the product of the Paulis: a scalar, real up to rounding. Gates are taken from the last
 * to the first; one outside the causal cone of P meets its own inverse and is left out, and so is one that commutes
 * with what P has become (a diagonal gate or the controls of a gate, where P is diagonal in those qubits). A qubit in
 * whose basis P is still diagonal has one index for both sides. A large network is simplified by rank. Throws UserError where a qubit does not exist
 * or is named twice, no Pauli is given, or the dtype is real.
 */
export function expectation(
  circuit: Circuit,
  paulis: readonly Pauli[],
  { name, dtype }: ExpectationOptions,
): ValuedNetwork {
  refuse(circuit, paulis, name, dtype);
  const state: State = {
    tensors: [],
    entries: [],
    extents: new Map(),
    wires: new Map(),
    lengths: new Map(),
  };
  for (const pauli of paulis) observe(state, pauli);
  for (let position = circuit.gates.length - 1; position >= 0; position -= 1)
    apply(state, circuit.gates[position] as Gate, position);
  for (const [qubit, { ket, bra }] of state.wires) {
    add(state, `in(${qubit})`, [ket], zero());
    if (bra !== ket) add(state, `in(${qubit})'`, [bra], zero());
  }
  // The identity alone has no qubits.
  if (state.tensors.length === 0) add(state, "1", [], { re: Float64Array.of(1) });
  const { tensors, entries, extents } = state;
  const network = { name, dtype, tensors, open: [], extents: Object.fromEntries(extents) };
  return rankSimplifiedWhereLarge({ network, entries });
}

function refuse(circuit: Circuit, paulis: readonly Pauli[], name: string, dtype: Dtype): void {
  if (!isComplex(dtype))
    throw new UserError(
      `expectation values are made of complex gates: ${name} cannot be ${dtype}; use complex64 or complex128`,
    );
  if (paulis.length === 0)
    throw new UserError("an expectation value needs a product of Paulis, as in Z_0 Z_5");
  const seen = new Set<number>();
  for (const { matrix, qubit } of paulis) {
    if (!Number.isSafeInteger(qubit) || qubit < 0 || qubit >= circuit.qubits)
      throw new UserError(
        `${matrix}_${qubit} is on no qubit; the circuit has qubits 0 to ${circuit.qubits - 1}`,
      );
    if (seen.has(qubit)) throw new UserError(`the product has two Paulis on qubit ${qubit}`);
    seen.add(qubit);
  }
}

function zero(): Entries {
  return { re: Float64Array.of(1, 0) };
}

/** Over the index after P and the one before it; of Z the diagonal. */
const matrices: Readonly<Record<"X" | "Y" | "Z", Entries>> = {
  X: { re: Float64Array.of(0, 1, 1, 0) },
  Y: { re: new Float64Array(4), im: Float64Array.of(0, -1, 1, 0) },
  Z: { re: Float64Array.of(1, -1) },
};

function observe(state: State, { matrix, qubit }: Pauli): void {
  if (matrix === "I") return;
  const wire = shared(state, qubit);
  if (matrix !== "Z") wire.bra = fresh(state, qubit, "v");
  const labels = matrix === "Z" ? [wire.ket] : [wire.bra, wire.ket];
  add(state, `${matrix}(${qubit})`, labels, matrices[matrix]);
}

/** The indices of a qubit; one for both sides where the qubit joins the cone only now. */
function shared(state: State, qubit: number): Wire {
  const known = state.wires.get(qubit);
  if (known !== undefined) return known;
  const label = fresh(state, qubit, "w");
  const wire = { ket: label, bra: label };
  state.wires.set(qubit, wire);
  return wire;
}

function fresh(state: State, qubit: number, letter: "w" | "v"): Label {
  const step = state.lengths.get(qubit) ?? 0;
  state.lengths.set(qubit, step + 1);
  return `${letter}_{${qubit},${step}}`;
}

function add(state: State, name: string, labels: readonly Label[], entries: Entries): void {
  for (const label of labels) state.extents.set(label, 2);
  state.tensors.push({ name, labels });
  state.entries.push(entries);
}

/** U' O U is O where U only turns the basis states of qubits that O neither touches nor changes. */
function cancels(state: State, gate: Gate): boolean {
  const through = throughQubits(gate);
  return gate.qubits.every((qubit) => {
    const wire = state.wires.get(qubit);
    return wire === undefined || (through.includes(qubit) && wire.ket === wire.bra);
  });
}

function apply(state: State, gate: Gate, position: number): void {
  if (cancels(state, gate)) return;
  const through = new Set(throughQubits(gate));
  const after = new Map(gate.qubits.map((qubit) => [qubit, { ...shared(state, qubit) }]));
  for (const qubit of gate.qubits)
    if (!through.has(qubit))
      state.wires.set(qubit, { ket: fresh(state, qubit, "w"), bra: fresh(state, qubit, "v") });
  const label = (side: keyof Wire, axis: Axis): Label => {
    if (axis.side === "link") return `${side === "ket" ? "a" : "b"}_{${position},${axis.of}}`;
    const wire = axis.side === "in" ? state.wires.get(axis.of) : after.get(axis.of);
    return wire?.[side] ?? "";
  };
  for (const { name, axes, entries } of factorsOf(gate)) {
    const whole = `${name}@${position}(${gate.qubits.join(",")})`;
    add(
      state,
      whole,
      axes.map((axis) => label("ket", axis)),
      entries,
    );
    add(
      state,
      `${whole}'`,
      axes.map((axis) => label("bra", axis)),
      conjugate(entries),
    );
  }
}

function conjugate({ re, im }: Entries): Entries {
  return im === undefined ? { re } : { re, im: im.map((value) => -value) };
}
