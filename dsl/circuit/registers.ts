/** Registers of qubits, parts of them, and gates on several qubits at once. */
import type { BoundCall } from "./expand.ts";
import { checkNames, evaluate, nearestName, written, type Formula, type Scope } from "./formula.ts";
import type { Dialect } from "./standard.ts";
import type { Index, Operand } from "./statements.ts";
import { mistaken, short } from "./tokens.ts";

/** What a name stands for, and the line that says so. */
export type Declared =
  | {
      readonly kind: "qubits";
      readonly qubits: readonly number[];
      /** One qubit, not a register of one. */
      readonly single: boolean;
      readonly line: number;
    }
  | { readonly kind: "bits"; readonly line: number }
  | { readonly kind: "constant"; readonly value: number; readonly line: number };

/** What operands are looked up in. */
export interface Registers {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly constants: Scope;
}

/** The qubits of an operand; a single one goes with every qubit of a register. */
export interface Qubits {
  readonly qubits: readonly number[];
  readonly single: boolean;
}

/** Throws Mistake where the register is unknown or an index is outside it. */
export function resolve(operand: Operand, registers: Registers, dialect: Dialect): Qubits {
  const { name, index } = operand;
  const found = registers.declared.get(name.text);
  if (found === undefined) {
    const near = nearestName(name.text, registers.declared.keys());
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    return mistaken(operand, `there is no register of qubits ${short(name.text)}`, hint);
  }
  if (found.kind !== "qubits") {
    const is = found.kind === "bits" ? "a register of classical bits" : "a constant";
    return mistaken(operand, `${short(name.text)} is ${is}, but qubits are needed here`);
  }
  if (index === undefined) return found;
  if (found.single) return mistaken(operand, `${short(name.text)} is one qubit and has no index`);
  const places = placesOf(index, operand, { size: found.qubits.length, registers, dialect });
  return { qubits: places.map((place) => found.qubits[place] ?? 0), single: index.kind === "one" };
}

interface Within {
  readonly size: number;
  readonly registers: Registers;
  readonly dialect: Dialect;
}

function placesOf(index: Index, operand: Operand, within: Within): number[] {
  switch (index.kind) {
    case "one":
      return [placeOf(index.at, operand, within)];
    case "set":
      return index.members.map((member) => placeOf(member, operand, within));
    case "range":
      return rangeOf(index, operand, within);
    default:
      return index satisfies never;
  }
}

function wholeOf(formula: Formula, { registers }: Within): number {
  checkNames(formula, registers.constants, () => registers.declared.keys());
  const value = evaluate(formula, registers.constants);
  return Number.isSafeInteger(value)
    ? value
    : mistaken(formula, `the index ${written(formula)} is ${value}, not a whole number`);
}

/** In OpenQASM 3 a negative index counts from the end. */
function placeOf(formula: Formula, { name }: Operand, within: Within): number {
  const { size, dialect } = within;
  const value = wholeOf(formula, within);
  const place = value < 0 && dialect === 3 ? value + size : value;
  if (place >= 0 && place < size) return place;
  const has = size === 1 ? "only qubit 0" : `the qubits 0 to ${size - 1}`;
  return mistaken(formula, `${short(name.text)}[${value}] does not exist: ${short(name.text)} has ${has}`);
}

/** Both ends included. */
function rangeOf(range: Index & { kind: "range" }, operand: Operand, within: Within): number[] {
  const step = range.step === undefined ? 1 : wholeOf(range.step, within);
  if (step === 0) return mistaken(range.step ?? operand, "the step of a range cannot be 0");
  const [first, last] = step > 0 ? [0, within.size - 1] : [within.size - 1, 0];
  const from = range.from === undefined ? first : placeOf(range.from, operand, within);
  const to = range.to === undefined ? last : placeOf(range.to, operand, within);
  const places: number[] = [];
  for (let place = from; step > 0 ? place <= to : place >= to; place += step) places.push(place);
  return places.length > 0 ? places : mistaken(operand, "this range holds no qubits");
}

/**
 * The qubits of each gate that a call stands for: registers go side by side, single qubits with each of them.
 * Throws Mistake where the registers differ in size or a gate would act on a qubit twice.
 */
export function* broadcast(call: BoundCall, operands: readonly Qubits[]): Generator<readonly number[]> {
  const sizes = new Set(operands.flatMap(({ single, qubits }) => (single ? [] : [qubits.length])));
  if (sizes.size > 1)
    mistaken(
      call,
      `${short(call.gate.name)} is used on registers of ${[...sizes].join(" and ")} qubits; they must be equal`,
    );
  const [count = 1] = sizes;
  for (let place = 0; place < count; place += 1) {
    const qubits = operands.map((operand) => operand.qubits[operand.single ? 0 : place] ?? 0);
    if (qubits.length > 1 && new Set(qubits).size < qubits.length) {
      const twice = qubits.find((qubit, at) => qubits.indexOf(qubit) !== at);
      mistaken(call, `${short(call.gate.name)} would act on qubit ${twice} of the circuit twice`);
    }
    yield qubits;
  }
}
