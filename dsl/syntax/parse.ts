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
import { splitStatements, type Draft } from "./statements.ts";
import type { Statement, StatementBody, SyntaxTree } from "./tree.ts";

/** `incomplete`: a bracket is still open where the text ends, and nothing else is wrong; more lines can make it whole. */
export type Parsed = Outcome<SyntaxTree> & { readonly incomplete: boolean };

const grammar = nearley.Grammar.fromCompiled(compiled as unknown as nearley.CompiledRules);

/** Statements that are recognised by their first word alone. */
const UNSUPPORTED: readonly string[] = ["distribute", "require", "compare"];

type Reading =
  | { readonly kind: "statement"; readonly statement: Statement }
  | { readonly kind: "mistake"; readonly diagnostic: Diagnostic };

/** All statements, or every mistake in them. */
export function parse(source: string): Parsed {
  const { drafts, diagnostics: found, open } = splitStatements(source);
  const diagnostics = [...found];
  const statements: Statement[] = [];
  for (const draft of drafts.filter(({ broken }) => !broken)) {
    const reading = readStatement(draft);
    if (reading.kind === "statement") statements.push(reading.statement);
    else diagnostics.push(reading.diagnostic);
  }
  if (diagnostics.length === 0) return { ...success({ statements }), incomplete: false };
  diagnostics.sort((a, b) => a.span.start - b.span.start);
  return { ...failure<SyntaxTree>(diagnostics), incomplete: open && diagnostics.length === 1 };
}

/** Whether a notebook's editor may run the text, should wait for more, or cannot save it by more. */
export function isComplete(source: string): "complete" | "incomplete" | "invalid" {
  const parsed = parse(source);
  if (parsed.ok) return "complete";
  return parsed.incomplete ? "incomplete" : "invalid";
}

function readStatement({ tokens }: Draft): Reading {
  const first = tokens[0] as Token;
  const span: Span = { start: first.offset, end: spanOf(tokens.at(-1) as Token).end };
  if (UNSUPPORTED.includes(first.text)) return statementOf({ kind: "unsupported", what: first.text }, span);
  if (!HEADS.includes(first.text)) return unknownStatement(first);
  const end: Token = { type: "end", text: "", offset: span.end };
  const { parser, refused } = feed([...tokens, end]);
  if (refused !== undefined) return unexpected(parser, refused);
  const [body] = parser.results as readonly StatementBody[];
  if (body === undefined)
    throw new InvariantError(`expected a statement after its end, got none: ${first.text}`);
  return statementOf(body, span);
}

function statementOf(body: StatementBody, span: Span): Reading {
  return { kind: "statement", statement: { ...body, span } };
}

function unknownStatement(first: Token): Reading {
  const meant = nearest(first.text, HEADS);
  const hint =
    meant === undefined ? `a statement starts with one of ${HEADS.join(", ")}` : `did you mean ${meant}?`;
  const diagnostic = diagnose("unknown-statement", { found: quote(first) }, spanOf(first), hint);
  return { kind: "mistake", diagnostic };
}

function unexpected(parser: nearley.Parser, token: Token): Reading {
  const expected = expectedWords(terminals(parser));
  const diagnostic =
    token.type === "end"
      ? diagnose("ends-early", { expected }, spanOf(token))
      : diagnose("unexpected", { found: quote(token), expected }, spanOf(token));
  return { kind: "mistake", diagnostic };
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
    return typeof symbol === "object" && symbol !== null ? [symbol as Terminal] : [];
  });
}
