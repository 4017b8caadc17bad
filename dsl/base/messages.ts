/** Every sentence a user is told about a mistake in a program, by code, with typed blanks. */
import type { Diagnostic, Span } from "./diagnostic.ts";

const messages = {
  "bad-character": (b: { text: string }) => `${short(b.text)} means nothing here`,
  "open-text": (b: { text: string }) => `the text ${short(b.text)} has no closing quote on its line`,
  "open-bracket": (b: { bracket: string }) => `this ${b.bracket} is never closed`,
  "stray-bracket": (b: { bracket: string }) => `this ${b.bracket} closes nothing`,
  "wrong-bracket": (b: { bracket: string; open: string }) => `this ${b.bracket} does not close ${b.open}`,
  unexpected: (b: { found: string; expected: string }) => `found ${b.found}, expected ${b.expected}`,
  "ends-early": (b: { expected: string }) => `the statement ends too early, expected ${b.expected}`,
  "unknown-statement": (b: { found: string }) => `a statement cannot start with ${b.found}`,
  "many-mistakes": (b: { limit: number }) => `there are more mistakes; these are the first ${b.limit}`,

  "unknown-name": (b: { what: string; name: string }) => `there is no ${b.what} ${b.name}`,
  "wrong-kind": (b: { name: string; is: string; wanted: string }) =>
    `${b.name} is ${b.is}, but ${b.wanted} is needed here`,
  replaced: (b: { name: string }) => `${b.name} is defined anew`,
  dropped: (b: { what: string; network: string }) =>
    `${b.what} is dropped, since ${b.network} is defined anew`,

  "bad-expression": (b: { text: string; why: string }) =>
    `cannot read the expression ${short(b.text)}: ${b.why}`,
  "not-allowed": (b: { what: string }) => `${b.what} is not allowed in an expression`,
  "cannot-evaluate": (b: { text: string; at: string; why: string }) =>
    `cannot work out ${short(b.text)}${b.at}: ${b.why}`,
  "not-finite": (b: { text: string; at: string; value: string }) => `${short(b.text)} is ${b.value}${b.at}`,
  "not-a-number": (b: { text: string; at: string; value: string; wanted: string }) =>
    b.text === b.value
      ? `${short(b.text)} stands where ${b.wanted} is needed`
      : `${short(b.text)} is ${b.value}${b.at}, but ${b.wanted} is needed`,

  "bad-extent": (b: { index: string; value: string }) =>
    `the extent of ${b.index} is ${b.value}, but an extent is a positive integer`,
  "two-extents": (b: { index: string; first: string; second: string }) =>
    `index ${b.index} has two extents: ${b.first}, ${b.second}`,
  "no-extent": (b: { index: string }) => `index ${b.index} has no extent`,
  "repeated-index": (b: { index: string; name: string }) => `${b.name} has the index ${b.index} twice`,
  "mixed-family": (b: { index: string }) => `${b.index} mixes * with other subscripts`,
  "too-large": (b: { name: string; entries: number; limit: number }) =>
    `tensor ${b.name} would have ${b.entries} entries; the limit is ${b.limit}`,
  "wrong-shape": (b: { name: string; got: string; wanted: string }) =>
    `tensor ${b.name} has the shape ${b.wanted}, but its value has ${b.got}`,
  "complex-entries": (b: { name: string; dtype: string }) =>
    `tensor ${b.name} is ${b.dtype}, but its value is complex`,
  "bad-data": (b: { name: string; why: string }) => `${b.name} cannot fill a tensor: ${b.why}`,
  "bad-dtype": (b: { dtype: string }) => `there is no dtype ${b.dtype}`,

  "index-count": (b: { name: string; has: number; got: number }) =>
    `${b.name} has ${b.has} ${b.has === 1 ? "index" : "indices"}, but is used with ${b.got}`,
  "bad-subscript": (b: { text: string; value: string; at: string }) =>
    `the subscript ${short(b.text)} is ${b.value}${b.at}, but a subscript is an integer`,
  "open-missing": (b: { index: string; network: string }) =>
    `no factor of ${b.network} has its open index ${b.index}`,
  "no-factors": (b: { network: string }) => `network ${b.network} has no factors`,
  "too-many-terms": (b: { terms: string; limit: number }) =>
    `this loop has ${b.terms} terms; the limit is ${b.limit}`,
  "too-many-factors": (b: { limit: number }) => `this network has more than ${b.limit} factors`,
  "too-many-clauses": (b: { clauses: number; limit: number }) =>
    `this comprehension has ${b.clauses} loops and conditions; the limit is ${b.limit}`,
  "loop-twice": (b: { variable: string }) => `two loops of one comprehension run over ${b.variable}`,
  "bad-list": (b: { text: string; at: string; got: string; wanted: string }) =>
    `a loop runs over ${b.wanted}, but ${short(b.text)} ${b.got}${b.at}`,
  "real-dtype": (b: { name: string; dtype: string; factor: string }) =>
    `network ${b.name} is ${b.dtype}, but its factor ${b.factor} is complex`,

  "order-twice": (b: { factor: string }) => `the order names ${b.factor} twice`,
  "order-leaves-out": (b: { what: string }) => `the order ${b.what}; the rest is found by search`,
  "order-no-loop": (b: { variable: string; network: string }) =>
    `no factor of ${b.network} comes from a loop over ${b.variable}`,
  "order-too-many": (b: { network: string; left: number; limit: number }) =>
    `${b.network} has ${b.left} tensors once small ones are absorbed; optimal takes at most ${b.limit}`,
  "order-unknown": (b: { name: string; network: string }) => `network ${b.network} has no factor ${b.name}`,
  "order-ambiguous": (b: { name: string; network: string; places: string }) =>
    `network ${b.network} has several factors ${b.name}, at the places ${b.places}`,
  "bad-path": (b: { why: string }) => `the path does not fit: ${b.why}`,
  "bad-choice": (b: { what: string; got: string }) => `${b.got} is not ${b.what}`,
  "bad-amount": (b: { what: string; got: string; wanted: string }) =>
    `${b.what} is ${b.got}, but ${b.wanted} is needed`,
  "no-such-index": (b: { index: string; network: string; verb: string }) =>
    `network ${b.network} has no index ${b.index} to ${b.verb} over`,
  "no-data": (b: { network: string }) => `network ${b.network} has no data to run with`,
  "no-network": (b: { figure: string }) => `show ${b.figure} names no network`,
  "machine-lacks": (b: { form: string }) => `this machine lacks a part: ${b.form}`,
  "machine-twice": (b: { what: string }) => `this machine has ${b.what} twice`,
  "wish-twice": (b: { what: string }) => `${b.what} stands twice here`,
  "budget-missed": (b: { budget: string; actual: string; by: string }) =>
    `${b.budget} does not hold: ${b.actual}${b.by}`,
  "no-overlap": (b: { machine: string }) => `${b.machine}(n) moves and contracts one after the other`,
  "bad-arguments": (b: { form: string }) => `expected ${b.form}`,

  "bad-circuit": (b: { line: number; what: string }) => `line ${b.line}: ${b.what}`,
  "bad-network": (b: { place: string; what: string }) => `${b.place}: ${b.what}`,
  "bad-file": (b: { why: string }) => b.why,
  "cannot-build": (b: { why: string }) => b.why,
  "cannot-run": (b: { what: string }) => b.what,
};

