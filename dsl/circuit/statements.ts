/** Statements of OpenQASM 2 and 3, as far as circuits without measurement and classical control go. */
import type { Span } from "../base/diagnostic.ts";
import { readFormula, type Formula } from "./formula.ts";
import { classicalStatement, refuseStatement } from "./refused.ts";
import type { Dialect } from "./standard.ts";
import {
  advance,
  expectName,
  expectSymbol,
  isSymbol,
  isWord,
  mistaken,
  Mistake,
  short,
  shown,
  skipLine,
  take,
  unexpected,
  type Reader,
  type Token,
} from "./tokens.ts";

export type Index =
  | { readonly kind: "one"; readonly at: Formula }
  | {
      readonly kind: "range";
      readonly from: Formula | undefined;
      readonly step: Formula | undefined;
      readonly to: Formula | undefined;
    }
  | { readonly kind: "set"; readonly members: readonly Formula[] };

/** `q`, `q[1]`, `q[0:2:8]`, `q[{1, 3}]`. */
export interface Operand {
  readonly name: Token;
  readonly index: Index | undefined;
  readonly line: number;
  readonly span: Span;
}

export type Modifier =
  | { readonly kind: "inv"; readonly word: Token }
  | { readonly kind: "pow"; readonly word: Token; readonly exponent: Formula }
  | {
      readonly kind: "ctrl";
      readonly word: Token;
      readonly value: 0 | 1;
      readonly count: Formula | undefined;
    };

export interface Call {
  readonly modifiers: readonly Modifier[];
  readonly name: Token;
  readonly parameters: readonly Formula[];
  readonly operands: readonly Operand[];
}

export type Statement =
  | { readonly kind: "version"; readonly number: Token }
  | { readonly kind: "include"; readonly file: Token }
  | { readonly kind: "qubits"; readonly name: Token; readonly size: Formula | undefined }
  | { readonly kind: "bits"; readonly name: Token; readonly size: Formula | undefined }
  | { readonly kind: "constant"; readonly type: string; readonly name: Token; readonly value: Formula }
  | { readonly kind: "alias"; readonly name: Token; readonly parts: readonly Operand[] }
  | {
      readonly kind: "gate";
      readonly name: Token;
      readonly parameters: readonly Token[];
      readonly qubits: readonly Token[];
      /** Mistakes in the body are in `mistakes`. */
      readonly body: readonly Call[];
      readonly mistakes: readonly Mistake[];
    }
  | { readonly kind: "opaque"; readonly name: Token }
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "nothing" };

const NOTHING: Statement = { kind: "nothing" };

/** The statement that stands next. Throws Mistake, after which `recover` finds the next one. */
export function readStatement(reader: Reader, dialect: Dialect): Statement {
  if (take(reader, ";")) return NOTHING;
  if (dialect === 3 && isSymbol(reader, "@")) {
    skipLine(reader);
    return NOTHING;
  }
  if (reader.token.type !== "name") return unexpected(reader, "a statement");
  const read = (dialect === 3 && FORMS_3.get(reader.token.text)) || FORMS.get(reader.token.text);
  if (read) return read(reader, dialect);
  refuseStatement(reader, dialect);
  const call = readCall(reader, dialect);
  expectSymbol(reader, ";");
  return { kind: "call", call };
}

type Read = (reader: Reader, dialect: Dialect) => Statement;

/** Goes past the end of the statement in which a mistake was found: a semicolon, or the end of its block. */
export function recover(reader: Reader): void {
  for (let depth = 0; reader.token.type !== "end"; ) {
    const { type, text } = advance(reader);
    if (type !== "symbol") continue;
    if (text === "{") depth += 1;
    if (text === "}" && depth > 0) depth -= 1;
    if (depth > 0 || (text !== ";" && text !== "}")) continue;
    if (!isWord(reader, "else")) return;
  }
}

function ended(reader: Reader, statement: Statement): Statement {
  expectSymbol(reader, ";");
  return statement;
}

function readVersion(reader: Reader): Statement {
  advance(reader);
  if (reader.token.type !== "number") return unexpected(reader, "the version, as in OPENQASM 3.0;");
  const number = advance(reader);
  return ended(reader, { kind: "version", number });
}

function readInclude(reader: Reader): Statement {
  advance(reader);
  if (reader.token.type !== "text") return unexpected(reader, "the name of a file in quotes");
  const file = advance(reader);
  return ended(reader, { kind: "include", file });
}

