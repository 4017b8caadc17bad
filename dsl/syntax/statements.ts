/** Source text to statements: each a run of tokens that ends at a line's end outside brackets. */
import type { Diagnostic } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { spanOf, type Token } from "./chain.ts";
import { HEADS, lexer } from "./lexer.ts";

/** Tokens of one statement. One with `broken` has a mistake that is reported already and is not parsed. */
export interface Draft {
  readonly tokens: readonly Token[];
  readonly broken: boolean;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  readonly diagnostics: readonly Diagnostic[];
  /** A bracket is still open where the text ends. */
  readonly open: boolean;
}

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Every token but blanks and comments. A character that no token starts with becomes a token `bad`. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let base = 0;
  while (base < source.length) {
    lexer.reset(base === 0 ? source : source.slice(base));
    const from = base;
    base = source.length;
    for (const { type = "bad", text, offset } of lexer) {
      if (type === "bad") {
        const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
        pushBad(tokens, { type, text: character, offset: from + offset });
        base = from + offset + character.length;
        break;
      }
      if (type !== "space" && type !== "comment") tokens.push({ type, text, offset: from + offset });
    }
  }
  return tokens;
}

/** Neighbours that mean nothing count as one. */
function pushBad(tokens: Token[], token: Token): void {
  const last = tokens.at(-1);
  if (last?.type === "bad" && last.offset + last.text.length === token.offset)
    tokens[tokens.length - 1] = { ...last, text: last.text + token.text };
  else tokens.push(token);
}

interface Splitter {
  readonly drafts: Draft[];
  readonly diagnostics: Diagnostic[];
  readonly brackets: Token[];
  tokens: Token[];
  broken: boolean;
}

export function splitStatements(source: string): Drafts {
  const state: Splitter = { drafts: [], diagnostics: [], brackets: [], tokens: [], broken: false };
  const all = tokenize(source);
  all.forEach((token, position) => take(state, token, all[position + 1]));
  const open = state.brackets.length > 0;
  endStatement(state);
  return { drafts: state.drafts, diagnostics: state.diagnostics, open };
}

function take(state: Splitter, token: Token, next: Token | undefined): void {
  if (token.type === "newline") {
    // A bracket left open must not swallow the statements that follow: their first words are reserved.
    if (state.brackets.length === 0 || (next?.type === "keyword" && HEADS.includes(next.text)))
      endStatement(state);
    else if (state.brackets.at(-1)?.text === "{" && separates(state, next)) state.tokens.push(token);
    return;
  }
  if (token.type === "bad" || token.type === "openString") complainOfCharacter(state, token);
  else if (token.type === "family" || Object.hasOwn(CLOSERS, token.text)) state.brackets.push(token);
  else if (token.type === "punct" && Object.values(CLOSERS).includes(token.text)) close(state, token);
  state.tokens.push(token);
}

/** Inside braces a line's end separates terms, unless the line goes on: after a comma, or before `for` and `if`. */
function separates(state: Splitter, next: Token | undefined): boolean {
  const last = state.tokens.at(-1);
  if (last === undefined || next === undefined) return false;
  const goesOn = last.type === "newline" || [",", "{", ";", "="].includes(last.text);
  return !goesOn && next.type !== "newline" && !["for", "if", "}", ";", ","].includes(next.text);
}

function complainOfCharacter(state: Splitter, token: Token): void {
  state.broken = true;
  const code = token.type === "bad" ? "bad-character" : "open-text";
  state.diagnostics.push(diagnose(code, { text: token.text }, spanOf(token)));
}

function close(state: Splitter, token: Token): void {
  const opened = state.brackets.pop();
  if (opened !== undefined && CLOSERS[opened.text.slice(-1)] === token.text) return;
  state.broken = true;
  const span = spanOf(token);
  state.diagnostics.push(
    opened === undefined
      ? diagnose("stray-bracket", { bracket: token.text }, span)
      : diagnose("wrong-bracket", { bracket: token.text, open: opened.text }, span),
  );
}

function endStatement(state: Splitter): void {
  const opened = state.brackets.pop();
  // After a wrong bracket the count is off, and that is told already.
  if (opened !== undefined && !state.broken)
    state.diagnostics.push(diagnose("open-bracket", { bracket: opened.text }, spanOf(opened)));
  const broken = state.broken || opened !== undefined;
  if (state.tokens.length > 0) state.drafts.push({ tokens: state.tokens, broken });
  state.tokens = [];
  state.broken = false;
  state.brackets.length = 0;
}

const DEFINING: readonly string[] = ["let", "index", "tensor", "network", "machine"];

/**
 * Names that a statement seems to define, guessed from its tokens: several before `=`, `:`, `,` or `[` outside
 * brackets after `let`, `index` and `tensor`, the last after `import`, else the second word of what may be a definition.
 */
export function namesOf({ tokens: [head, ...rest] }: Draft): string[] {
  const names = rest.filter(({ type }) => type === "name");
  if (head?.text === "import") return names.slice(-1).map(({ text }) => text);
  const defines = !HEADS.includes(head?.text ?? "") || DEFINING.includes(head?.text ?? "");
  const second = defines && rest[0]?.type === "name" ? [rest[0].text] : [];
  if (!["let", "index", "tensor"].includes(head?.text ?? "")) return second;
  return [...new Set([...second, ...outerNames(rest)])];
}

function outerNames(tokens: readonly Token[]): string[] {
  const names: string[] = [];
  let depth = 0;
  tokens.forEach(({ type, text }, position) => {
    const follower = tokens[position + 1]?.text ?? "";
    if (depth === 0 && type === "name" && ["=", ":", ",", "["].includes(follower)) names.push(text);
    if (depth === 0 && type === "family") {
      const end = tokens.findIndex((token, later) => later > position && token.text === "}");
      const inside = tokens.slice(position, end < 0 ? undefined : end + 1);
      names.push(inside.map((token) => token.text).join(""));
    }
    if (type === "family" || Object.hasOwn(CLOSERS, text)) depth += 1;
    else if (Object.values(CLOSERS).includes(text)) depth -= 1;
  });
  return names;
}
