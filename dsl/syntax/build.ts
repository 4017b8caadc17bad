/** The grammar's postprocessors: matched tokens to nodes of the tree. */
import type { Span } from "../base/diagnostic.ts";
import type {
  Axis,
  Clause,
  Expression,
  Factor,
  IndexBinding,
  IndexReference,
  Initialiser,
  LetBinding,
  Lexeme,
  MachineBody,
  NetworkBody,
  OrderBody,
  OrderItem,
  SearchClause,
  ShowItem,
  StatementBody,
  Target,
  TensorHead,
  Term,
  Word,
} from "./tree.ts";

/** A token of the lexer, its offset counted from the start of the source. */
export interface Token {
  readonly type: string;
  readonly text: string;
  readonly offset: number;
}

/**
 * A sequence that shares its front with the parser's other attempts, so that appending takes constant time.
 * `undefined` is the empty one.
 */
export type Chain<T> =
  | { readonly before: Chain<T>; readonly item: T }
  | { readonly left: Chain<T>; readonly right: Chain<T> }
  | undefined;

export function listOf<T>(chain: Chain<T>): T[] {
  const items: T[] = [];
  const pending: Chain<T>[] = [chain];
  while (pending.length > 0) {
    const current = pending.pop();
    if (current === undefined) continue;
    if ("item" in current) {
      items.push(current.item);
      pending.push(current.before);
    } else pending.push(current.left, current.right);
  }
  return items.reverse();
}

export function one<T>([item]: readonly T[]): Chain<T> {
  return { before: undefined, item: item as T };
}

/** `list , item` */
export function more<T>(parts: readonly unknown[]): Chain<T> {
  return { before: parts[0] as Chain<T>, item: parts[2] as T };
}

/** `list item` */
export function next<T>(parts: readonly unknown[]): Chain<T> {
  return { before: parts[0] as Chain<T>, item: parts[1] as T };
}

export function join<T>([left, right]: readonly Chain<T>[]): Chain<T> {
  return { left, right };
}

export function prepend<T>(item: T, rest: Chain<T>): Chain<T> {
  return { left: one([item]), right: rest };
}

export function spanOf(token: Token): Span {
  return { start: token.offset, end: token.offset + token.text.length };
}

export function word(token: Token): Word {
  return { text: token.text, span: spanOf(token) };
}

/** The word without its quotes; the span keeps them. */
function quoted(token: Token): Word {
  return { text: token.text.slice(1, -1), span: spanOf(token) };
}

function isToken(piece: Word | Token): piece is Token {
  return "offset" in piece;
}

/** Two neighbours as one run; the gap between them is blank, whatever stood there. */
export function run(parts: readonly Word[]): Expression {
  const [left, right] = parts as readonly [Word, Word];
  const gap = " ".repeat(right.span.start - left.span.end);
  return { text: left.text + gap + right.text, span: { start: left.span.start, end: right.span.end } };
}

export function runs(pieces: readonly (Word | Token)[]): Expression {
  const words = pieces.map((piece) => (isToken(piece) ? word(piece) : piece));
  return words.reduce((left, right) => run([left, right]));
}

export function lexeme([token]: readonly Token[]): Chain<Lexeme> {
  const own = token as Token;
  return one([{ type: own.type, text: own.text, span: spanOf(own) }]);
}

export function lexemes(parts: readonly unknown[]): Chain<Lexeme> {
  const [open, inside, close] = parts as readonly [Token, Chain<Lexeme>, Token];
  return { left: { left: lexeme([open]), right: inside }, right: lexeme([close]) };
}

/** `s_1` is `s` with the subscript `1`. */
export function reference(token: Token): IndexReference {
  const cut = token.text.indexOf("_");
  const span = spanOf(token);
  if (cut < 0 || cut === token.text.length - 1) return { base: token.text, subscripts: [], span };
  const subscript = {
    text: token.text.slice(cut + 1),
    span: { start: token.offset + cut + 1, end: span.end },
  };
  return { base: token.text.slice(0, cut), subscripts: [subscript], span };
}