/** `qreg q[3];` and `creg c[3];` */
function readOldRegister(reader: Reader): Statement {
  const kind = advance(reader).text === "qreg" ? "qubits" : "bits";
  const name = expectName(reader, "the name of a register");
  const size = readSize(reader, 2);
  return ended(reader, { kind, name, size });
}

function readSize(reader: Reader, dialect: Dialect): Formula | undefined {
  if (!take(reader, "[")) return undefined;
  const size = readFormula(reader, dialect);
  expectSymbol(reader, "]");
  return size;
}

/** `qubit[3] q;` and `bit[3] c;` */
function readRegister(reader: Reader, dialect: Dialect): Statement {
  const kind = advance(reader).text === "qubit" ? "qubits" : "bits";
  const size = readSize(reader, dialect);
  const name = expectName(reader, "the name of a register");
  if (kind === "bits" && isSymbol(reader, "=")) classicalStatement(reader, name);
  return ended(reader, { kind, name, size });
}

const NUMERIC: readonly string[] = ["int", "uint", "float"];

function readConstant(reader: Reader, dialect: Dialect): Statement {
  advance(reader);
  const type = expectName(reader, "a type");
  if (!NUMERIC.includes(type.text))
    return mistaken(
      type,
      `a constant of the type ${short(type.text)} is not supported`,
      "use const float or const int",
    );
  readSize(reader, dialect);
  const name = expectName(reader, "the name of a constant");
  expectSymbol(reader, "=");
  const value = readFormula(reader, dialect);
  return ended(reader, { kind: "constant", type: type.text, name, value });
}

function readAlias(reader: Reader, dialect: Dialect): Statement {
  advance(reader);
  const name = expectName(reader, "the name of an alias");
  expectSymbol(reader, "=");
  const parts = [readOperand(reader, dialect)];
  while (take(reader, "++")) parts.push(readOperand(reader, dialect));
  return ended(reader, { kind: "alias", name, parts });
}

/** Does nothing to a state, but names its qubits. */
function readBarrier(reader: Reader, dialect: Dialect): Statement {
  advance(reader);
  if (!isSymbol(reader, ";")) readOperands(reader, dialect);
  return ended(reader, NOTHING);
}

function readOpaque(reader: Reader): Statement {
  advance(reader);
  const name = expectName(reader, "the name of a gate");
  if (take(reader, "(") && !take(reader, ")")) {
    readNames(reader, "the name of a parameter");
    expectSymbol(reader, ")");
  }
  readNames(reader, "the name of a qubit");
  return ended(reader, { kind: "opaque", name });
}

function readNames(reader: Reader, what: string): Token[] {
  const names = [expectName(reader, what)];
  while (take(reader, ",")) names.push(expectName(reader, what));
  return names;
}

function readGate(reader: Reader, dialect: Dialect): Statement {
  advance(reader);
  const name = expectName(reader, "the name of a gate");
  let parameters: readonly Token[] = [];
  if (take(reader, "(") && !take(reader, ")")) {
    parameters = readNames(reader, "the name of a parameter");
    expectSymbol(reader, ")");
  }
  const qubits = readNames(reader, "the name of a qubit");
  const [body, mistakes]: [Call[], Mistake[]] = [[], []];
  const open = expectSymbol(reader, "{");
  while (!take(reader, "}")) {
    if (reader.token.type === "end") {
      mistakes.push(new Mistake(open, "this { is never closed"));
      break;
    }
    try {
      const { text } = reader.token;
      if (text !== "barrier" && (FORMS.has(text) || (dialect === 3 && FORMS_3.has(text))))
        mistaken(reader.token, `${text} is not allowed inside a gate, which holds gates only`);
      const statement = readStatement(reader, dialect);
      if (statement.kind === "call") body.push(statement.call);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(error);
      recoverInside(reader);
    }
  }
  return { kind: "gate", name, parameters, qubits, body, mistakes };
}

/** Like `recover`, but the bracket that ends the body stays. */
function recoverInside(reader: Reader): void {
  for (let depth = 0; reader.token.type !== "end"; ) {
    if (depth === 0 && isSymbol(reader, "}")) return;
    const { type, text } = advance(reader);
    if (type !== "symbol") continue;
    if (text === "{") depth += 1;
    if (text === "}") depth -= 1;
    if (depth === 0 && (text === ";" || text === "}")) return;
  }
}

