/** source text -> syntax tree, statement by statement, so that every mistake is found. */
import nearley from "nearley";
import {
  failure,
  InvariantError,
  success,
  type Diagnostic,
  type Outcome,
  type Span,
} from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import { spanOf, type Token } from "./chain.ts";
import { expectedWords, type Terminal } from "./expected.ts";
import compiled from "./grammar.ts";
import { HEADS, WORDS_OF } from "./lexer.ts";
import { slipHint, startHint } from "./slips.ts";
import { namesOf, splitStatements, type Draft } from "./statements.ts";
import type { Statement, StatementBody, SyntaxTree } from "./tree.ts";

export type Parsed = Outcome<SyntaxTree> & {
  /** A bracket is still open where the text ends, and nothing else is wrong; more lines can make it whole. */
  readonly incomplete: boolean;
  /** What could be read, the rest marked `unreadable`: later stages find their own mistakes in it. */
  readonly readable: SyntaxTree;
};

const grammar = nearley.Grammar.fromCompiled(compiled);

/** A statement, unreadable where there is a diagnostic. */
interface Reading {
  readonly statement: Statement;
  readonly diagnostic?: Diagnostic;
}

/** All statements, or every mistake in them. */
export function parse(source: string): Parsed {
  const { drafts, diagnostics: found, open } = splitStatements(source);
  const diagnostics = [...found];
  const statements: Statement[] = [];
  let cutShort = false;
  for (const draft of drafts) {
    // What follows a statement that ends early is its rest, mostly, and no mistake of its own.
    const rest: boolean = cutShort && !HEADS.includes(draft.tokens[0]?.text ?? "");
    const { statement, diagnostic }: Reading =
      draft.broken || rest ? unreadable(draft) : readStatement(draft);
    statements.push(statement);
    if (diagnostic !== undefined) diagnostics.push(diagnostic);
    cutShort = rest || diagnostic?.code === "ends-early";
  }
  const readable = { statements };
  if (diagnostics.length === 0) return { ...success(readable), incomplete: false, readable };
  diagnostics.sort((a, b) => a.span.start - b.span.start);
  return { ...failure<SyntaxTree>(diagnostics), incomplete: open && diagnostics.length === 1, readable };
}

/** Whether a notebook's editor may run the text, should wait for more, or cannot save it by more. */
export function isComplete(source: string): "complete" | "incomplete" | "invalid" {
  const parsed = parse(source);
  if (parsed.ok) return "complete";
  return parsed.incomplete ? "incomplete" : "invalid";
}

function readStatement(draft: Draft): Reading {
  const { tokens } = draft;
  const first = tokens[0] as Token;
  const span = spanOfAll(draft);
  if (!HEADS.includes(first.text)) return unreadable(draft, unknownStatement(first, tokens[1]));
  const end: Token = { type: "end", text: "", offset: span.end };
  const { parser, refused } = feed([...withKeywords(tokens), end]);
  if (refused !== undefined) return unreadable(draft, unexpected(parser, tokens, refused));
  if (isDangling(tokens.at(-1) as Token)) {
    const expected = "more of the expression";
    return unreadable(draft, diagnose("ends-early", { expected }, spanOf(end), GOES_ON));
  }
  const [body, ...others] = parser.results as readonly StatementBody[];
  if (body === undefined || others.length > 0)
    throw new InvariantError(`expected one reading, got ${parser.results.length}: ${first.text}`);
  return statementOf(body, span);
}

/** The tokens, with the words that are keywords in this kind of statement marked as such. */
function withKeywords(tokens: readonly Token[]): readonly Token[] {
  const words = WORDS_OF[tokens[0]?.text ?? ""];
  if (words === undefined) return tokens;
  return tokens.map((token, position) =>
    position > 1 && token.type === "name" && words.includes(token.text)
      ? { ...token, type: "keyword" }
      : token,
  );
}

function statementOf(body: StatementBody, span: Span): Reading {
  return { statement: { ...body, span } };
}

function spanOfAll({ tokens }: Draft): Span {
  return { start: (tokens[0] as Token).offset, end: spanOf(tokens.at(-1) as Token).end };
}

function unreadable(draft: Draft, diagnostic?: Diagnostic): Reading {
  const statement = { kind: "unreadable", names: namesOf(draft), span: spanOfAll(draft) } as const;
  return { statement, ...(diagnostic && { diagnostic }) };
}

function unknownStatement(first: Token, second: Token | undefined): Diagnostic {
  const meant = nearest(first.text, HEADS);
  const near = meant === undefined ? undefined : `did you mean ${meant}?`;
  const hint =
    startHint(first.text, second?.text ?? "") ?? near ?? `a statement starts with one of ${HEADS.join(", ")}`;
  return diagnose("unknown-statement", { found: quote(first) }, spanOf(first), hint);
}

function unexpected(parser: nearley.Parser, tokens: readonly Token[], token: Token): Diagnostic {
  const expected = expectedWords(terminals(parser));
  const place = tokens.findIndex(({ offset }) => offset === token.offset);
  const before = (place < 0 ? tokens : tokens.slice(0, place)).map(({ text }) => text);
  const hint = slipHint(before, token.text);
  if (token.type === "end") return diagnose("ends-early", { expected }, spanOf(token), hint ?? GOES_ON);
  const reserved = token.type === "keyword" && /^a name\b/.test(expected);
  const other = reserved ? `${token.text} is a word of the language; choose another name` : undefined;
  return diagnose("unexpected", { found: quote(token), expected }, spanOf(token), hint ?? other);
}

const GOES_ON = "a statement ends with its line; inside brackets it goes on";

/** Operators after which an expression goes on; the others may stand behind their operand. */
function isDangling({ type, text }: Token): boolean {
  return type === "op" && !["%", "!", "'"].includes(text);
}

function quote({ text, type }: Token): string {
  if (type === "newline") return "the end of the line";
  return type === "keyword" ? `the keyword ${text}` : "`" + text + "`";
}

/** Feeds the tokens until the end, or until the first that the grammar cannot take. */
function feed(tokens: readonly Token[]): { readonly parser: nearley.Parser; readonly refused?: Token } {
  let position = 0;
  const lexer = {
    reset: () => lexer,
    next: () => tokens[position++],
    save: () => undefined,
    formatError: () => "",
    has: () => true,
  };
  const parser = new nearley.Parser(grammar, { lexer: lexer as unknown as nearley.Lexer });
  // nearley's own account of a mistake is never shown, and costly to make.
  Object.assign(parser, { reportError: () => "" });
  try {
    parser.feed("");
  } catch (error) {
    if (!(error instanceof Error && "offset" in error)) throw error;
    return { parser, refused: tokens[position - 1] as Token };
  }
  return { parser };
}

interface State {
  readonly rule: { readonly symbols: readonly unknown[] };
  readonly dot: number;
}

/** What the parser was ready to take where it refused a token; its last column is that token's empty one. */
function terminals(parser: nearley.Parser): Terminal[] {
  const { table } = parser as unknown as { readonly table: readonly { readonly states: readonly State[] }[] };
  return (table.at(-2)?.states ?? []).flatMap(({ rule, dot }) => {
    const symbol = rule.symbols[dot];
    return typeof symbol === "object" && symbol !== null ? [symbol] : [];
  });
}
