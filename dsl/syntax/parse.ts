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
import { spanOf, type Token } from "./build.ts";
import { expectedWords, type Terminal } from "./expected.ts";
import compiled from "./grammar.ts";
import { HEADS } from "./lexer.ts";
import { namesOf, splitStatements, type Draft } from "./statements.ts";
import type { Statement, StatementBody, SyntaxTree } from "./tree.ts";

export type Parsed = Outcome<SyntaxTree> & {
  /** A bracket is still open where the text ends, and nothing else is wrong; more lines can make it whole. */
  readonly incomplete: boolean;
  /** What could be read, the rest marked `unreadable`: later stages find their own mistakes in it. */
  readonly readable: SyntaxTree;
};

const grammar = nearley.Grammar.fromCompiled(compiled);

/** Statements that are recognised by their first word alone. */
const UNSUPPORTED: readonly string[] = ["distribute", "require", "compare"];

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
  for (const draft of drafts) {
    const { statement, diagnostic } = draft.broken ? unreadable(draft) : readStatement(draft);
    statements.push(statement);
    if (diagnostic !== undefined) diagnostics.push(diagnostic);
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
  if (UNSUPPORTED.includes(first.text)) return statementOf({ kind: "unsupported", what: first.text }, span);
  if (!HEADS.includes(first.text)) return unreadable(draft, unknownStatement(first));
  const end: Token = { type: "end", text: "", offset: span.end };
  const { parser, refused } = feed([...tokens, end]);
  if (refused !== undefined) return unreadable(draft, unexpected(parser, refused));
  const [body, ...others] = parser.results as readonly StatementBody[];
  if (body === undefined || others.length > 0)
    throw new InvariantError(`expected one reading, got ${parser.results.length}: ${first.text}`);
  return statementOf(body, span);
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

function unknownStatement(first: Token): Diagnostic {
  const meant = nearest(first.text, HEADS);
  const hint =
    meant === undefined ? `a statement starts with one of ${HEADS.join(", ")}` : `did you mean ${meant}?`;
  return diagnose("unknown-statement", { found: quote(first) }, spanOf(first), hint);
}

function unexpected(parser: nearley.Parser, token: Token): Diagnostic {
  const expected = expectedWords(terminals(parser));
  if (token.type === "end") return diagnose("ends-early", { expected }, spanOf(token));
  return diagnose("unexpected", { found: quote(token), expected }, spanOf(token));
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