/** Statements that start with one word, in both dialects. */
const FORMS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["OPENQASM", readVersion],
  ["include", readInclude],
  ["qreg", readOldRegister],
  ["creg", readOldRegister],
  ["gate", readGate],
  ["opaque", readOpaque],
  ["barrier", readBarrier],
]);

const FORMS_3: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["qubit", readRegister],
  ["bit", readRegister],
  ["const", readConstant],
  ["let", readAlias],
]);

function readCall(reader: Reader, dialect: Dialect): Call {
  const modifiers: Modifier[] = [];
  for (let next = modifierOf(reader, dialect); next; next = modifierOf(reader, dialect)) modifiers.push(next);
  const name = expectName(reader, "the name of a gate");
  if (isSymbol(reader, "=") || isSymbol(reader, "[")) classicalStatement(reader, name);
  const parameters: Formula[] = [];
  if (take(reader, "(") && !take(reader, ")")) {
    do parameters.push(readFormula(reader, dialect));
    while (take(reader, ","));
    expectSymbol(reader, ")");
  }
  const operands = isSymbol(reader, ";") ? [] : readOperands(reader, dialect);
  return { modifiers, name, parameters, operands };
}

const MODIFIERS: readonly string[] = ["ctrl", "negctrl", "inv", "pow"];

function modifierOf(reader: Reader, dialect: Dialect): Modifier | undefined {
  const { token: word } = reader;
  if (dialect === 2 || word.type !== "name" || !MODIFIERS.includes(word.text)) return undefined;
  advance(reader);
  let argument: Formula | undefined;
  if (take(reader, "(")) {
    argument = readFormula(reader, dialect);
    expectSymbol(reader, ")");
  }
  expectSymbol(reader, "@");
  if (word.text === "ctrl" || word.text === "negctrl")
    return { kind: "ctrl", word, value: word.text === "ctrl" ? 1 : 0, count: argument };
  if (word.text === "pow")
    return argument === undefined
      ? mistaken(word, "pow needs its exponent, as in pow(2) @")
      : { kind: "pow", word, exponent: argument };
  if (argument !== undefined) mistaken(word, "inv takes no value: inv @");
  return { kind: "inv", word };
}

function readOperands(reader: Reader, dialect: Dialect): Operand[] {
  const operands = [readOperand(reader, dialect)];
  while (take(reader, ",")) operands.push(readOperand(reader, dialect));
  return operands;
}

function readOperand(reader: Reader, dialect: Dialect): Operand {
  if (isSymbol(reader, "$"))
    return mistaken(reader.token, "physical qubits ($0) are not supported", "declare a register of qubits");
  const name = expectName(reader, "a qubit");
  let index: Index | undefined;
  if (take(reader, "[")) {
    index = readIndex(reader, dialect);
    expectSymbol(reader, "]");
    if (isSymbol(reader, "["))
      mistaken(reader.token, "an index of an index is not supported", "give the first one a name with let");
  }
  return { name, index, line: name.line, span: { start: name.span.start, end: reader.last.span.end } };
}

function readIndex(reader: Reader, dialect: Dialect): Index {
  if (dialect === 3 && take(reader, "{")) {
    const members = [readFormula(reader, dialect)];
    while (take(reader, ",")) members.push(readFormula(reader, dialect));
    expectSymbol(reader, "}");
    return { kind: "set", members };
  }
  const open = (): boolean => isSymbol(reader, ":") || isSymbol(reader, "]");
  const from = dialect === 3 && isSymbol(reader, ":") ? undefined : readFormula(reader, dialect);
  if (isSymbol(reader, ":") && dialect === 2)
    mistaken(reader.token, "a range of qubits is not in OpenQASM 2", "name the qubits, or use OPENQASM 3.0");
  if (!take(reader, ":")) return { kind: "one", at: from ?? unexpected(reader, "a number") };
  const second = open() ? undefined : readFormula(reader, dialect);
  if (!take(reader, ":")) return { kind: "range", from, step: undefined, to: second };
  if (second === undefined)
    mistaken(reader.last, `expected the step of the range, found ${shown(reader.last)}`);
  return { kind: "range", from, step: second, to: open() ? undefined : readFormula(reader, dialect) };
}
