/**
 * Sets of orders, as the trees of Booth and Lueker (J. Comput. Syst. Sci. 13, 335 (1976), there PQ-trees): all orders of modes in which
 * given sets of modes lie together. The left end of storage is a leaf of its own, so that "lies in front" is "lies together with it".
 */
import type { ModeId } from "../schedule/schedule.ts";

/** A mode, or parts in any order (`free`), or parts in this order or the reverse (`line`). */
export type OrderTree = ModeId | { readonly kind: "free" | "line"; readonly parts: readonly OrderTree[] };

/** The left end. It is the first part of the line that every tree of a whole tensor is, and no mode. */
export const LEFT: ModeId = -1;

type Set_ = ReadonlySet<ModeId>;
type Fill = "none" | "some" | "all";

/** Orders of a tensor that consist of these parts one after the other. */
export function inLine(...parts: readonly OrderTree[]): OrderTree {
  return { kind: "line", parts: [LEFT, ...parts] };
}

/** The modes as one part in any order; no part where there are none. */
export function anyOrder(modes: readonly ModeId[]): readonly OrderTree[] {
  return group("free", modes);
}

function group(kind: "free" | "line", parts: readonly OrderTree[]): readonly OrderTree[] {
  return parts.length > 1 ? [{ kind, parts }] : parts;
}

/** Parts of a whole tensor's tree after the left end. */
export function partsOf(tree: OrderTree): readonly OrderTree[] {
  return typeof tree === "number" ? [] : tree.parts.slice(1);
}

/** Every mode, in an order that the tree allows. */
export function frontier(tree: OrderTree): ModeId[] {
  const modes: ModeId[] = [];
  collect(tree, modes);
  return modes.filter((mode) => mode !== LEFT);
}

function collect(tree: OrderTree, into: ModeId[]): void {
  if (typeof tree === "number") into.push(tree);
  else for (const part of tree.parts) collect(part, into);
}

function fillOf(tree: OrderTree, modes: Set_): Fill {
  if (typeof tree === "number") return modes.has(tree) ? "all" : "none";
  let found: Fill | undefined;
  for (const part of tree.parts) {
    const own = fillOf(part, modes);
    if (own === "some" || (found !== undefined && found !== own)) return "some";
    found = own;
  }
  return found ?? "none";
}

/** The orders of the tree in which the modes lie together; undefined where there are none. */
export function together(tree: OrderTree, modes: Set_): OrderTree | undefined {
  if (typeof tree === "number") return tree;
  const fills = tree.parts.map((part) => fillOf(part, modes));
  const first = fills.findIndex((fill) => fill !== "none");
  const last = fills.findLastIndex((fill) => fill !== "none");
  if (first < 0) return tree;
  if (first === last) {
    const part = tree.parts[first] as OrderTree;
    const own = fills[first] === "some" ? together(part, modes) : part;
    return own === undefined ? undefined : { ...tree, parts: tree.parts.with(first, own) };
  }
  return tree.kind === "free"
    ? togetherFree(tree.parts, fills, modes)
    : togetherLine(tree.parts, fills, modes);
}

function togetherFree(
  parts: readonly OrderTree[],
  fills: readonly Fill[],
  modes: Set_,
): OrderTree | undefined {
  const having = (fill: Fill): OrderTree[] => parts.filter((_, place) => fills[place] === fill);
  const [one, other, third] = having("some");
  if (third !== undefined) return undefined;
  const head = one === undefined ? [] : graded(one, modes);
  const tail = other === undefined ? [] : graded(other, modes);
  if (head === undefined || tail === undefined) return undefined;
  const core = group("line", [...head, ...group("free", having("all")), ...tail.toReversed()]);
  return group("free", [...having("none"), ...core])[0];
}

function togetherLine(
  parts: readonly OrderTree[],
  fills: readonly Fill[],
  modes: Set_,
): OrderTree | undefined {
  const first = fills.findIndex((fill) => fill !== "none");
  const last = fills.findLastIndex((fill) => fill !== "none");
  if (fills.slice(first + 1, last).some((fill) => fill !== "all")) return undefined;
  const head = graded(parts[first] as OrderTree, modes);
  const tail = graded(parts[last] as OrderTree, modes);
  if (head === undefined || tail === undefined) return undefined;
  const middle = [...head, ...parts.slice(first + 1, last), ...tail.toReversed()];
  return { kind: "line", parts: [...parts.slice(0, first), ...middle, ...parts.slice(last + 1)] };
}

/** A part that holds some of the modes, as parts of a line: those without them first; undefined where that cannot be. */
function graded(tree: OrderTree, modes: Set_): readonly OrderTree[] | undefined {
  if (typeof tree === "number" || fillOf(tree, modes) !== "some") return [tree];
  const fills = tree.parts.map((part) => fillOf(part, modes));
  if (tree.kind === "line") {
    const backwards = fills[0] === "all" || fills.at(-1) === "none";
    return backwards
      ? gradedLine(tree.parts.toReversed(), fills.toReversed(), modes)
      : gradedLine(tree.parts, fills, modes);
  }
  const having = (fill: Fill): OrderTree[] => tree.parts.filter((_, place) => fills[place] === fill);
  const [one, other] = having("some");
  if (other !== undefined) return undefined;
  const middle = one === undefined ? [] : graded(one, modes);
  if (middle === undefined) return undefined;
  return [...group("free", having("none")), ...middle, ...group("free", having("all"))];
}

