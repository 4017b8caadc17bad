/** Gates of OpenQASM, the file's own ones and those with modifiers, as a sequence of matrices. */
import type { Span } from "../base/diagnostic.ts";
import type { Unitary } from "./circuit.ts";
import { evaluate, type Formula, type Scope } from "./formula.ts";
import { adjoint, diagonalPart, full, identity, power, product, sizeOf } from "./matrix.ts";
import type { StandardGate } from "./standard.ts";
import { Mistake, mistaken, short } from "./tokens.ts";

/** A gate that the file defines. */
export interface DefinedGate {
  readonly kind: "defined";
  readonly name: string;
  readonly parameters: readonly string[];
  readonly qubits: number;
  readonly body: readonly BoundCall[];
  /** Definitions within definitions, this one included. */
  readonly depth: number;
}

export type AnyGate = StandardGate | DefinedGate;

export type BoundModifier =
  | { readonly kind: "inv" }
  | { readonly kind: "pow"; readonly exponent: Formula }
  | { readonly kind: "ctrl"; readonly value: 0 | 1; readonly count: number };

/** A call whose gate and names are known. */
export interface BoundCall {
  readonly gate: AnyGate;
  readonly modifiers: readonly BoundModifier[];
  readonly parameters: readonly Formula[];
  /** Of the gate's qubits in a body, the places; controls first. */
  readonly qubits: readonly number[];
  readonly line: number;
  readonly span: Span;
}

/** A matrix on the qubits after the controls. */
export interface Operation {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly controls: readonly (0 | 1)[];
  readonly qubits: readonly number[];
  readonly matrix: Unitary;
}

export interface Run {
  readonly constants: Scope;
  /** What is left to spend, so that a few lines cannot fill the memory or take forever. */
  steps: number;
}

/** About one a gate, and some for what is made on the way. */
export const MOST_STEPS = 1_000_000;

/** Steps that one gate costs where a matrix of several is made, and where a root of it is taken. */
const COMPOSED_STEPS = 16;
const ROOT_STEPS = 1000;

/** Whole powers up to this are written out, larger ones and fractions are powers of one matrix. */
const REPEATED = 16;

/** Qubits of the largest gate of which that one matrix is made. */
const MOST_COMPOSED = 4;

type Emit = (operation: Operation) => void;

/** The circuit is too large; nothing after it is read. */
export class Exhausted extends Mistake {}

function spend(run: Run, call: BoundCall, steps: number): void {
  run.steps -= steps;
  if (run.steps < 0)
    throw new Exhausted(call, `the circuit grows beyond the limit of ${MOST_STEPS} gates here`);
}

/**
 * The operations of a call on `qubits`, in their order. `known` gives the constants and, in a body, the parameters.
 * Throws Mistake where a parameter is not finite or a power cannot be taken.
 */
export function expand(call: BoundCall, qubits: readonly number[], known: Scope, run: Run, emit: Emit): void {
  const values = call.parameters.map((parameter) => evaluate(parameter, known));
  if (call.modifiers.length === 0) {
    expandGate(call, values, qubits, run, emit);
    return;
  }
  const controls = call.modifiers.reduce((sum, one) => sum + (one.kind === "ctrl" ? one.count : 0), 0);
  let list: Operation[] = [];
  expandGate(call, values, qubits.slice(controls), run, (operation) => list.push(operation));
  let free = controls;
  // The modifier next to the gate acts first, and its controls stand next to the gate's qubits.
  for (const modifier of call.modifiers.toReversed()) {
    spend(run, call, list.length * (modifier.kind === "ctrl" ? modifier.count + 1 : 1));
    if (modifier.kind === "inv") list = inverse(list);
    else if (modifier.kind === "pow") list = powered(call, list, evaluate(modifier.exponent, known), run);
    else {
      free -= modifier.count;
      list = controlled(list, qubits.slice(free, free + modifier.count), modifier.value);
    }
  }
  list.forEach(emit);
}

function expandGate(
  call: BoundCall,
  values: readonly number[],
  qubits: readonly number[],
  run: Run,
  emit: Emit,
): void {
  const { gate } = call;
  // Long lists of qubits take their room too.
  spend(run, call, 1 + (qubits.length >> 4));
  if (gate.kind === "standard") {
    const controls = new Array<1>(gate.controls).fill(1);
    emit({ name: gate.name, parameters: values, controls, qubits, matrix: gate.matrix(values) });
    return;
  }
  const merges = gate.qubits <= MOST_MERGED.qubits && gate.body.length > 1;
  const list: Operation[] = [];
  const take: Emit = merges ? (operation) => list.push(operation) : emit;
  const own = new Map(gate.parameters.map((name, place) => [name, values[place] ?? NaN]));
  const known: Scope = (name) => own.get(name) ?? run.constants(name);
  for (const inner of gate.body) {
    const places = inner.qubits.map((place) => qubits[place] ?? 0);
    expand(inner, places, known, run, take);
  }
  const merged = merges ? diagonalOf(list) : undefined;
  if (merged === undefined) list.forEach(emit);
  else emit({ name: gate.name, parameters: values, controls: [], ...merged });
}

