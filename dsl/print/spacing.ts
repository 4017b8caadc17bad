/** Blanks between the tokens of an expression, or of any other run of tokens, in the canonical form. */
import type { Token } from "../syntax/chain.ts";
import { tokenize } from "../syntax/statements.ts";

/** A bracket with what is inside, or a token by itself. */
type Item = Token | Group;

interface Group {
  readonly open: Token;
  readonly items: readonly Item[];
  /** Absent where the bracket is never closed. */
  readonly close: Token | undefined;
}

const CLOSERS: readonly string[] = [")", "]", "}"];
/** Operators that are words; the first have an operand on both sides. */
const BETWEEN: readonly string[] = ["mod", "and", "or", "xor", "to"];
const POWERS: readonly string[] = ["^", ".^"];
const PRODUCTS: readonly string[] = ["*", "/", ".*", "./", "%", "mod"];

/**
 * Tokens on one line: a blank after each comma and around operators, none around powers; none around products either where
 * a sum or comparison stands beside them, as in `1 - 2*x`. Where `tight`, only the blanks that keep tokens apart.
 */
export function spaced(tokens: readonly Token[], tight = false): string {
  return level(nested(tokens), tight);
}

/** The text of an expression in the canonical form. */
export function spacedText(text: string, tight = false): string {
  return spaced(tokenize(text), tight);
}

/** A run of tokens whose outermost list is written one item a line. */
export interface Listed {
  /** Up to and with the opening bracket. */
  readonly head: string;
  /** Without the commas between them; offsets are those of the tokens. */
  readonly items: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  /** From the closing bracket on. */
  readonly tail: string;
  /** Offsets of the two brackets. */
  readonly open: number;
  readonly close: number;
}

/** The first outermost bracket with several items; undefined where there is none. */
export function listed(tokens: readonly Token[]): Listed | undefined {
  const items = nested(tokens);
  const at = items.findIndex((item) => isGroup(item) && segmentsOf(item.items).length > 1);
  const group = items[at];
  if (group === undefined || !isGroup(group) || group.close === undefined) return undefined;
  const [before, after] = [items.slice(0, at), items.slice(at + 1)];
  // The brackets' own place among their neighbours, with nothing inside.
  const whole = level([...before, { ...group, items: [] }, ...after], false);
  const upToOpen = tokens.filter(({ offset }) => offset <= group.open.offset);
  const head = start(
    whole,
    upToOpen.reduce((sum, { text }) => sum + text.length, 0),
  );
  return {
    head,
    items: segmentsOf(group.items).map((segment) => ({
      text: segmentText(segment, false),
      start: startOf(segment[0]) ?? group.open.offset,
      end: endOf(segment.at(-1)) ?? group.open.offset,
    })),
    tail: whole.slice(head.length),
    open: group.open.offset,
    close: group.close.offset,
  };
}

/** The first `count` characters of a text that are no blanks, with the blanks between them. */
function start(text: string, count: number): string {
  let end = 0;
  for (let seen = 0; seen < count; end += 1) if (text[end] !== " ") seen += 1;
  return text.slice(0, end);
}

function isGroup(item: Item): item is Group {
  return "items" in item;
}

function startOf(item: Item | undefined): number | undefined {
  return item === undefined ? undefined : isGroup(item) ? item.open.offset : item.offset;
}

function endOf(item: Item | undefined): number | undefined {
  if (item === undefined) return undefined;
  if (!isGroup(item)) return item.offset + item.text.length;
  return (item.close?.offset ?? item.open.offset) + 1;
}

function nested(tokens: readonly Token[]): Item[] {
  const stack: { open: Token | undefined; items: Item[] }[] = [{ open: undefined, items: [] }];
  const end = (close: Token | undefined): void => {
    const { open, items } = stack.pop() as { open: Token; items: Item[] };
    stack.at(-1)?.items.push({ open, items, close });
  };
  for (const token of tokens) {
    const top = stack.at(-1) as (typeof stack)[number];
    const opens = token.type === "family" || ["(", "[", "{"].includes(token.text);
    if (opens) stack.push({ open: token, items: [] });
    else if (CLOSERS.includes(token.text) && top.open !== undefined) end(token);
    else top.items.push(token);
  }
  while (stack.length > 1) end(undefined);
  return stack[0]?.items ?? [];
}

/** Between commas. */
function segmentsOf(items: readonly Item[]): Item[][] {
  const segments: Item[][] = [[]];
  for (const item of items)
    if (!isGroup(item) && item.text === ",") segments.push([]);
    else segments.at(-1)?.push(item);
  return segments;
}

function level(items: readonly Item[], tight: boolean): string {
  return segmentsOf(items)
    .map((segment) => segmentText(segment, tight))
    .join(tight ? "," : ", ");
}

/** How an item stands to its neighbours. */
type Role = "operand" | "between" | "before" | "after" | "join";

