/** qsim's text format of circuits: the count of qubits, then `time gate qubits... parameters...` a line. */
import { failure, success, UserError, type Diagnostic, type Outcome, type Span } from "../base/diagnostic.ts";
import { linesOf, type Source } from "../base/lines.ts";
import { diagnose } from "../base/messages.ts";
import type { Circuit, Gate } from "./circuit.ts";
import { gateKinds, isGateName } from "./gates.ts";

/** Far beyond any circuit; a slip of the keyboard must not fill the memory. */
const MOST_QUBITS = 100_000;

interface Line {
  readonly number: number;
  readonly span: Span;
  readonly words: readonly string[];
}

/** Gates without parameters share this, since there may be millions of them. */
const NONE: readonly number[] = [];

interface State {
  readonly qubits: number;
  readonly diagnostics: Diagnostic[];
  readonly gates: Gate[];
  /** Time of the last gate on each qubit. */
  readonly last: Map<number, number>;
}

/** Lines with words on them. */
function* wordedLines(source: Source): Generator<Line> {
  for (const { number, start, text: own } of linesOf(source))
    if (own !== "") yield { number, span: { start, end: start + own.length }, words: own.split(/\s+/) };
}

function complaint(line: Line, what: string, hint?: string): Diagnostic {
  return diagnose("bad-circuit", { line: line.number, what }, line.span, hint);
}

function natural(word: string | undefined): number | undefined {
  return word !== undefined && /^\d+$/.test(word) && Number.isSafeInteger(Number(word))
    ? Number(word)
    : undefined;
}

function real(word: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word) && Number.isFinite(Number(word))
    ? Number(word)
    : undefined;
}

/**
 * A circuit from qsim's format. Blank lines and trailing blanks are allowed. Refused, each with its line: unknown gates,
 * measurements and controlled gates, qubits out of range or named twice, wrong counts, times that decrease, and
 * two gates on one qubit at one time.
 */
export function parseQsim(source: Source): Outcome<Circuit> {
  const lines = wordedLines(source);
  const first = lines.next().value as Line | undefined;
  const nowhere: Line = { number: 1, span: { start: 0, end: 0 }, words: [] };
  const qubits = first?.words.length === 1 ? natural(first.words[0]) : undefined;
  if (qubits === undefined || qubits === 0)
    return failure([complaint(first ?? nowhere, "expected the number of qubits, alone on the first line")]);
  if (qubits > MOST_QUBITS)
    return failure([complaint(first ?? nowhere, `${qubits} qubits; the limit is ${MOST_QUBITS}`)]);
  const state: State = { qubits, diagnostics: [], gates: [], last: new Map() };
  for (const line of lines) {
    const problem = readGate(state, line);
    if (problem !== undefined) state.diagnostics.push(problem);
  }
  return state.diagnostics.length > 0 ? failure(state.diagnostics) : success({ qubits, gates: state.gates });
}

/** Adds the gate of a line, or says what is wrong with it. */
function readGate(state: State, line: Line): Diagnostic | undefined {
  const [timeWord, name = "", ...operands] = line.words;
  const time = natural(timeWord);
  if (time === undefined) return complaint(line, `expected a time (0, 1, ...), got ${timeWord}`);
  if (!isGateName(name)) return unknownGate(line, name);
  const kind = gateKinds[name];
  const wanted = `${name} takes ${count(kind.qubits, "qubit")} and ${count(kind.parameters, "parameter")}`;
  if (operands.length !== kind.qubits + kind.parameters)
    return complaint(line, `${wanted}, got ${count(operands.length, "word")} after it`);
  const qubits = operands.slice(0, kind.qubits).map(natural);
  const parameters: readonly (number | undefined)[] =
    kind.parameters === 0 ? NONE : operands.slice(kind.qubits).map(real);
  const badQubit = qubits.findIndex((qubit) => qubit === undefined || qubit >= state.qubits);
  if (badQubit >= 0)
    return complaint(
      line,
      `${operands[badQubit]} is no qubit; the circuit has qubits 0 to ${state.qubits - 1}`,
    );
  const badNumber = parameters.indexOf(undefined);
  if (badNumber >= 0)
    return complaint(line, `expected a number in radians, got ${operands[kind.qubits + badNumber]}`);
  const gate = { time, name, qubits: qubits as number[], parameters: parameters as number[] };
  const clash = clashOf(state, gate);
  if (clash !== undefined) return complaint(line, clash);
  for (const qubit of gate.qubits) state.last.set(qubit, time);
  state.gates.push(gate);
  return undefined;
}

function clashOf(state: State, { time, qubits, name }: Gate): string | undefined {
  const before = state.gates[state.gates.length - 1]?.time ?? 0;
  if (time < before) return `time ${time} comes after time ${before}; times must not decrease`;
  if (new Set(qubits).size < qubits.length) return `${name} names qubit ${qubits[0]} twice`;
  const busy = qubits.find((qubit) => state.last.get(qubit) === time);
  return busy === undefined ? undefined : `qubit ${busy} has another gate at time ${time}`;
}

function unknownGate(line: Line, name: string): Diagnostic {
  if (name === "m")
    return complaint(
      line,
      "a measurement (m) has no amplitude",
      "take it out and ask for the amplitude of an outcome",
    );
  if (name === "c")
    return complaint(
      line,
      "controlled gates (c) are not supported",
      "write the gate as cz, cp, cnot and gates of one qubit",
    );
  const what = name === "" ? "a time alone" : `gate ${name}`;
  return complaint(line, `${what} is not in qsim's format`, `gates: ${Object.keys(gateKinds).join(" ")}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * The circuit in qsim's format; `parseQsim` gives the same circuit back, to the bit. Throws UserError where a gate is
 * given by its matrix, which the format cannot say.
 */
export function formatQsim(circuit: Circuit): string {
  const lines = circuit.gates.map((gate) => {
    if (gate.matrix !== undefined) throw new UserError(`gate ${gate.name} is not in qsim's format`);
    return [gate.time, gate.name, ...gate.qubits, ...gate.parameters].join(" ");
  });
  return [circuit.qubits, ...lines, ""].join("\n");
}
