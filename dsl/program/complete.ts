/** What may be written at a place of a program. */
import { METHODS } from "../distribute/wanted.ts";
import { DTYPES } from "../network/network.ts";
import { presets } from "../distribute/presets.ts";
import type { Token } from "../syntax/chain.ts";
import { HEADS, PATTERNS, WORDS_OF } from "../syntax/words.ts";
import { splitStatements, tokenize } from "../syntax/statements.ts";
import { parse } from "../syntax/parse.ts";
import { CONSTANTS, FUNCTIONS } from "./allowed.ts";
import { FIGURES, QUANTITIES, type Definition, type Definitions } from "./program.ts";

export interface Completions {
  /** In the order of the alphabet. */
  readonly matches: readonly string[];
  /** UTF-16 offsets of the text that a match replaces. */
  readonly start: number;
  readonly end: number;
}

type Kind = Definition["kind"];

/** The names by kind: those of earlier programs, and those that the statements of this one define. */
type Known = ReadonlyMap<string, Kind>;

const WORD_BEFORE = new RegExp(`${PATTERNS.name.source}$`, "u");
const CONSTRUCTIONS = ["product", "amplitude(", "expectation(", "count(", "partition(", "einsum("];
const SOURCES = ["normal(seed ", "uniform(seed ", "data(", 'file("', "copy"];
const ORDERS = ["search", "greedy", "optimal", "partition", "anneal", "path"];
const OBJECTIVES = ["flops", "size", "combo", "writes", "peak", "time"];
const THREADS = ["threads("];

/** Names, words and indices that begin with what stands before `offset`; none inside comments and texts, but presets. */
export function complete(source: string, offset: number, definitions: Definitions): Completions {
  const before = source.slice(0, offset);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const preset = /preset\s+"([^"]*)$/u.exec(line);
  if (preset !== null) return among([...presets.keys()], preset[1] ?? "", offset);
  if (endsInside(line)) return { matches: [], start: offset, end: offset };
  const word = WORD_BEFORE.exec(before)?.[0] ?? "";
  const tokens = statementBefore(before.slice(0, before.length - word.length));
  const known = namesKnown(source, definitions);
  return among(candidates(tokens, known, definitions), word, offset);
}

function among(all: readonly string[], word: string, offset: number): Completions {
  const matches = [...new Set(all)].filter((one) => one.startsWith(word) && one !== word).sort();
  return { matches, start: offset - word.length, end: offset };
}

/** Whether a line ends in a comment or a text. */
function endsInside(line: string): boolean {
  const bare = line.replaceAll(new RegExp(PATTERNS.string.source, "gu"), "");
  return bare.includes("#") || bare.includes('"');
}

/** Tokens of the statement that goes on where the text ends; none where a new one begins there. */
function statementBefore(text: string): readonly Token[] {
  const { drafts, open } = splitStatements(text);
  const last = drafts.at(-1);
  if (last === undefined || (!open && /\n[^\S\n]*$/u.test(text))) return [];
  return last.tokens;
}

function namesKnown(source: string, definitions: Definitions): Known {
  const known = new Map<string, Kind>([...definitions].map(([name, { kind }]) => [name, kind]));
  for (const statement of parse(source).readable.statements) {
    if (statement.kind === "tensor") for (const { name } of statement.heads) known.set(name.text, "tensor");
    else if (statement.kind === "let") for (const { name } of statement.bindings) known.set(name.text, "let");
    else if (statement.kind === "network" || statement.kind === "machine")
      known.set(statement.name.text, statement.kind);
  }
  return known;
}

function ofKind(known: Known, ...kinds: readonly Kind[]): string[] {
  return [...known].flatMap(([name, kind]) => (kinds.includes(kind) ? [name] : []));
}

/** Indices by their labels, a family by its front: `s_{`. */
function indicesOf(known: Known, definitions: Definitions): string[] {
  const labels = [...definitions.values()].flatMap((one) => (one.kind === "tensor" ? one.labels : []));
  const families = ofKind(known, "family").map((key) => key.slice(0, key.indexOf("{") + 1));
  return [...ofKind(known, "index"), ...families, ...labels];
}

function values(known: Known): string[] {
  return [...ofKind(known, "let"), ...CONSTANTS, ...[...FUNCTIONS].map((name) => `${name}(`)];
}

function candidates(tokens: readonly Token[], known: Known, definitions: Definitions): readonly string[] {
  const [head, second] = tokens;
  if (head === undefined) return HEADS;
  const last = tokens.at(-1)?.text ?? "";
  const networks = ofKind(known, "network");
  if (second === undefined)
    return ["order", "slice", "distribute", "require", "run", "compare"].includes(head.text)
      ? networks
      : head.text === "show"
        ? FIGURES
        : [];
  const machines = [...ofKind(known, "machine"), ...THREADS];
  if (last === "on" || last === "fit") return machines;
  const bracket = innermost(tokens);
  switch (head.text) {
    case "let":
      return values(known);
    case "index":
      return last === ":" || bracket !== undefined ? values(known) : [];
    case "tensor":
      return inTensor(tokens, bracket, known, definitions);
    case "network":
      return inNetwork(tokens, bracket, known, definitions);
    case "order":
      return inOrder(tokens, known, definitions);
    case "machine":
      return inMachine(last, bracket, machines);
    case "slice":
      return last === "over" || last === ","
        ? indicesOf(known, definitions)
        : ["to", "over", "fit", ...ofKind(known, "let")];
    case "distribute":
      return inDistribute(last, known, definitions);
    case "require":
      return last === ":" || last === "," ? QUANTITIES : ofKind(known, "let");
    case "run":
      return ["on", "dry"];
    case "show":
      return last === "," ? FIGURES : last === "of" ? networks : [...networks, "of", "on", "for", "devices"];
    case "compare":
      return last === ":" || last === "," ? METHODS : ["on", "devices", "within"];
    default:
      return [];
  }
}