/** Long texts are cut: the line itself stands under the sentence. */
function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A blank or hint that goes on and on loses its middle; the lines of several count each by itself. */
const LONGEST = 200;

function cut(text: string): string {
  const line = (own: string): string =>
    own.length > LONGEST ? `${own.slice(0, LONGEST - 63)}...${own.slice(-60)}` : own;
  return text.split("\n").map(line).join("\n");
}

function cutBlanks<B extends object>(blanks: B): B {
  const entries = Object.entries(blanks) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([key, own]) => [key, typeof own === "string" ? cut(own) : own]),
  ) as B;
}

type Messages = typeof messages;

export type Code = keyof Messages;

const INFORMS: ReadonlySet<Code> = new Set<Code>(["replaced", "dropped", "order-leaves-out"]);

/** A mistake (or notice) worded by the table; `hint` says the way out where the sentence does not. */
export function diagnose<C extends Code>(
  code: C,
  blanks: Parameters<Messages[C]>[0],
  span: Span,
  hint?: string,
): Diagnostic {
  const word = messages[code] as (blanks: Parameters<Messages[C]>[0]) => string;
  const severity = INFORMS.has(code) ? "info" : "error";
  return {
    code,
    severity,
    message: word(cutBlanks(blanks)),
    span,
    ...(hint !== undefined && { hint: cut(hint) }),
  };
}
