/** Circuits from OpenQASM 2 (A. Cross et al., arXiv:1707.03429) and OpenQASM 3 (arXiv:2104.14722). */
import { failure, success, type Diagnostic, type Outcome } from "../base/diagnostic.ts";
import type { Circuit, MatrixGate } from "./circuit.ts";
import { bindCall, defineGate, type Names } from "./define.ts";
import { expand, Exhausted, MOST_STEPS, type Operation, type Run } from "./expand.ts";
import { checkNames, evaluate, isReserved, type Formula } from "./formula.ts";
import { broadcast, resolve, type Declared } from "./registers.ts";
import { builtInGates, includedGates, type Dialect } from "./standard.ts";
import { readStatement, recover, type Call, type Statement } from "./statements.ts";
import { isWord, Mistake, mistaken, readerOf, short, type Reader, type Token } from "./tokens.ts";

/** Far beyond any circuit; a slip of the keyboard must not fill the memory. */
const MOST_QUBITS = 100_000;

/** Mistakes after which a file is read no further. */
const MOST_MISTAKES = 200;

interface State {
  dialect: Dialect;
  qubits: number;
  /** Qubits in all aliases, which are lists. */
  aliased: number;
  readonly names: Names;
  readonly declared: Map<string, Declared>;
  readonly run: Run;
  readonly gates: MatrixGate[];
  /** Time of the last gate on each qubit. */
  readonly last: Map<number, number>;
  readonly diagnostics: Diagnostic[];
}

/**
 * A circuit from OpenQASM 2 or 3, by the version in its first line. Qubits are numbered in the order in which their
 * registers are declared; the includes qelib1.inc and stdgates.inc are built in, with the phases that `standard.ts`
 * states. Gates, registers, broadcast, aliases and ranges of qubits, constants, parameter expressions, modifiers and
 * barriers are read; measurement, classical control and timing are refused. Every mistake has its line; one in a
 * statement ends that statement only. Never throws on any text; takes time linear in the text and in the circuit.
 */
export function parseQasm(text: string): Outcome<Circuit> {
  const reader = readerOf(text);
  const state = begin();
  attempt(state, reader, () => readHeader(reader, state));
  while (reader.token.type !== "end" && state.diagnostics.length < MOST_MISTAKES && state.run.steps >= 0) {
    const statement = attempt(state, reader, () => readStatement(reader, state.dialect));
    if (statement !== undefined) attempt(state, undefined, () => execute(state, statement));
  }
  if (state.diagnostics.length === 0 && state.qubits === 0)
    attempt(state, undefined, () => mistaken(reader.token, "the file declares no qubits"));
  const { diagnostics, qubits, gates } = state;
  return diagnostics.length > 0 ? failure(diagnostics) : success({ qubits, gates });
}

function begin(): State {
  const declared = new Map<string, Declared>();
  const constants = (name: string): number | undefined => {
    const found = declared.get(name);
    return found?.kind === "constant" ? found.value : undefined;
  };
  return {
    dialect: 3,
    qubits: 0,
    aliased: 0,
    names: { standard: new Map(), defined: new Map(), opaque: new Set(), constants, declared },
    declared,
    run: { constants, steps: MOST_STEPS },
    gates: [],
    last: new Map(),
    diagnostics: [],
  };
}

/** Notes the mistake that `act` finds; a reader then goes on at its next statement. */
function attempt<T>(state: State, reader: Reader | undefined, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    state.diagnostics.push(error.diagnostic);
    if (reader !== undefined) recover(reader);
    return undefined;
  }
}

const HEADER = "start the file with OPENQASM 2.0; or OPENQASM 3.0;";

function readHeader(reader: Reader, state: State): void {
  const start = reader.token;
  if (isWord(reader, "OPENQASM")) {
    const statement = readStatement(reader, 3);
    if (statement.kind === "version") state.dialect = dialectOf(statement.number);
    addBuiltIn(state);
    return;
  }
  addBuiltIn(state);
  const found = start.type === "end" ? "the file is empty" : "the file does not say its version";
  state.diagnostics.push(new Mistake(start, found, HEADER).diagnostic);
}

function addBuiltIn(state: State): void {
  for (const [name, gate] of builtInGates[state.dialect]) state.names.standard.set(name, gate);
}

function dialectOf(number: Token): Dialect {
  const version = /^([23])(?:\.\d+)?$/.exec(number.text)?.[1];
  if (version === undefined)
    return mistaken(number, `there is no OpenQASM ${short(number.text)} here`, HEADER);
  return version === "2" ? 2 : 3;
}

function execute(state: State, statement: Statement): void {
  switch (statement.kind) {
    case "nothing":
      break;
    case "version":
      mistaken(statement.number, "the version stands in the first statement only");
      break;
    case "include":
      include(state, statement.file);
      break;
    case "qubits":
      declareQubits(state, statement.name, sizeOf(state, statement));
      break;
    case "bits":
      sizeOf(state, statement);
      declare(state, statement.name, { kind: "bits", line: statement.name.line });
      break;
    case "constant":
      declareConstant(state, statement);
      break;
    case "alias":
      declareAlias(state, statement);
      break;
    case "gate":
      define(state, statement);
      break;
    case "opaque":
      state.names.opaque.add(statement.name.text);
      break;
    case "call":
      apply(state, statement.call);
      break;
    default:
      statement satisfies never;
  }
}

