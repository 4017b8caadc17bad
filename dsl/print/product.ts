/** The factors of a network in the canonical form. */
import type { Span } from "../base/diagnostic.ts";
import { breaksAfter, endLine, indented, WIDTH, type Writer } from "./layout.ts";
import { printClauses, printTerm } from "./terms.ts";
import { tokenize } from "../syntax/statements.ts";
import type { Clause, Term } from "../syntax/tree.ts";

/** Offsets of the braces of one `product { }`. */
interface Block {
  readonly open: number;
  readonly close: number;
}

/** The tree does not say which terms stand in braces; the tokens do. */
export function productBlocks(text: string, start: number, end: number): Block[] {
  const tokens = tokenize(text.slice(start, end));
  const blocks: Block[] = [];
  let open: number | undefined;
  let depth = 0;
  tokens.forEach((token, position) => {
    const opens = token.type === "family" || token.text === "{";
    if (depth === 0 && opens && tokens[position - 1]?.text === "product") open = start + token.offset;
    if (opens) depth += 1;
    else if (token.text === "}") depth -= 1;
    if (depth === 0 && open !== undefined) {
      blocks.push({ open, close: start + token.offset });
      open = undefined;
    }
  });
  return blocks;
}

export function writeProduct(writer: Writer, blocks: readonly Block[], terms: readonly Term[]): void {
  const begin = ({ factors }: Term): number => factors[0]?.span.start ?? 0;
  const inBlock = (term: Term) => blocks.find(({ open, close }) => open < begin(term) && begin(term) < close);
  const plain = terms.filter((term) => inBlock(term) === undefined);
  const parts = [
    ...plain.map((term) => ({ at: begin(term), write: () => (writer.text += printTerm(term)) })),
    ...blocks.map((block) => {
      const inside = terms.filter((term) => inBlock(term) === block);
      return { at: block.open, write: () => writeBlock(writer, block, inside) };
    }),
  ].toSorted((a, b) => a.at - b.at);
  parts.forEach(({ write }, position) => {
    if (position > 0) writer.text += " ";
    write();
  });
}

function writeBlock(writer: Writer, { open, close }: Block, terms: readonly Term[]): void {
  const starts = terms.map(({ factors }) => factors[0]?.span.start ?? close);
  const [only] = terms;
  const short = `product { ${only === undefined ? "" : `${printTerm(only)} `}}`;
  const fits = indented(writer).length + short.length <= WIDTH;
  if (terms.length < 2 && fits && !breaksAfter(writer.source, open, starts[0] ?? close, close)) {
    writer.text += short;
    return;
  }
  writer.text += "product {";
  const { depth } = writer;
  endLine(writer, open + 1, starts[0] ?? close, terms.length === 0 ? depth : depth + 1);
  terms.forEach((term, position) => {
    const next = {
      start: starts[position + 1] ?? close,
      depth: position + 1 < terms.length ? depth + 1 : depth,
    };
    writeTerm(writer, term, next);
  });
  writer.text = "}";
}

/** Clauses of a long term go to a line of their own. */
function writeTerm(
  writer: Writer,
  term: Term,
  next: { readonly start: number; readonly depth: number },
): void {
  const whole = printTerm(term);
  const [first] = term.clauses;
  const end = endOf(term);
  if (first === undefined || indented({ text: whole, depth: writer.depth }).length <= WIDTH) {
    writer.text = whole;
    endLine(writer, end, next.start, next.depth);
    return;
  }
  const own = writer.depth;
  writer.text = printTerm({ ...term, clauses: [] });
  endLine(writer, endOf({ ...term, clauses: [] }), spanOfClause(first).start, own + 1);
  writer.text = printClauses(term.clauses);
  endLine(writer, end, next.start, next.depth);
}

function endOf({ factors, clauses }: Term): number {
  const last = clauses.at(-1);
  return last === undefined ? (factors.at(-1)?.span.end ?? 0) : spanOfClause(last).end;
}

/** Without the keyword. */
function spanOfClause(clause: Clause): Span {
  switch (clause.kind) {
    case "for":
      return { start: clause.name.span.start, end: clause.to.span.end };
    case "each":
      return { start: clause.names[0]?.span.start ?? clause.list.span.start, end: clause.list.span.end };
    case "if":
      return clause.condition.span;
    default:
      return clause satisfies never;
  }
}
