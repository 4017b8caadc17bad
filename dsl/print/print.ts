/** syntax tree -> canonical text, statement by statement. */
import { endLine, startWriter, writeExpression, type Line, type Writer } from "./layout.ts";
import { writeMachine } from "./machine.ts";
import { productBlocks, writeProduct } from "./product.ts";
import { spacedText } from "./spacing.ts";
import {
  printExpression,
  printIndices,
  printLexemes,
  printRange,
  printReference,
  printTight,
  words,
} from "./terms.ts";
import type {
  Axis,
  Initialiser,
  LetBinding,
  NetworkBody,
  OrderBody,
  OrderItem,
  PlanWish,
  SearchClause,
  ShowItem,
  SliceBody,
  Statement,
  Target,
  TensorHead,
  Word,
} from "../syntax/tree.ts";

type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** The canonical lines of a statement; `source` is what it was parsed from, whose line breaks in brackets are kept. */
export function printStatement(statement: Statement, source: string): readonly Line[] {
  const writer = startWriter(source, statement.span.start);
  writeStatement(writer, statement);
  endLine(writer, statement.span.end, statement.span.end);
  return writer.lines;
}

function writeStatement(writer: Writer, statement: Statement): void {
  switch (statement.kind) {
    case "let":
      writer.text = "let ";
      statement.bindings.forEach(({ name, value }, position) => {
        writer.text += `${position === 0 ? "" : ", "}${name.text} = `;
        writeExpression(writer, value);
      });
      return;
    case "tensor":
      writer.text = `tensor ${statement.heads.map(printHead).join(", ")} = `;
      if (statement.value.kind === "expression") writeExpression(writer, statement.value.value);
      else writer.text += printInitialiser(statement.value);
      return;
    case "network":
      writer.text = `network ${statement.name.text}${printOpen(statement)}${printDtype(statement.dtype)} = `;
      writeBody(writer, statement, statement.body);
      return;
    case "machine":
      writeMachine(writer, statement);
      return;
    case "unreadable":
      writer.text = source(writer, statement);
      return;
    case "index":
    case "import":
    case "order":
    case "slice":
    case "distribute":
    case "require":
    case "run":
    case "show":
    case "compare":
      writer.text = printLine(statement);
      return;
    default:
      statement satisfies never;
  }
}

function source(writer: Writer, { span }: Statement): string {
  return writer.source.slice(span.start, span.end);
}

type OneLine = Exclude<Statement, { kind: "let" | "tensor" | "network" | "machine" | "unreadable" }>;

function printLine(statement: OneLine): string {
  switch (statement.kind) {
    case "index":
      return `index ${statement.bindings
        .map(({ index, extent }) => `${printReference(index)}: ${printExpression(extent)}`)
        .join(", ")}`;
    case "import":
      return `import "${statement.path.text}" as ${statement.name.text}`;
    case "order":
      return `order ${statement.network.text} ${printOrder(statement.body)}`;
    case "slice":
      return `slice ${statement.network.text} ${printSlices(statement.body)}`;
    case "distribute":
      return `distribute ${statement.network.text} on ${printTarget(statement.target)}${wishes(statement.wishes)}`;
    case "require":
      return `require ${statement.network.text}: ${statement.budgets
        .map(
          ({ quantity, relation, limit }) =>
            `${spacedText(quantity.text)} ${relation.text} ${printExpression(limit)}`,
        )
        .join(", ")}`;
    case "run": {
      const on = statement.target === undefined ? "" : ` on ${printTarget(statement.target)}`;
      return `run ${statement.network.text}${on}${statement.dry ? " dry" : ""}`;
    }
    case "show":
      return `show ${statement.items.map(printShown).join(", ")}`;
    case "compare": {
      const methods = statement.methods.length === 0 ? "" : `: ${words(statement.methods)}`;
      return `compare ${statement.network.text} on ${printTarget(statement.target)}${wishes(statement.wishes)}${methods}`;
    }
    default:
      return statement satisfies never;
  }
}

function printDtype(dtype: Word | undefined): string {
  return dtype === undefined ? "" : `: ${dtype.text}`;
}

function printOpen({ open }: StatementOf<"network">): string {
  return open.length === 0 ? "" : `[${printIndices(open)}]`;
}

function printHead({ name, axes, dtype }: TensorHead): string {
  const inside = axes.some(({ extent }) => extent !== undefined)
    ? axes.map(printAxis).join(", ")
    : printIndices(axes.map(({ index }) => index));
  return `${name.text}${axes.length === 0 ? "" : `[${inside}]`}${printDtype(dtype)}`;
}

