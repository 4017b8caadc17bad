/** Tokens of OpenQASM 2 and 3, read one at a time. */
import type { Diagnostic, Span } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";

/** `bad` is what no rule knows, `open` a text or comment without its end. */
export type TokenType = "name" | "number" | "text" | "symbol" | "bad" | "open" | "end";

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly span: Span;
  /** From 1. */
  readonly line: number;
}

/** Where a reader stands; `token` is the one not yet taken. */
export interface Reader {
  readonly text: string;
  at: number;
  line: number;
  token: Token;
  /** The token taken last, after which a missing one is missed. */
  last: Token;
}

/** One mistake in the file; ends the statement it is in. */
export class Mistake extends Error {
  override readonly name = "Mistake";
  readonly diagnostic: Diagnostic;
  readonly line: number;
  constructor(at: Pick<Token, "line" | "span">, what: string, hint?: string) {
    super(what);
    this.line = at.line;
    this.diagnostic = diagnose("bad-circuit", { line: at.line, what }, at.span, hint);
  }
}

export function mistaken(at: Pick<Token, "line" | "span">, what: string, hint?: string): never {
  throw new Mistake(at, what, hint);
}

/** Names and texts of any length, as they are shown. */
export function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

const SPACE = /[\s\ufeff]+/uy;
const PRAGMA = /#?pragma(?![\p{L}\p{N}_])[^\n]*/uy;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
/** A unit or an `im` that sticks to a number belongs to it, so that the complaint names both. */
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)[\p{L}_]*/uy;
const TEXT = /"[^"\n]*"|'[^'\n]*'/uy;
const OPEN = /\/\*[^]*|["'][^\n]*/uy;
const SYMBOL = /->|\*\*|\+\+|[=!<>]=|&&|\|\||<<|>>|[+\-*/%^|&]=|[-+*/%^@=<>!~&|?:,.;()[\]{}$#]/uy;

const RULES: readonly (readonly [TokenType, RegExp])[] = [
  ["name", NAME],
  ["number", NUMBER],
  ["text", TEXT],
  ["open", OPEN],
  ["symbol", SYMBOL],
];

export function readerOf(text: string): Reader {
  const start: Token = { type: "symbol", text: "", span: { start: 0, end: 0 }, line: 1 };
  const reader: Reader = { text, at: 0, line: 1, token: start, last: start };
  advance(reader);
  return reader;
}

function matchAt(rule: RegExp, reader: Reader): string | undefined {
  rule.lastIndex = reader.at;
  return rule.exec(reader.text)?.[0];
}

/** A whole comment; one without its end is a token, `open`. */
function comment({ text, at }: Reader): string | undefined {
  const ending = text.startsWith("//", at) ? "\n" : text.startsWith("/*", at) ? "*/" : undefined;
  if (ending === undefined) return undefined;
  const end = text.indexOf(ending, at + 2);
  if (ending === "*/") return end < 0 ? undefined : text.slice(at, end + 2);
  return text.slice(at, end < 0 ? text.length : end);
}

function skip(reader: Reader, blank: string): void {
  reader.at += blank.length;
  for (let at = blank.indexOf("\n"); at >= 0; at = blank.indexOf("\n", at + 1)) reader.line += 1;
}

/** Takes the token that stands next. */
export function advance(reader: Reader): Token {
  const taken = reader.token;
  reader.last = taken;
  for (;;) {
    const blank = matchAt(SPACE, reader) ?? matchAt(PRAGMA, reader) ?? comment(reader);
    if (blank === undefined) break;
    skip(reader, blank);
  }
  reader.token = nextToken(reader);
  return taken;
}

function nextToken(reader: Reader): Token {
  const { at: start, line } = reader;
  // The end of the file is shown where its last token stands.
  if (start >= reader.text.length)
    return { type: "end", text: "", span: reader.last.span, line: reader.last.line };
  for (const [type, rule] of RULES) {
    const text = matchAt(rule, reader);
    if (text === undefined) continue;
    skip(reader, text);
    return { type, text, span: { start, end: reader.at }, line };
  }
  const text = String.fromCodePoint(reader.text.codePointAt(start) ?? 0xfffd);
  reader.at += text.length;
  return { type: "bad", text, span: { start, end: reader.at }, line };
}

/** Goes to the line after the token that stands next: what is on its line is not read. */
export function skipLine(reader: Reader): void {
  const end = reader.text.indexOf("\n", reader.token.span.start);
  reader.line = reader.token.line;
  reader.at = end < 0 ? reader.text.length : end;
  advance(reader);
}

/** As a complaint names it. */
export function shown(token: Token): string {
  return token.type === "end" ? "the end of the file" : short(token.text.replace(/\s+/g, " "));
}

export function isSymbol(reader: Reader, text: string): boolean {
  return reader.token.type === "symbol" && reader.token.text === text;
}

export function isWord(reader: Reader, word: string): boolean {
  return reader.token.type === "name" && reader.token.text === word;
}

/** Takes the symbol if it stands next. */
export function take(reader: Reader, symbol: string): boolean {
  if (!isSymbol(reader, symbol)) return false;
  advance(reader);
  return true;
}

export function expectSymbol(reader: Reader, symbol: string): Token {
  if (isSymbol(reader, symbol)) return advance(reader);
  // A semicolon is missing where the statement stops, not where the next one starts.
  if (symbol === ";" && reader.token.type !== "open" && reader.token.type !== "bad")
    return mistaken(reader.last, `expected ; after ${shown(reader.last)}, found ${shown(reader.token)}`);
  return unexpected(reader, symbol);
}

export function expectName(reader: Reader, what: string): Token {
  return reader.token.type === "name" ? advance(reader) : unexpected(reader, what);
}

/** Throws the complaint that something else stands here than what is expected. */
export function unexpected(reader: Reader, expected: string): never {
  const { token } = reader;
  if (token.type === "open" && token.text.startsWith("/*"))
    return mistaken(token, "the comment is never closed", "end it with */");
  if (token.type === "open")
    return mistaken(token, `the text ${shown(token)} has no closing quote on its line`);
  if (token.type === "bad") return mistaken(token, `${shown(token)} means nothing here`);
  return mistaken(token, `expected ${expected}, found ${shown(token)}`);
}