export function family(open: Token, subscripts: Chain<Expression>, close: Token): IndexReference {
  const span = { start: open.offset, end: spanOf(close).end };
  return { base: open.text.slice(0, -2), subscripts: listOf(subscripts), span };
}

export function letStatement(bindings: Chain<LetBinding>): StatementBody {
  return { kind: "let", bindings: listOf(bindings) };
}

export function binding(name: Token, value: Expression): LetBinding {
  return { name: word(name), value };
}

export function indexStatement(bindings: Chain<IndexBinding>): StatementBody {
  return { kind: "index", bindings: listOf(bindings) };
}

export function extent(index: IndexReference, value: Expression): IndexBinding {
  return { index, extent: value };
}

export function tensorStatement(heads: Chain<TensorHead>, value: Initialiser | Expression): StatementBody {
  return { kind: "tensor", heads: listOf(heads), value: "kind" in value ? value : initialExpression(value) };
}

export function head(name: Token, axes: Chain<Axis>, dtype: Word | undefined): TensorHead {
  return { name: word(name), axes: listOf(axes), ...(dtype && { dtype }) };
}

export function axis(index: IndexReference, value?: Expression): Axis {
  return { index, ...(value && { extent: value }) };
}

/** `data(v)` reads like a call of mathjs; it is told apart here. */
function initialExpression(value: Expression): Initialiser {
  const match = /^(data)\s*\(\s*([^\s()]+)\s*\)$/u.exec(value.text);
  if (match === null) return { kind: "expression", value };
  const start = value.span.start;
  const at = start + value.text.indexOf(match[2] as string, value.text.indexOf("("));
  const argument = { text: match[2] as string, span: { start: at, end: at + (match[2] as string).length } };
  return { kind: "source", name: { text: "data", span: { start, end: start + 4 } }, argument };
}

export function randomValue(name: Token, seed: Expression): Initialiser {
  return { kind: "random", name: word(name), seed };
}

export function sourceValue(name: Token, argument: Token): Initialiser {
  return { kind: "source", name: word(name), argument: quoted(argument) };
}

export function networkStatement(
  name: Token,
  open: Chain<IndexReference>,
  dtype: Word | undefined,
  body: NetworkBody,
): StatementBody {
  return { kind: "network", name: word(name), open: listOf(open), ...(dtype && { dtype }), body };
}

/** A term whose lists may still grow. */
interface GrowingTerm {
  readonly factors: Chain<Factor>;
  readonly clauses: Chain<Clause>;
}

export function productBody(parts: Chain<Chain<GrowingTerm>>): NetworkBody {
  const terms = listOf(parts).flatMap((part) => listOf(part));
  const finished = terms.map(
    ({ factors, clauses }): Term => ({ factors: listOf(factors), clauses: listOf(clauses) }),
  );
  return { kind: "product", terms: finished };
}

export function call(
  name: Token,
  inside: Chain<Lexeme>,
): { readonly kind: "call"; readonly name: Word; readonly arguments: readonly Lexeme[] } {
  return { kind: "call", name: word(name), arguments: listOf(inside) };
}

export function withBody(name: Token, rest: Chain<Lexeme>): { readonly kind: "with"; readonly span: Span } {
  const end = listOf(rest).at(-1)?.span.end ?? spanOf(name).end;
  return { kind: "with", span: { start: name.offset, end } };
}

export function plainPart(own: Factor): Chain<GrowingTerm> {
  return one([{ factors: one([own]), clauses: undefined }]);
}

export function term(factors: Chain<Factor>, clauses?: Chain<Clause>): GrowingTerm {
  return { factors, clauses };
}

export function factor(name: IndexReference): Factor {
  return { name, span: name.span };
}