const LIBRARIES: readonly string[] = ["qelib1.inc", "stdgates.inc"];

function include(state: State, file: Token): void {
  const name = file.text.slice(1, -1);
  if (!LIBRARIES.includes(name))
    return mistaken(
      file,
      `${short(name)} cannot be included; ${LIBRARIES.join(" and ")} are built in`,
      "paste the gates of the file here",
    );
  for (const [own, gate] of includedGates[state.dialect]) state.names.standard.set(own, gate);
}

function declare(state: State, name: Token, value: Declared): void {
  const before = state.declared.get(name.text);
  if (before !== undefined) mistaken(name, `${short(name.text)} is declared already, on line ${before.line}`);
  if (isReserved(name.text, state.dialect))
    mistaken(name, `${name.text} has a meaning of its own`, "choose another name");
  state.declared.set(name.text, value);
}

/** Undefined of a register without size, which is one qubit. */
function sizeOf(
  state: State,
  { name, size }: { name: Token; size: Formula | undefined },
): number | undefined {
  if (size === undefined) return undefined;
  const value = constantOf(state, size);
  if (!Number.isSafeInteger(value) || value < 1)
    return mistaken(size, `the size of ${short(name.text)} is ${value}, but a size is a positive integer`);
  return value;
}

function constantOf(state: State, formula: Formula): number {
  checkNames(formula, state.run.constants, () => state.declared.keys());
  return evaluate(formula, state.run.constants);
}

function declareQubits(state: State, name: Token, size: number | undefined): void {
  const count = size ?? 1;
  if (state.qubits + count > MOST_QUBITS)
    mistaken(name, `the circuit would have ${state.qubits + count} qubits; the limit is ${MOST_QUBITS}`);
  const qubits = Array.from({ length: count }, (_, place) => state.qubits + place);
  declare(state, name, { kind: "qubits", qubits, single: size === undefined, line: name.line });
  state.qubits += count;
}

function declareConstant(state: State, { type, name, value }: Statement & { kind: "constant" }): void {
  const number = constantOf(state, value);
  if (type !== "float" && !Number.isSafeInteger(number))
    mistaken(value, `${short(name.text)} is ${number}, but an ${type} is a whole number`);
  if (type === "uint" && number < 0)
    mistaken(value, `${short(name.text)} is ${number}, but a uint is not negative`);
  declare(state, name, { kind: "constant", value: number, line: name.line });
}

function declareAlias(state: State, { name, parts }: Statement & { kind: "alias" }): void {
  const found = parts.map((part) => resolve(part, state.names, state.dialect));
  state.aliased += found.reduce((sum, operand) => sum + operand.qubits.length, 0);
  if (state.aliased > 10 * MOST_QUBITS)
    mistaken(name, `the aliases hold more than ${10 * MOST_QUBITS} qubits`);
  const qubits = found.flatMap((operand) => operand.qubits);
  if (new Set(qubits).size < qubits.length) mistaken(name, `${short(name.text)} would hold a qubit twice`);
  const single = found.length === 1 && found[0]?.single === true;
  declare(state, name, { kind: "qubits", qubits, single, line: name.line });
}

function define(state: State, statement: Statement & { kind: "gate" }): void {
  state.diagnostics.push(...statement.mistakes.map(({ diagnostic }) => diagnostic));
  const { gate, mistakes } = defineGate(statement, state.names, state.dialect);
  state.diagnostics.push(...mistakes.map(({ diagnostic }) => diagnostic));
  state.names.defined.set(gate.name, gate);
}

function apply(state: State, call: Call): void {
  const bound = bindCall(call, state.names, state.dialect, state.run.constants);
  const operands = call.operands.map((operand) => resolve(operand, state.names, state.dialect));
  for (const qubits of broadcast(bound, operands))
    try {
      expand(bound, qubits, state.run.constants, state.run, (operation) => push(state, operation));
    } catch (error) {
      if (error instanceof Exhausted) throw new Exhausted(bound, error.message);
      if (!(error instanceof Mistake) || error.line === bound.line) throw error;
      throw new Mistake(bound, `${error.message} (on line ${error.line}, inside ${short(bound.gate.name)})`);
    }
}

function push(state: State, { name, parameters, controls, qubits, matrix }: Operation): void {
  const now = state.gates.at(-1)?.time ?? 0;
  const busy = qubits.length === 0 || qubits.some((qubit) => state.last.get(qubit) === now);
  const time = busy && state.gates.length > 0 ? now + 1 : now;
  for (const qubit of qubits) state.last.set(qubit, time);
  state.gates.push({ time, name, qubits, parameters, controls, matrix });
}