function printAxis({ index, extent }: Axis): string {
  return extent === undefined
    ? printReference(index)
    : `${printReference(index)}: ${printExpression(extent)}`;
}

function printInitialiser(value: Initialiser): string {
  switch (value.kind) {
    case "expression":
      return printExpression(value.value);
    case "random":
      return `${value.name.text}(seed ${printExpression(value.seed)})`;
    case "source": {
      if (value.name.text === "data") return `data(${value.argument.text})`;
      const part = value.part === undefined ? "" : `, "${value.part.text}"`;
      return `${value.name.text}("${value.argument.text}"${part})`;
    }
    default:
      return value satisfies never;
  }
}

function writeBody(writer: Writer, { span }: Statement, body: NetworkBody): void {
  switch (body.kind) {
    case "product":
      writeProduct(writer, productBlocks(writer.source, span.start, span.end), body.terms);
      return;
    case "call":
      writer.text += `${body.name.text}(${printLexemes(body.arguments)})`;
      return;
    case "with":
      writer.text += `${body.base.text} with ${printInitialiser(body.value)}`;
      return;
    default:
      body satisfies never;
  }
}

function printOrder(body: OrderBody): string {
  switch (body.kind) {
    case "explicit":
      return `= ${body.parts.map((items) => items.map(printOrderItem).join(" ")).join(", ")}`;
    case "by":
      return `by ${words(body.variables)}`;
    case "path":
      return `= path ${printExpression(body.path)}`;
    case "pathFile":
      return `= path "${body.file.text}"`;
    case "word":
      return `= ${body.word.text}`;
    case "search":
      return `= ${printSearch(body.clauses)}`;
    default:
      return body satisfies never;
  }
}

function printOrderItem(item: OrderItem): string {
  switch (item.kind) {
    case "factor":
      return item.word.text;
    case "instance":
      return `${item.name}(${item.values.map(printBinding).join(",")})`;
    case "group":
      return `(${item.items.map(printOrderItem).join(" ")})`;
    default:
      return item satisfies never;
  }
}

function printBinding({ name, value }: LetBinding): string {
  return `${name.text}=${printTight(value)}`;
}

function printSearch(clauses: readonly SearchClause[]): string {
  return ["search", ...clauses.map(printSearchClause)].join(" ");
}

function printSearchClause(clause: SearchClause): string {
  if (clause.kind !== "minimizing") return `${clause.kind} ${printExpression(clause.value)}`;
  const on = clause.machine === undefined ? "" : ` on ${clause.machine.text}`;
  return `minimizing ${clause.objective.text}${on}`;
}

function printSlices(body: SliceBody): string {
  switch (body.kind) {
    case "fit":
      return `to fit ${body.machine.text}`;
    case "to":
      return `to ${printExpression(body.limit)}`;
    case "over":
      return `over ${body.indices.map(printReference).join(", ")}`;
    default:
      return body satisfies never;
  }
}

function printTarget({ name, arguments: inside }: Target): string {
  return name.text + (inside === undefined ? "" : `(${printLexemes(inside)})`);
}

function wishes(all: readonly PlanWish[]): string {
  return all.map((wish) => ` ${printWish(wish)}`).join("");
}

function printWish(wish: PlanWish): string {
  switch (wish.kind) {
    case "devices":
    case "within":
      return `${wish.kind} ${printExpression(wish.value)}`;
    case "groups":
      return `groups of ${printExpression(wish.value)}`;
    case "by":
      return `by ${wish.word.text}`;
    case "over":
      return `over ${wish.stages
        .map(({ indices, step }) => {
          const own = indices.map(printReference).join(", ");
          return step === undefined ? own : `${own} at step ${printExpression(step)}`;
        })
        .join(" then ")}`;
    default:
      return wish satisfies never;
  }
}

function printShown({ figure, network, target, counts, search }: ShowItem): string {
  if (network === undefined) return figure.text;
  const plain = target === undefined && counts === undefined && search === undefined;
  if (["network", "order"].includes(figure.text) && plain) return `${figure.text} ${network.text}`;
  const on = target === undefined ? "" : ` on ${printTarget(target)}`;
  const searching = search === undefined ? "" : ` ${printSearch(search)}`;
  return `${figure.text} of ${network.text}${on}${printCounts(counts)}${searching}`;
}

function printCounts(counts: ShowItem["counts"]): string {
  if (counts === undefined) return "";
  const own = counts.kind === "range" ? printRange(counts.from, counts.to) : printExpression(counts.list);
  return ` for devices ${own}`;
}