function inMachine(
  last: string,
  bracket: string | undefined,
  machines: readonly string[],
): readonly string[] {
  if (bracket === "{") return WORDS_OF["machine"] ?? [];
  return last === "=" ? [...machines, "torch(processes ", "preset"] : ["with", "link("];
}

/** The bracket that is still open at the end; `{` of a subscript is its name with the bracket. */
function innermost(tokens: readonly Token[]): string | undefined {
  const open: string[] = [];
  for (const { type, text } of tokens)
    if (type === "family" || ["(", "[", "{"].includes(text)) open.push(text);
    else if ([")", "]", "}"].includes(text)) open.pop();
  return open.at(-1);
}

function inTensor(
  tokens: readonly Token[],
  bracket: string | undefined,
  known: Known,
  definitions: Definitions,
): readonly string[] {
  const last = tokens.at(-1)?.text ?? "";
  if (tokens.some(({ text }) => text === "=")) {
    const own = axesOf(tokens);
    return last === "=" ? [...own, ...values(known), ...SOURCES] : [...own, ...values(known)];
  }
  if (bracket === undefined) return last === ":" ? DTYPES : [];
  return last === ":" ? values(known) : indicesOf(known, definitions);
}

/** The indices of the tensor itself, which its entries are an expression of. */
function axesOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ type, text }, position) => {
    const before = tokens[position - 1]?.text ?? "";
    return type === "name" && (before === "[" || before === ",") ? [text] : [];
  });
}

function inNetwork(
  tokens: readonly Token[],
  bracket: string | undefined,
  known: Known,
  definitions: Definitions,
): readonly string[] {
  const last = tokens.at(-1)?.text ?? "";
  const loops = tokens.flatMap((token, position) =>
    ["for", ","].includes(tokens[position - 1]?.text ?? "") && token.type === "name" ? [token.text] : [],
  );
  if (bracket !== undefined && bracket.endsWith("_{")) return [...loops, ...ofKind(known, "let")];
  if (bracket === "[") return indicesOf(known, definitions);
  if (!tokens.some(({ text }) => text === "=")) return last === ":" ? DTYPES : [];
  if (last === "in" || last === ".." || last === "if") return [...loops, ...values(known)];
  const tensors = ofKind(known, "tensor");
  if (bracket === "(") return [...ofKind(known, "circuit", "formula", "model"), ...tensors];
  const more = bracket === "{" ? ["for", "in", "if"] : CONSTRUCTIONS;
  return [...tensors, ...more, ...(last === "=" ? ofKind(known, "network") : ["with"])];
}

function inOrder(tokens: readonly Token[], known: Known, definitions: Definitions): readonly string[] {
  const last = tokens.at(-1)?.text ?? "";
  if (tokens.length === 2) return ["by"];
  if (last === "minimizing") return OBJECTIVES;
  if (tokens.some(({ text }) => text === "search"))
    return ["minimizing", "within", "seed", "on", ...ofKind(known, "let")];
  const network = definitions.get(tokens[1]?.text ?? "");
  const factors = network?.kind === "network" ? network.valued.network.tensors.map(({ name }) => name) : [];
  return last === "=" ? [...ORDERS, ...factors] : factors;
}

function inDistribute(last: string, known: Known, definitions: Definitions): readonly string[] {
  if (last === "by") return METHODS;
  if (last === "over" || last === "then" || last === ",") return indicesOf(known, definitions);
  return ["on", "devices", "groups", "of", "by", "over", "then", "at", "step", "within"];
}

/** Names at an offset: the word itself, then the index in whose subscripts it stands. */
export function wordsAt(source: string, offset: number): readonly string[] {
  const tokens = tokenize(source);
  const at = tokens.findLastIndex(({ offset: own }) => own <= offset);
  const words: string[] = [];
  for (let position = at; position >= 0; position -= 1) {
    const token = tokens[position];
    if (token === undefined || token.type === "newline") break;
    const end = token.type === "family" ? familyEnd(tokens, position) : token.offset + token.text.length;
    const near = position >= at - 1 && ["name", "keyword"].includes(token.type) && offset <= end;
    if (near || (token.type === "family" && offset < end)) words.push(source.slice(token.offset, end));
  }
  return words;
}

function familyEnd(tokens: readonly Token[], position: number): number {
  let depth = 0;
  for (const { type, text, offset } of tokens.slice(position)) {
    if (type === "family") depth += 1;
    else if (text === "}") depth -= 1;
    if (depth === 0) return offset + 1;
  }
  return Infinity;
}