/** The largest gates that are tried as one diagonal. */
const MOST_MERGED = { qubits: 2, operations: 8 };

/**
 * One diagonal matrix in the place of several operations, as of `cx a, b; rz(t) b; cx a, b;`: it needs no new
 * indices, and it leaves the light cone where it commutes. Undefined where the product is not exactly diagonal, or where
 * one matrix would join qubits that the operations leave apart.
 */
function diagonalOf(list: readonly Operation[]): Pick<Operation, "qubits" | "matrix"> | undefined {
  if (list.length < 2 || list.length > MOST_MERGED.operations) return undefined;
  if (list.every(({ matrix }) => matrix.diagonal)) return undefined;
  const qubits = [...new Set(list.flatMap((operation) => operation.qubits))];
  if (!list.some((operation) => operation.qubits.length === qubits.length)) return undefined;
  const matrix = diagonalPart(composed(list, qubits));
  return matrix && { qubits, matrix };
}

function inverse(list: readonly Operation[]): Operation[] {
  const turned = (name: string): string => (name.endsWith("'") ? name.slice(0, -1) : `${name}'`);
  return list.toReversed().map((one) => ({ ...one, name: turned(one.name), matrix: adjoint(one.matrix) }));
}

function controlled(list: readonly Operation[], qubits: readonly number[], value: 0 | 1): Operation[] {
  const values = new Array<0 | 1>(qubits.length).fill(value);
  return list.map((one) => ({
    ...one,
    controls: [...values, ...one.controls],
    qubits: [...qubits, ...one.qubits],
  }));
}

function powered(call: BoundCall, list: Operation[], exponent: number, run: Run): Operation[] {
  const [only] = list;
  if (only === undefined || exponent === 0) return [];
  if (!Number.isInteger(exponent)) spend(run, call, ROOT_STEPS);
  const name = (own: string): string => `${own}^${exponent}`;
  if (list.length === 1) return [{ ...only, name: name(only.name), matrix: power(only.matrix, exponent) }];
  const qubits = [...new Set(list.flatMap((one) => one.qubits))];
  const whole = Number.isInteger(exponent);
  if (whole && (Math.abs(exponent) <= REPEATED || qubits.length > MOST_COMPOSED))
    return repeated(call, list, exponent, run);
  if (qubits.length <= MOST_COMPOSED) {
    spend(run, call, list.length * COMPOSED_STEPS);
    const matrix = power(composed(list, qubits), exponent);
    return [{ name: name(call.gate.name), parameters: [], controls: [], qubits, matrix }];
  }
  return mistaken(
    call,
    `${short(call.gate.name)} acts on ${qubits.length} qubits; a power of it that is not whole is not supported`,
    `gates of up to ${MOST_COMPOSED} qubits have such powers`,
  );
}

function repeated(call: BoundCall, list: Operation[], exponent: number, run: Run): Operation[] {
  const once = exponent < 0 ? inverse(list) : list;
  const all: Operation[] = [];
  for (let time = 0; time < Math.abs(exponent); time += 1)
    for (const operation of once) {
      spend(run, call, 1);
      all.push(operation);
    }
  return all;
}

/** One matrix on `qubits`, the first the most significant bit. */
function composed(list: readonly Operation[], qubits: readonly number[]): Unitary {
  return list.reduce(
    (before, operation) => product(embedded(operation, qubits), before),
    identity(2 ** qubits.length),
  );
}

function embedded({ controls, qubits: own, matrix: given }: Operation, qubits: readonly number[]): Unitary {
  const matrix = full(given);
  const size = sizeOf(matrix);
  const bits = own.map((qubit) => 2 ** (qubits.length - 1 - qubits.indexOf(qubit)));
  const targets = bits.slice(controls.length);
  const mask = targets.reduce((sum, bit) => sum + bit, 0);
  const all = identity(2 ** qubits.length);
  const width = sizeOf(all);
  const spread = (number: number): number =>
    targets.reduce((sum, bit, place) => sum + ((number >> (targets.length - 1 - place)) & 1) * bit, 0);
  for (let base = 0; base < width; base += 1) {
    const acts = controls.every((value, place) => ((base & (bits[place] ?? 0)) !== 0) === (value === 1));
    if (!acts || (base & mask) !== 0) continue;
    for (let row = 0; row < size; row += 1)
      for (let column = 0; column < size; column += 1) {
        const at = (base + spread(row)) * width + base + spread(column);
        all.re[at] = matrix.re[row * size + column] ?? 0;
        all.im[at] = matrix.im[row * size + column] ?? 0;
      }
  }
  return all;
}
