/** The grammar's postprocessors: matched tokens to nodes of the tree. */
import type {
  Axis,
  Clause,
  DeviceCounts,
  Expression,
  Factor,
  IndexBinding,
  IndexReference,
  Initialiser,
  LetBinding,
  Lexeme,
  MachineBody,
  MachinePart,
  NetworkBody,
  OrderBody,
  OrderItem,
  PlanWish,
  SearchClause,
  ShowItem,
  StatementBody,
  Target,
  TensorHead,
  Term,
  Word,
  WrittenBudget,
  WrittenLink,
  WrittenStage,
} from "./tree.ts";
import { listOf, one, quoted, spanOf, word, type Chain, type Token } from "./chain.ts";

// The grammar sees all that it calls under one name.
export * from "./chain.ts";

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

export function sourceValue(name: Token, argument: Token, part?: Token): Initialiser {
  return {
    kind: "source",
    name: word(name),
    argument: quoted(argument),
    ...(part && { part: quoted(part) }),
  };
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

export function withBody(base: Token, value: Initialiser): NetworkBody {
  return { kind: "with", base: word(base), value };
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

export function each(names: Chain<Word>, list: Expression): Clause {
  return { kind: "each", names: listOf(names), list };
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

/** `left gap right` */
export function joinAcross<T>(parts: readonly unknown[]): Chain<T> {
  return { left: parts[0] as Chain<T>, right: parts[2] as Chain<T> };
}

export function block(open: Token, parts: Chain<MachinePart>, close: Token): MachineBody {
  return { kind: "block", parts: listOf(parts), span: { start: open.offset, end: spanOf(close).end } };
}

export function peak(name: Token, value: Expression, dtype?: Token): Chain<MachinePart> {
  return one([{ kind: "peak", word: word(name), value, ...(dtype && { dtype: word(dtype) }) }]);
}

export function memory(name: Token, value: Expression, rate: Expression): Chain<MachinePart> {
  return one([{ kind: "memory", word: word(name), value, rate }]);
}

export function launch(name: Token, value: Expression): Chain<MachinePart> {
  return one([{ kind: "launch", word: word(name), value }]);
}

export function tier(
  name: Token,
  count: Expression,
  rate: Expression,
  latency: Expression | undefined,
): Chain<MachinePart> {
  const kind = name.text === "node" ? "node" : "cluster";
  return one([{ kind, word: word(name), count, rate, ...(latency && { latency }) }]);
}

export function changed(base: Token, links: Chain<WrittenLink>): MachineBody {
  return { kind: "with", base: word(base), links: listOf(links) };
}

export function link(node: Expression, device: Expression, share: Expression): WrittenLink {
  return { node, device, share };
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

export function distributeStatement(network: Token, on: Target, wishes: Chain<PlanWish>): StatementBody {
  return { kind: "distribute", network: word(network), target: on, wishes: listOf(wishes) };
}

export function planWish(name: Token, value: Expression): PlanWish {
  const kind = name.text === "devices" || name.text === "groups" ? name.text : "within";
  return { kind, word: word(name), value };
}

export function planMethod(method: Token): PlanWish {
  return { kind: "by", word: word(method) };
}

export function planOver(name: Token, stages: Chain<WrittenStage>): PlanWish {
  return { kind: "over", word: word(name), stages: listOf(stages) };
}

export function stage(indices: Chain<IndexReference>, step?: Expression): WrittenStage {
  return { indices: listOf(indices), ...(step && { step }) };
}

export function requireStatement(network: Token, budgets: Chain<WrittenBudget>): StatementBody {
  return { kind: "require", network: word(network), budgets: listOf(budgets) };
}

export function budget(quantity: Word, relation: Token, limit: Expression): WrittenBudget {
  return { quantity, relation: word(relation), limit };
}

export function runStatement(network: Token, on: Target | undefined, dry: boolean): StatementBody {
  return { kind: "run", network: word(network), ...(on && { target: on }), dry };
}

export function compareStatement(
  network: Token,
  on: Target,
  wishes: Chain<PlanWish>,
  methods: Chain<Word>,
): StatementBody {
  return {
    kind: "compare",
    network: word(network),
    target: on,
    wishes: listOf(wishes),
    methods: listOf(methods),
  };
}

export function showStatement(items: Chain<ShowItem>): StatementBody {
  return { kind: "show", items: listOf(items) };
}

export function showItem(
  figure: Token,
  network?: Token,
  on?: Target,
  counts?: DeviceCounts,
  search?: readonly SearchClause[],
): ShowItem {
  return {
    figure: word(figure),
    ...(network && { network: word(network) }),
    ...(on && { target: on }),
    ...(counts && { counts }),
    ...(search && { search }),
  };
}

export function searching(clauses: Chain<SearchClause>): readonly SearchClause[] {
  return listOf(clauses);
}

export function countRange(from: Expression, to: Expression): DeviceCounts {
  return { kind: "range", from, to };
}

export function countList(list: Expression): DeviceCounts {
  return { kind: "list", list };
}
