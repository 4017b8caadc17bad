/** circuit -> network: amplitudes of basis states. */
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

export interface AmplitudeOptions {
  readonly name: string;
  readonly dtype: Dtype;
  /** Labels of the open qubits, in the order of the dots; `q_5` for qubit 5 where absent. */
  readonly open?: readonly Label[];
}

interface State {
  readonly tensors: NetworkTensor[];
  readonly entries: Entries[];
  readonly extents: Map<Label, number>;
  /** The index that each qubit's line has now, and how many it has had. */
  readonly wires: Label[];
  readonly lengths: number[];
  /** Labels that the open qubits take, which wires must not have. */
  readonly taken: ReadonlySet<Label>;
}

/**
 * <bits| C |0...0>, qubit 0 leftmost; a dot leaves its qubit open, which makes the network a tensor over the open
 * qubits. Diagonal gates share their qubits' indices (hyperedges); every other gate gives its qubits new ones. Of a large circuit
 * the network is simplified by rank.
 * Throws UserError where `bits` does not fit the circuit, the labels do not fit the dots, or the dtype is real.
 */
export function amplitude(circuit: Circuit, bits: string, options: AmplitudeOptions): ValuedNetwork {
  const outputs = outputsOf(circuit, bits, options);
  const state: State = {
    tensors: [],
    entries: [],
    extents: new Map(),
    wires: [],
    lengths: new Array<number>(circuit.qubits).fill(0),
    taken: new Set(outputs.values()),
  };
  for (let qubit = 0; qubit < circuit.qubits; qubit += 1) {
    state.wires.push(nextWire(state, qubit));
    add(state, `in(${qubit})`, [state.wires[qubit] as Label], basis(0));
  }
  circuit.gates.forEach((gate, position) => apply(state, gate, position));
  for (let qubit = 0; qubit < circuit.qubits; qubit += 1)
    close(state, qubit, bits[qubit] ?? "0", outputs.get(qubit));
  const { tensors, entries } = state;
  const extents = Object.fromEntries(state.extents);
  const { name, dtype } = options;
  const network = { name, dtype, tensors, open: [...outputs.values()], extents };
  return rankSimplifiedWhereLarge({ network, entries });
}

/** The label of each open qubit. */
function outputsOf(
  circuit: Circuit,
  bits: string,
  { name, dtype, open }: AmplitudeOptions,
): Map<number, Label> {
  if (!isComplex(dtype))
    throw new UserError(`amplitudes are complex: ${name} cannot be ${dtype}; use complex64 or complex128`);
  const wrong = /[^01.]/.exec(bits)?.[0];
  if (wrong !== undefined)
    throw new UserError(`bits of an amplitude are 0, 1 or . (open), got ${wrong} in "${bits}"`);
  if (bits.length !== circuit.qubits)
    throw new UserError(
      `the circuit has ${circuit.qubits} qubits, but the bits "${bits}" are ${bits.length}`,
    );
  const dots = [...bits].flatMap((bit, qubit) => (bit === "." ? [qubit] : []));
  const labels = open ?? dots.map((qubit) => `q_${qubit}`);
  if (labels.length !== dots.length)
    throw new UserError(
      `"${bits}" leaves ${dots.length} qubits open, but ${name} names ${labels.length} indices`,
    );
  if (new Set(labels).size < labels.length)
    throw new UserError(`${name} names an open index twice: ${labels.join(", ")}`);
  return new Map(dots.map((qubit, place) => [qubit, labels[place] as Label]));
}

function basis(bit: number): Entries {
  return { re: Float64Array.of(1 - bit, bit) };
}

function nextWire(state: State, qubit: number): Label {
  const step = state.lengths[qubit] ?? 0;
  state.lengths[qubit] = step + 1;
  const label = `w_{${qubit},${step}}`;
  return state.taken.has(label) ? nextWire(state, qubit) : label;
}

function add(state: State, name: string, labels: readonly Label[], entries: Entries): void {
  for (const label of labels) state.extents.set(label, 2);
  state.tensors.push({ name, labels });
  state.entries.push(entries);
}

function apply(state: State, gate: Gate, position: number): void {
  const factors = factorsOf(gate);
  const through = new Set(throughQubits(gate));
  const before = new Map(gate.qubits.map((qubit) => [qubit, state.wires[qubit] as Label]));
  for (const qubit of gate.qubits) if (!through.has(qubit)) state.wires[qubit] = nextWire(state, qubit);
  const links = new Map<number, Label>();
  const label = ({ side, of }: Axis): Label => {
    if (side !== "link") return (side === "in" ? before.get(of) : state.wires[of]) ?? "";
    const known = links.get(of) ?? unused(state, `a_{${position},${of}}`);
    links.set(of, known);
    return known;
  };
  for (const { name, axes, entries } of factors)
    add(state, `${name}@${position}(${gate.qubits.join(",")})`, axes.map(label), entries);
}

/** Open indices may have any names. */
function unused(state: State, label: Label): Label {
  return state.taken.has(label) ? unused(state, `${label}'`) : label;
}

/** Ends a qubit's line: an outcome, or an open index under its own label. */
function close(state: State, qubit: number, bit: string, label: Label | undefined): void {
  const wire = state.wires[qubit] as Label;
  if (label === undefined) {
    add(state, `out(${qubit})`, [wire], basis(Number(bit)));
    return;
  }
  state.tensors.forEach((tensor, id) => {
    const labels = tensor.labels.map((own) => (own === wire ? label : own));
    state.tensors[id] = { name: tensor.name, labels };
  });
  state.extents.delete(wire);
  state.extents.set(label, 2);
}