export function indexedFactor(name: IndexReference, indices: Chain<IndexReference>, close: Token): Factor {
  return { name, indices: listOf(indices), span: { start: name.span.start, end: spanOf(close).end } };
}

export function condition(value: Expression): Chain<Clause> {
  return one([{ kind: "if", condition: value }]);
}

export function loop(name: Token, from: Expression, to: Expression): Clause {
  return { kind: "for", name: word(name), from, to };
}

export function importStatement(path: Token, name: Token): StatementBody {
  return { kind: "import", path: quoted(path), name: word(name) };
}

export function orderStatement(network: Token, body: OrderBody): StatementBody {
  return { kind: "order", network: word(network), body };
}

export function orderWord(token: Token): OrderBody {
  return { kind: "word", word: word(token) };
}

export function searchBody(clauses: Chain<SearchClause>): OrderBody {
  return { kind: "search", clauses: listOf(clauses) };
}

export function pathBody(path: Expression): OrderBody {
  return { kind: "path", path };
}

export function pathFile(file: Token): OrderBody {
  return { kind: "pathFile", file: quoted(file) };
}

export function explicitBody(parts: Chain<Chain<OrderItem>>): OrderBody {
  return { kind: "explicit", parts: listOf(parts).map((items) => listOf(items)) };
}

export function byBody(variables: Chain<Word>): OrderBody {
  return { kind: "by", variables: listOf(variables) };
}

export function orderFactor(token: Token): OrderItem {
  return { kind: "factor", word: word(token) };
}

export function orderInstance(name: Token, values: Chain<LetBinding>, close: Token): OrderItem {
  const span = { start: name.offset, end: spanOf(close).end };
  return { kind: "instance", name: name.text, values: listOf(values), span };
}

export function orderGroup(open: Token, items: Chain<OrderItem>, close: Token): OrderItem {
  return { kind: "group", items: listOf(items), span: { start: open.offset, end: spanOf(close).end } };
}

export function minimizing(objective: Token, machine?: Token): SearchClause {
  return { kind: "minimizing", objective: word(objective), ...(machine && { machine: word(machine) }) };
}

export function wish(kind: "within" | "seed", value: Expression): SearchClause {
  return { kind, value };
}

export function machineStatement(name: Token, body: MachineBody): StatementBody {
  return { kind: "machine", name: word(name), body };
}

export function preset(own: Token, name: Token): MachineBody {
  return { kind: "preset", word: word(own), name: quoted(name) };
}

export function block(open: Token, close: Token): MachineBody {
  return { kind: "block", span: { start: open.offset, end: spanOf(close).end } };
}

export function sliceToFit(network: Token, machine: Token): StatementBody {
  return { kind: "slice", network: word(network), body: { kind: "fit", machine: word(machine) } };
}

export function sliceTo(network: Token, limit: Expression): StatementBody {
  return { kind: "slice", network: word(network), body: { kind: "to", limit } };
}

export function sliceOver(network: Token, indices: Chain<IndexReference>): StatementBody {
  return { kind: "slice", network: word(network), body: { kind: "over", indices: listOf(indices) } };
}

export function target(name: Token): Target {
  return { name: word(name) };
}

export function calledTarget(name: Token, inside: Chain<Lexeme>): Target {
  return { name: word(name), arguments: listOf(inside) };
}

export function runStatement(network: Token, on: Target | undefined, dry: boolean): StatementBody {
  return { kind: "run", network: word(network), ...(on && { target: on }), dry };
}

export function showStatement(items: Chain<ShowItem>): StatementBody {
  return { kind: "show", items: listOf(items) };
}

export function showItem(figure: Token, network?: Token): ShowItem {
  return { figure: word(figure), ...(network && { network: word(network) }) };
}

export function showMore(figure: Token, network: Token, first: Token, rest: Chain<Lexeme>): ShowItem {
  const end = listOf(rest).at(-1)?.span.end ?? spanOf(first).end;
  return { figure: word(figure), network: word(network), more: { start: first.offset, end } };
}
