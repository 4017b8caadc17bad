/** Planned orders of storage, and what moves between ranks make of an order. */
import type { ModeId } from "../schedule/schedule.ts";

/** How a pair is one product on views, once both operands lie as their orders say. */
export interface Arrangement {
  readonly stem: number;
  /** Modes of the result, in the order in which it is made. */
  readonly made: readonly ModeId[];
}

export interface StorageOrders {
  /** Per node: order of its local modes as its consumer reads it; absent in small subtrees, where it is what comes. */
  readonly used: readonly (readonly ModeId[] | undefined)[];
  /** Per node that is a pair; absent where `used` is for its operands. */
  readonly arranged: readonly (Arrangement | undefined)[];
}

/** Order after a move; where it has to be packed anyhow, what stays takes the order in which it is wanted. */
export function orderAfter(
  before: readonly ModeId[],
  move: { readonly comes: readonly ModeId[]; readonly leaves: readonly ModeId[] },
  wanted: readonly ModeId[] | undefined,
): ModeId[] {
  return [...move.leaves, ...packedOrder(before, move.comes, wanted).slice(move.comes.length)];
}

/** Order in which a value is handed to a collective: the modes that come lead. */
export function packedOrder(
  before: readonly ModeId[],
  comes: readonly ModeId[],
  wanted: readonly ModeId[] | undefined,
): ModeId[] {
  const rest = before.filter((mode) => !comes.includes(mode));
  const leads = comes.every((mode, position) => before[position] === mode);
  if (!leads && wanted !== undefined) rest.sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b));
  return [...comes, ...rest];
}