function rolesOf(items: readonly Item[]): Role[] {
  const roles: Role[] = [];
  let queries = 0;
  items.forEach((item, position) => {
    const last = roles.at(-1);
    const left = last === "operand" || last === "after";
    const right = items[position + 1];
    const text = isGroup(item) ? "" : item.text;
    if (text === "?") queries += 1;
    if (text === ":" && queries === 0) roles.push("join");
    else if (text === ":") {
      queries -= 1;
      roles.push("between");
    } else roles.push(roleOf(item, left, right));
  });
  return roles;
}

function roleOf(item: Item, left: boolean, right: Item | undefined): Role {
  if (isGroup(item)) return "operand";
  const { type, text } = item;
  if (type === "name" && text === "not" && !left) return "before";
  if (type === "name" && BETWEEN.includes(text) && left && right !== undefined) return "between";
  if (text === ".." || text === ";" || type === "newline") return "join";
  if (text === "=") return "between";
  if (type !== "op") return "operand";
  if (text === "'" || text === "!") return left ? "after" : "before";
  const ends = right === undefined || (!isGroup(right) && right.type === "op" && right.text !== "-");
  if (text === "%" && left && ends) return "after";
  return left ? "between" : "before";
}

function segmentText(items: readonly Item[], tight: boolean): string {
  const roles = rolesOf(items);
  const sums = items.some((item, position) => roles[position] === "between" && !isProduct(item));
  let text = "";
  items.forEach((item, position) => {
    const own = itemText(item, tight);
    const before = items[position - 1];
    const blank =
      before !== undefined &&
      (separated({ items, roles, position, tight, sums }) || merges(lastToken(before), own));
    text += blank ? ` ${own}` : own;
  });
  return text;
}

function itemText(item: Item, tight: boolean): string {
  if (!isGroup(item)) return item.type === "newline" ? "\n" : item.text;
  const inside = level(item.items, tight || item.open.type === "family");
  const padded = item.open.text === "{" && inside !== "" ? ` ${inside} ` : inside;
  return item.open.text + padded + (item.close?.text ?? "");
}

function lastToken(item: Item): string {
  return isGroup(item) ? (item.close?.text ?? item.open.text) : item.text;
}

function isProduct(item: Item): boolean {
  return !isGroup(item) && [...POWERS, ...PRODUCTS].includes(item.text);
}

interface Joint {
  readonly items: readonly Item[];
  readonly roles: readonly Role[];
  readonly position: number;
  readonly tight: boolean;
  /** A sum or comparison is in the same run. */
  readonly sums: boolean;
}

/** Whether a blank stands before the item at `position`. */
function separated({ items, roles, position, tight, sums }: Joint): boolean {
  const [left, right] = [items[position - 1] as Item, items[position] as Item];
  const [was, is] = [roles[position - 1], roles[position]];
  if (was === "join" || is === "join") return false;
  if (was === "between" || is === "between") {
    const operator = is === "between" ? right : left;
    const word = !isGroup(operator) && operator.type === "name";
    if (word || isGroup(operator)) return true;
    if (tight || POWERS.includes(operator.text) || isRate(items, is === "between" ? position : position - 1))
      return false;
    return !(sums && PRODUCTS.includes(operator.text));
  }
  if (was === "before") return !isGroup(left) && left.type === "name";
  if (is === "after") return !isGroup(right) && right.text === "%" && !tight;
  if (is === "before") return !tight;
  return !(isGroup(right) && ["(", "["].includes(right.open.text) && callable(left));
}

/** The stroke of `60 GB/s`: a number, a unit, and another unit. */
function isRate(items: readonly Item[], position: number): boolean {
  const around = [-2, -1, 0, 1].map((step) => items[position + step]);
  const [number, unit, stroke, per] = around.map((item) =>
    item === undefined || isGroup(item) ? undefined : item,
  );
  return number?.type === "number" && unit?.type === "name" && stroke?.text === "/" && per?.type === "name";
}

/** `f(x)` and `A[i]`, but `2 (x)` and `for (`. */
function callable(item: Item): boolean {
  return !isGroup(item) && item.type === "name" && !BETWEEN.includes(item.text) && item.text !== "not";
}

const WORDLIKE = /[\p{L}\p{N}_."]/u;
const ALONE = /[()[\]{},]/u;

/** Whether two tokens would be read as other ones without a blank between them. */
function merges(left: string, right: string): boolean {
  const [end, start] = [left.at(-1) ?? "", right[0] ?? ""];
  if (ALONE.test(start) && end !== "_") return false;
  if (ALONE.test(end)) return false;
  if (WORDLIKE.test(end) !== WORDLIKE.test(start) && end !== "." && start !== "." && end !== "_")
    return false;
  const tokens = tokenize(left + right);
  return tokens[0]?.text !== left;
}
