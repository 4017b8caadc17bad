/** What OpenQASM has and a circuit of gates has not. */
import type { Dialect } from "./standard.ts";
import { advance, isSymbol, mistaken, short, type Reader, type Token } from "./tokens.ts";

const CLASSICAL = "tnlab contracts circuits without measurement or classical control";
const WRITE_OUT = "write out the gates that act";
const MEASUREMENT = "take it out and ask for the amplitude of an outcome or for an expectation value";
const CONSTANT = "declare a constant: const float theta = 0.5;";
const TIMING = "take it out: a circuit has no timing here";

/** The way out, by the word that starts the statement. */
const refused: Readonly<Record<Dialect, ReadonlyMap<string, string>>> = {
  2: new Map([
    ["measure", MEASUREMENT],
    ["reset", MEASUREMENT],
    ["if", WRITE_OUT],
  ]),
  3: new Map([
    ["measure", MEASUREMENT],
    ["reset", MEASUREMENT],
    ["if", WRITE_OUT],
    ["else", WRITE_OUT],
    ["for", WRITE_OUT],
    ["while", WRITE_OUT],
    ["switch", WRITE_OUT],
    ["def", "define a gate: gate name(angle) q { ... }"],
    ["return", WRITE_OUT],
    ["break", WRITE_OUT],
    ["continue", WRITE_OUT],
    ["end", "let the circuit end with the file"],
    ["extern", WRITE_OUT],
    ["cal", "take it out: a gate is its matrix here"],
    ["defcal", "take it out: a gate is its matrix here"],
    ["defcalgrammar", "take it out: a gate is its matrix here"],
    ["box", TIMING],
    ["delay", TIMING],
    ["nop", TIMING],
    ["stretch", TIMING],
    ["duration", TIMING],
    ["input", CONSTANT],
    ["output", "take it out: ask for amplitudes or expectation values"],
    ["int", CONSTANT],
    ["uint", CONSTANT],
    ["float", CONSTANT],
    ["angle", CONSTANT],
    ["bool", CONSTANT],
    ["complex", CONSTANT],
    ["array", CONSTANT],
  ]),
};

/** Throws Mistake where the statement that stands next is one of those. */
export function refuseStatement(reader: Reader, dialect: Dialect): void {
  const { token } = reader;
  const hint = refused[dialect].get(token.text);
  if (hint !== undefined) mistaken(token, `${token.text} is not supported: ${CLASSICAL}`, hint);
}

/** Throws Mistake for `name = ...` and `name[0] = ...`, which read a measurement or compute. */
export function classicalStatement(reader: Reader, name: Token): never {
  while (reader.token.type !== "end" && !isSymbol(reader, ";") && !isSymbol(reader, "{")) {
    if (reader.token.type === "name" && reader.token.text === "measure")
      return mistaken(reader.token, `measure is not supported: ${CLASSICAL}`, MEASUREMENT);
    if (isSymbol(reader, "}")) break;
    advance(reader);
  }
  return mistaken(name, `a value of ${short(name.text)} is not supported: ${CLASSICAL}`, CONSTANT);
}
