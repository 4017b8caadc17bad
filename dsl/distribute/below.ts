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
 * One way to read the stem, its contracted modes together, and to write the result: the branch's own modes together, all others in the order
 * of the stem. `place`: where the branch's own modes go: in the place of k, last, or wherever the wish has them.
 */
export interface Reading {
  readonly stem: OrderTree;
  readonly place: "of-k" | "last" | "any";
  /** The wish, with the branch's own modes together. */
  readonly result: OrderTree;
  /** What products of matrices with gaps cost more, as a share of permuting the stem. */
  readonly cost: number;
}

/** A batch within the stem is an axis around matrices with gaps. One whose modes were scattered would be many, and leave small matrices. */
export const BATCH_INSIDE = 0.1;

function union(...sets: readonly Iterable<ModeId>[]): Set<ModeId> {
  const all = new Set<ModeId>();
  for (const set of sets) for (const mode of set) all.add(mode);
  return all;
}

/** All ways to read the operands that give the result in an order which the wish allows. */
export function readsBelow(operands: Operands, wish: OrderTree, { contracted, own }: Meeting): Reading[] {
  const { batch, branchFree } = operands;
  const result = allTogether(wish, [branchFree, ...own]);
  if (result === undefined) return [];
  if (batch.size === 0) return readsOf(operands, result, contracted, 0);
  const leading = together(result, union([LEFT], batch));
  const inside = together(result, batch);
  return [
    ...(leading === undefined ? [] : readsOf(operands, leading, contracted, 0)),
    ...(inside === undefined ? [] : readsOf(operands, inside, contracted, BATCH_INSIDE)),
  ];
}

function allTogether(wish: OrderTree, sets: readonly ReadonlySet<ModeId>[]): OrderTree | undefined {
  return sets.reduce<OrderTree | undefined>((tree, modes) => tree && together(tree, modes), wish);
}

function readsOf(
  { batch, k, stemFree, branchFree }: Operands,
  result: OrderTree,
  contracted: readonly OrderTree[],
  cost: number,
): Reading[] {
  const rest = partsOf(exchanged(result, branchFree, []));
  const found: Reading[] = [];
  if (branchFree.size > 0)
    found.push({ stem: exchanged(result, branchFree, contracted), place: "of-k", result, cost });
  if (k.size > 0 || batch.size > 0)
    found.push({ stem: inLine(...rest, ...contracted), place: "any", result, cost });
  const last = together(result, union([LEFT], batch, stemFree));
  if (last === undefined) return found;
  const before = partsOf(exchanged(last, branchFree, []));
  const [only] = before;
  const inside =
    before.length === 1 && only !== undefined && typeof only !== "number" && only.kind === "free"
      ? inLine({ kind: "free", parts: [...only.parts, ...contracted] })
      : inLine(...contracted, ...before);
  return [...found, { stem: inside, place: "last", result: last, cost }];
}

/** A result's order, made from the stem's. */
export interface Result {
  /** The branch's own modes, as parts that follow each other. */
  readonly own: readonly OrderTree[];
  /** Modes of the stem that stay, in front of them. */
  readonly before: number;
}

/** How the result comes from the stem, whose order is fixed. */
export function resultOf({ k, branchFree }: Operands, reading: Reading, stem: readonly ModeId[]): Result {
  const { result } = reading;
  const place = reading.place === "of-k" && k.size === 0 ? "any" : reading.place;
  const rest = stem.filter((mode) => !k.has(mode));
  const at = { "of-k": stem.findIndex((mode) => k.has(mode)), last: rest.length, any: undefined }[place];
  const own = ownParts(result, branchFree, rest, at);
  if (at !== undefined) return { own, before: at };
  const modes = own.flatMap((part) => frontier(part));
  for (let before = rest.length; before > 0; before -= 1)
    if (allows(result, [...rest.slice(0, before), ...modes, ...rest.slice(before)])) return { own, before };
  return { own, before: 0 };
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
