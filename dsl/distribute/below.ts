/** What a wish for the order of a pair's result asks of its operands, so that the pair is one product on views. */
import type { ModeId } from "../schedule/schedule.ts";
import {
  allows,
  exchanged,
  extracted,
  frontier,
  inLine,
  LEFT,
  ordered,
  partsOf,
  together,
  type OrderTree,
} from "./arrange.ts";

/** The operands of a pair by the modes they share; `stem` is the larger subtree. */
export interface Operands {
  readonly stem: number;
  readonly branch: number;
  /** Shared and kept. */
  readonly batch: ReadonlySet<ModeId>;
  /** Shared and contracted. */
  readonly k: ReadonlySet<ModeId>;
  /** Of the stem alone. */
  readonly stemFree: ReadonlySet<ModeId>;
  /** Of the branch alone. */
  readonly branchFree: ReadonlySet<ModeId>;
}

/** How the contracted modes may lie in both operands, as parts that follow each other, and what that costs the branch. */
export interface Meeting {
  readonly contracted: readonly OrderTree[];
  /** Sets of the branch's own modes that have to lie together. */
  readonly own: readonly ReadonlySet<ModeId>[];
  readonly cost: number;
}

/**
 * One way to read the stem as [outer][free][k] or [outer][k][free] and to write the result as [outer][free][own] or [outer][own][free],
 * `own` being the branch's. `place`: where the branch's own modes go: in the place of k, last, or wherever the wish has them.
 */
export interface Reading {
  readonly stem: OrderTree;
  readonly place: "of-k" | "last" | "any" | "after-batch";
  /** The wish, with the branch's own modes together. */
  readonly result: OrderTree;
}

function union(...sets: readonly Iterable<ModeId>[]): Set<ModeId> {
  return new Set(sets.flatMap((set) => [...set]));
}

/** All ways to read the operands that give the result in an order which the wish allows. */
export function readsBelow(operands: Operands, wish: OrderTree, { contracted, own }: Meeting): Reading[] {
  const { batch, k, branchFree } = operands;
  const result = [branchFree, ...own].reduce<OrderTree | undefined>(
    (tree, modes) => (tree === undefined ? undefined : together(tree, modes)),
    wish,
  );
  if (result === undefined) return [];
  if (batch.size > 0) return batchedReads(operands, result, contracted);
  const rest = partsOf(exchanged(result, branchFree, []));
  const found: Reading[] = [];
  if (branchFree.size > 0)
    found.push({ stem: exchanged(result, branchFree, contracted), place: "of-k", result });
  if (k.size > 0) found.push({ stem: inLine(...rest, ...contracted), place: "any", result });
  const last = together(result, union([LEFT], operands.stemFree));
  if (last === undefined) return found;
  const before = partsOf(exchanged(last, branchFree, []));
  const [only] = before;
  const inside =
    before.length === 1 && only !== undefined && typeof only !== "number" && only.kind === "free"
      ? inLine({ kind: "free", parts: [...only.parts, ...contracted] })
      : inLine(...contracted, ...before);
  return [...found, { stem: inside, place: "last", result: last }];
}

/** Shared modes that are kept lead in both operands and in the result. */
function batchedReads(operands: Operands, result: OrderTree, contracted: readonly OrderTree[]): Reading[] {
  const { batch, stemFree, branchFree } = operands;
  const leading = together(result, union([LEFT], batch));
  if (leading === undefined) return [];
  const reads = (whole: OrderTree | undefined, place: Reading["place"]): Reading[] => {
    if (whole === undefined) return [];
    const parts = partsOf(exchanged(whole, branchFree, []));
    const first = parts.filter((part) => frontier(part).every((mode) => batch.has(mode)));
    const rest = parts.slice(first.length);
    return [inLine(...parts, ...contracted), inLine(...first, ...contracted, ...rest)].map((stem) => {
      return { stem, place, result: whole };
    });
  };
  if (branchFree.size === 0) return reads(leading, "last");
  return [
    ...reads(together(leading, union([LEFT], batch, stemFree)), "last"),
    ...reads(together(leading, union([LEFT], batch, branchFree)), "after-batch"),
  ];
}

/** A result's order, made from the stem's. */
export interface Result {
  /** The branch's own modes, as parts that follow each other. */
  readonly own: readonly OrderTree[];
  /** Modes of the stem in front of the block on which the product works. */
  readonly outer: number;
  readonly branchLeads: boolean;
}

/** How the result comes from the stem, whose order is fixed. */
export function resultOf(
  { batch, k, branchFree }: Operands,
  reading: Reading,
  stem: readonly ModeId[],
): Result {
  const { result } = reading;
  const place = reading.place === "of-k" && k.size === 0 ? "any" : reading.place;
  const rest = stem.filter((mode) => !k.has(mode));
  const kAt = k.size === 0 ? rest.length : stem.findIndex((mode) => k.has(mode));
  const at = { "of-k": kAt, "after-batch": batch.size, last: rest.length, any: undefined }[place];
  const own = ownParts(result, branchFree, rest, at);
  if (place === "after-batch") return { own, outer: batch.size, branchLeads: true };
  if (batch.size > 0) return { own, outer: batch.size, branchLeads: false };
  if (place === "of-k") return between(own, kAt, rest.length);
  if (place === "last") return { own, outer: kAt === rest.length ? 0 : kAt, branchLeads: false };
  const modes = own.flatMap((part) => frontier(part));
  for (let before = rest.length; before >= 0; before -= 1)
    if (allows(result, [...rest.slice(0, before), ...modes, ...rest.slice(before)]))
      return between(own, before, rest.length);
  return { own, outer: 0, branchLeads: false };
}

function between(own: readonly OrderTree[], before: number, count: number): Result {
  return before === count ? { own, outer: 0, branchLeads: false } : { own, outer: before, branchLeads: true };
}

/** The branch's own modes as the wish has them, once the others lie in this order; `at`: the place among those, where it is known. */
function ownParts(
  result: OrderTree,
  branchFree: ReadonlySet<ModeId>,
  rest: readonly ModeId[],
  at: number | undefined,
): readonly OrderTree[] {
  const parts = extracted(result, branchFree);
  if (parts.length <= 1) return parts;
  const places = new Map(rest.map((mode, place) => [mode, place]));
  if (at !== undefined) for (const mode of branchFree) places.set(mode, at - 0.5);
  const order = ordered(result, places);
  const [head, tail] = [parts[0], parts.at(-1)].map((part) =>
    order.indexOf(frontier(part ?? LEFT)[0] ?? LEFT),
  );
  return (head ?? 0) <= (tail ?? 0) ? parts : parts.toReversed();
}
