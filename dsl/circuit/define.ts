/** The gates that a file defines, and calls with their gate and their counts checked. */
import type { AnyGate, BoundCall, BoundModifier, DefinedGate } from "./expand.ts";
import { checkNames, evaluate, isReserved, nearestName, written, type Scope } from "./formula.ts";
import type { Registers } from "./registers.ts";
import { includedGates, type Dialect, type StandardGate } from "./standard.ts";
import type { Call, Modifier, Statement } from "./statements.ts";
import { Mistake, mistaken, short, type Token } from "./tokens.ts";

export interface Names extends Registers {
  /** Built in, and included so far. */
  readonly standard: Map<string, StandardGate>;
  /** A gate of the file goes before a standard one of its name. */
  readonly defined: Map<string, DefinedGate>;
  readonly opaque: Set<string>;
}

/** Definitions within definitions. */
const DEEPEST = 200;

/** A gate with what is wrong in its body; the calls that are wrong are left out. */
export function defineGate(
  statement: Statement & { kind: "gate" },
  names: Names,
  dialect: Dialect,
): { readonly gate: DefinedGate; readonly mistakes: readonly Mistake[] } {
  const { name, parameters, qubits } = statement;
  const mistakes: Mistake[] = [];
  const collect = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(error);
    }
  };
  collect(() => {
    if (names.defined.has(name.text)) mistaken(name, `gate ${short(name.text)} is defined already`);
  });
  collect(() => distinct([...parameters, ...qubits], dialect));
  const own = new Set(parameters.map(({ text }) => text));
  const known: Scope = (text) => (own.has(text) ? 0 : names.constants(text));
  const places = new Map(qubits.map(({ text }, place) => [text, place]));
  const body: BoundCall[] = [];
  for (const call of statement.body)
    collect(() => {
      if (call.name.text === name.text) mistaken(call.name, `gate ${short(name.text)} calls itself`);
      const bound = bindCall(call, names, dialect, known, () => own);
      body.push({ ...bound, qubits: placesOf(call, places, name.text) });
    });
  const depth =
    1 + body.reduce((most, { gate }) => Math.max(most, gate.kind === "defined" ? gate.depth : 0), 0);
  collect(() => {
    if (depth > DEEPEST) mistaken(name, `gates are defined by gates more than ${DEEPEST} deep here`);
  });
  const gate: DefinedGate = {
    kind: "defined",
    name: name.text,
    parameters: parameters.map(({ text }) => text),
    qubits: qubits.length,
    body: depth > DEEPEST ? [] : body,
    // The gates that use this one are not told the same again.
    depth: depth > DEEPEST ? 1 : depth,
  };
  return { gate, mistakes };
}

function distinct(list: readonly Token[], dialect: Dialect): void {
  const seen = new Set<string>();
  for (const name of list) {
    if (seen.has(name.text)) mistaken(name, `${short(name.text)} is named twice`);
    if (isReserved(name.text, dialect))
      mistaken(name, `${name.text} has a meaning of its own`, "choose another name");
    seen.add(name.text);
  }
}

function placesOf({ operands, name }: Call, places: ReadonlyMap<string, number>, inside: string): number[] {
  const found = operands.map((operand) => {
    if (operand.index !== undefined) mistaken(operand, "the qubits of a gate have no index");
    const near = nearestName(operand.name.text, places.keys());
    const hint =
      near === undefined
        ? `its qubits: ${[...places.keys()].slice(0, 20).join(", ")}`
        : `did you mean ${near}?`;
    return (
      places.get(operand.name.text) ??
      mistaken(operand, `gate ${short(inside)} has no qubit ${short(operand.name.text)}`, hint)
    );
  });
  if (new Set(found).size < found.length) mistaken(name, `${short(name.text)} would act on one qubit twice`);
  return found;
}

/** A call with its gate; `qubits` are left to the caller. Throws Mistake. */
export function bindCall(
  call: Call,
  names: Names,
  dialect: Dialect,
  known: Scope,
  parameters: () => Iterable<string> = () => [],
): BoundCall {
  const { name, operands } = call;
  const gate = gateOf(name, names, dialect);
  const modifiers = call.modifiers.map((one) => bindModifier(one, names, known));
  const controls = modifiers.reduce((sum, one) => sum + (one.kind === "ctrl" ? one.count : 0), 0);
  const shownName = short(name.text);
  const [wanted, got] = [gate.qubits + controls, operands.length];
  const count = typeof gate.parameters === "number" ? gate.parameters : gate.parameters.length;
  if (call.parameters.length !== count)
    mistaken(name, `${shownName} takes ${plural(count, "parameter")}, got ${call.parameters.length}`);
  if (got !== wanted) {
    const why = controls > 0 ? ` (${controls} of them controls)` : "";
    mistaken(name, `${shownName} takes ${plural(wanted, "qubit")}${why}, got ${got}`);
  }
  const near = (): Iterable<string> => [...parameters(), ...names.declared.keys()];
  for (const parameter of call.parameters) checkNames(parameter, known, near);
  const first = call.modifiers[0]?.word ?? name;
  const span = { start: first.span.start, end: name.span.end };
  return { gate, modifiers, parameters: call.parameters, qubits: [], line: first.line, span };
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function bindModifier(modifier: Modifier, names: Names, known: Scope): BoundModifier {
  if (modifier.kind === "inv") return { kind: "inv" };
  if (modifier.kind === "pow") {
    checkNames(modifier.exponent, known, () => names.declared.keys());
    return { kind: "pow", exponent: modifier.exponent };
  }
  const { count, value, word } = modifier;
  if (count === undefined) return { kind: "ctrl", value, count: 1 };
  checkNames(count, names.constants, () => names.declared.keys());
  const controls = evaluate(count, names.constants);
  if (!Number.isSafeInteger(controls) || controls < 1)
    return mistaken(
      word,
      `${word.text}(${written(count)}) has ${controls} controls, but they are one or more`,
    );
  return { kind: "ctrl", value, count: controls };
}

function gateOf(name: Token, names: Names, dialect: Dialect): AnyGate {
  const found = names.defined.get(name.text) ?? names.standard.get(name.text);
  if (found !== undefined) return found;
  if (names.opaque.has(name.text))
    return mistaken(name, `gate ${short(name.text)} is opaque: it has no matrix`);
  const library = dialect === 2 ? "qelib1.inc" : "stdgates.inc";
  if (includedGates[dialect].has(name.text))
    return mistaken(
      name,
      `there is no gate ${name.text} before its include`,
      `add include "${library}"; above`,
    );
  const near = nearestName(name.text, [...names.defined.keys(), ...names.standard.keys()]);
  const hint =
    near === undefined ? `define it above: gate ${short(name.text)} q { ... }` : `did you mean ${near}?`;
  return mistaken(name, `there is no gate ${short(name.text)}`, hint);
}