function gradedLine(
  parts: readonly OrderTree[],
  fills: readonly Fill[],
  modes: Set_,
): readonly OrderTree[] | undefined {
  const found: OrderTree[] = [];
  let begun = false;
  for (const [place, part] of parts.entries()) {
    const fill = fills[place];
    if (begun && fill !== "all") return undefined;
    const own = graded(part, modes);
    if (own === undefined) return undefined;
    found.push(...own);
    begun ||= fill !== "none";
  }
  return found;
}

/** The tree with modes that lie together exchanged for other parts, which stand in their place in this order. */
export function exchanged(tree: OrderTree, modes: Set_, by: readonly OrderTree[]): OrderTree {
  return exchangedParts(tree, modes, by)[0] ?? LEFT;
}

function exchangedParts(tree: OrderTree, modes: Set_, by: readonly OrderTree[]): readonly OrderTree[] {
  const fill = fillOf(tree, modes);
  if (fill !== "some" || typeof tree === "number") return fill === "all" ? by : [tree];
  let put = false;
  const parts: OrderTree[] = [];
  for (const part of tree.parts) {
    const own = fillOf(part, modes);
    if (own === "none") parts.push(part);
    else if (own === "some") parts.push(...exchangedParts(part, modes, by));
    else if (!put) parts.push(...by);
    put ||= own !== "none";
  }
  return parts[0] === LEFT ? [{ ...tree, parts }] : group(tree.kind, parts);
}

/** The part of the tree that holds modes which lie together, as parts of a line. */
export function extracted(tree: OrderTree, modes: Set_): readonly OrderTree[] {
  const fill = fillOf(tree, modes);
  if (fill !== "some" || typeof tree === "number") return fill === "all" ? [tree] : [];
  const holding = tree.parts.filter((part) => fillOf(part, modes) !== "none");
  const found = holding.flatMap((part) => extracted(part, modes));
  return tree.kind === "free" && holding.length > 1 ? group("free", found) : found;
}

/** An order that the tree allows, as near to `before` as it can be: modes at lower places first. */
export function ordered(tree: OrderTree, before: ReadonlyMap<ModeId, number>): ModeId[] {
  const modes: ModeId[] = [];
  arrange(tree, before, modes);
  return modes;
}

/** The lowest place of a part's modes. */
function leastPlace(tree: OrderTree, before: ReadonlyMap<ModeId, number>): number {
  if (typeof tree === "number") return tree === LEFT ? -1 : (before.get(tree) ?? Infinity);
  let least = Infinity;
  for (const part of tree.parts) least = Math.min(least, leastPlace(part, before));
  return least;
}

function arrange(tree: OrderTree, before: ReadonlyMap<ModeId, number>, into: ModeId[]): void {
  if (typeof tree === "number") {
    if (tree !== LEFT) into.push(tree);
    return;
  }
  const { kind, parts } = tree;
  const places = parts.map((part) => leastPlace(part, before));
  for (const part of kind === "free" ? byPlace(parts, places) : forwards(parts, places))
    arrange(part, before, into);
}

/** Parts at lower places first; those of equal places as they are. */
function byPlace(parts: readonly OrderTree[], places: readonly number[]): readonly OrderTree[] {
  if (places.every((place, at) => at === 0 || (places[at - 1] as number) <= place)) return parts;
  const order = [...places.keys()];
  order.sort((a, b) => (places[a] === places[b] ? 0 : (places[a] as number) - (places[b] as number)));
  return order.map((at) => parts[at] as OrderTree);
}

/** Parts of a line in the direction in which the first of known place is not after the last. */
function forwards(parts: readonly OrderTree[], places: readonly number[]): readonly OrderTree[] {
  const first = places.find((place) => place < Infinity) ?? 0;
  const last = places.findLast((place) => place < Infinity) ?? 0;
  return first > last ? parts.toReversed() : parts;
}

/** Whether the tree allows a full order. */
export function allows(tree: OrderTree, order: readonly ModeId[]): boolean {
  const places = new Map(order.map((mode, place) => [mode, place]));
  const found = ordered(tree, places);
  return found.length === order.length && found.every((mode, place) => mode === order[place]);
}

/** The sets that lie together in every order of a part: all that it asks for. */
export function setsOf(tree: OrderTree): ReadonlySet<ModeId>[] {
  if (typeof tree === "number") return [];
  const { kind, parts } = tree;
  const wholes = parts.map((part) => frontier(part));
  const own =
    kind === "free" ? [wholes.flat()] : wholes.slice(1).map((next, k) => [...(wholes[k] ?? []), ...next]);
  return [...own.map((modes) => new Set(modes)), ...parts.flatMap(setsOf)];
}

/** How many parts are free: of two trees with one cost, the freer leaves more ways open. */
export function freedom(tree: OrderTree): number {
  if (typeof tree === "number") return 0;
  const own = tree.kind === "free" ? tree.parts.length - 1 : 0;
  return tree.parts.reduce<number>((sum, part) => sum + freedom(part), own);
}
