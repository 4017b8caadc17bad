/** `machine` statements in the canonical form. */
import type { Span } from "../base/diagnostic.ts";
import type { Token } from "../syntax/chain.ts";
import { tokenize } from "../syntax/statements.ts";
import { breaksAfter, endLine, indented, WIDTH, type Writer } from "./layout.ts";
import { printExpression, printLexemes } from "./terms.ts";
import type { MachinePart, Statement, WrittenLink } from "../syntax/tree.ts";

type MachineStatement = Extract<Statement, { kind: "machine" }>;

export function writeMachine(writer: Writer, { name, body }: MachineStatement): void {
  writer.text = `machine ${name.text} `;
  switch (body.kind) {
    case "call":
      writer.text += `= ${body.name.text}(${printLexemes(body.arguments)})`;
      return;
    case "preset":
      writer.text += `= ${body.word.text} "${body.name.text}"`;
      return;
    case "with":
      writer.text += `= ${body.base.text} with ${body.links.map(printLink).join(", ")}`;
      return;
    case "block":
      writeParts(writer, body.parts, body.span);
      return;
    default:
      body satisfies never;
  }
}

function printLink({ node, device, share }: WrittenLink): string {
  return `link(node ${printExpression(node)}, device ${printExpression(device)}) at ${printExpression(share)}`;
}

/** Neighbours that one pair of braces may hold. */
interface Group {
  readonly head: "device" | "tier";
  readonly parts: MachinePart[];
}

function groupsOf(parts: readonly MachinePart[]): Group[] {
  const groups: Group[] = [];
  for (const part of parts) {
    const head = part.kind === "node" || part.kind === "cluster" ? "tier" : "device";
    const last = groups.at(-1);
    if (last !== undefined && last.head === head && head === "device") last.parts.push(part);
    else groups.push({ head, parts: [part] });
  }
  return groups;
}

/** One tier a line; the device's figures on one line where they fit. `span` is that of the block with its braces. */
function writeParts(writer: Writer, parts: readonly MachinePart[], span: Span): void {
  const words = wordsIn(writer.source, span);
  const close = span.end - 1;
  const groups = groupsOf(parts).map(({ head, parts: own }) => {
    const items = itemsOf(own, writer.source, words);
    const first = items[0]?.start ?? close;
    const last = items.at(-1)?.end ?? close;
    if (head === "tier") return { head, items, start: first, end: last };
    return { head, items, start: ownerOf(words, first) ?? first, end: braceAfter(writer.source, last) };
  });
  writer.text += "{";
  const begin = groups[0]?.start ?? close;
  endLine(writer, span.start + 1, begin, 1);
  groups.forEach(({ head, items, end }, position) => {
    const next = groups[position + 1];
    if (head === "device") writeDevice(writer, items, end);
    else writer.text = items.map(({ text }) => text).join("");
    endLine(writer, end, next?.start ?? close, next === undefined ? 0 : 1);
  });
  writer.text = "}";
}

/** Tokens of a block, their offsets those of the whole source. */
function wordsIn(source: string, { start, end }: Span): Token[] {
  return tokenize(source.slice(start, end))
    .filter(({ type }) => type !== "newline")
    .map((token) => ({ ...token, offset: start + token.offset }));
}

/** Where the word stands that opens the braces whose first token is at `offset`. */
function ownerOf(words: readonly Token[], offset: number): number | undefined {
  const inside = words.findIndex((token) => token.offset === offset);
  return words[inside - 2]?.offset;
}

/** Where the next closing brace ends. */
function braceAfter(source: string, offset: number): number {
  const brace = /(?:[\s;,]|#[^\n]*)*\}/uy;
  brace.lastIndex = offset;
  return brace.test(source) ? brace.lastIndex : offset;
}

/** `end` is where the braces of the device close. */
function writeDevice(writer: Writer, items: readonly Item[], end: number): void {
  const short = `device { ${items.map(({ text }) => text).join("  ")} }`;
  const first = items[0]?.start ?? end;
  const tall = breaksAfter(writer.source, writer.start, items.at(-1)?.start ?? end, end);
  if (!tall && indented({ text: short, depth: 1 }).length <= WIDTH) {
    writer.text = short;
    return;
  }
  writer.text = "device {";
  endLine(writer, writer.start + "device".length, first, 2);
  items.forEach((item, position) => {
    const after = items[position + 1];
    writer.text = item.text;
    endLine(writer, item.end, after?.start ?? end - 1, after === undefined ? 1 : 2);
  });
  writer.text = "}";
}

interface Item {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Peaks by dtype that follow each other share one pair of braces. */
function itemsOf(parts: readonly MachinePart[], source: string, words: readonly Token[]): Item[] {
  const items: { text: string; start: number; end: number; peaks: boolean }[] = [];
  for (const part of parts) {
    const peaks = part.kind === "peak" && part.dtype !== undefined;
    const last = items.at(-1);
    if (peaks && last?.peaks === true) {
      last.text = `${last.text.slice(0, -2)}, ${printPart(part)} }`;
      last.end = braceAfter(source, endOf(part));
    } else {
      const text = peaks ? `peak { ${printPart(part)} }` : printPart(part);
      const end = peaks ? braceAfter(source, endOf(part)) : endOf(part);
      const own = part.word.span.start;
      items.push({ text, start: (peaks ? ownerOf(words, own) : undefined) ?? own, end, peaks });
    }
  }
  return items;
}

function endOf(part: MachinePart): number {
  switch (part.kind) {
    case "peak":
    case "launch":
      return part.value.span.end;
    case "memory":
      return part.rate.span.end;
    case "node":
    case "cluster":
      return (part.latency ?? part.rate).span.end;
    default:
      return part satisfies never;
  }
}

function printPart(part: MachinePart): string {
  switch (part.kind) {
    case "peak":
      return part.dtype === undefined
        ? `peak ${printExpression(part.value)}`
        : `${part.dtype.text}: ${printExpression(part.value)}`;
    case "memory":
      return `memory ${printExpression(part.value)} at ${printExpression(part.rate)}`;
    case "launch":
      return `launch ${printExpression(part.value)}`;
    case "node":
    case "cluster": {
      const members = part.kind === "node" ? "devices" : "nodes";
      const latency = part.latency === undefined ? "" : ` latency ${printExpression(part.latency)}`;
      return `${part.kind} ${printExpression(part.count)} ${members} over ${printExpression(part.rate)}${latency}`;
    }
    default:
      return part satisfies never;
  }
}
