/** Moves of a value between ranks: from the split in which it was made to the one in which its consumer reads it. */
import { InvariantError } from "../base/diagnostic.ts";
import type { BufferId, ModeId, Step } from "../schedule/schedule.ts";
import { collectiveStep } from "./collective.ts";
import { permuteTo, type Lowering } from "./lowering.ts";
import { packedOrder } from "./orders.ts";
import type { NodePlacements, Split } from "./place.ts";
import { allocate, bufferOf, emit, release } from "./program.ts";

export type MoveKind = "reduce-scatter" | "redistribute" | "reduce" | "gather";

/** One collective. `comes[i]` takes the place of `leaves[i]` at `digits[i]`; a list that has no such modes is empty. */
export interface Move {
  readonly kind: MoveKind;
  readonly digits: readonly number[];
  readonly comes: readonly ModeId[];
  readonly leaves: readonly ModeId[];
}

/**
 * Collectives that bring a value from `before`, where it owes sums along `owed`, to `after`. Scattered sums come first, since
 * they shrink the value, and gathers last, since they grow it. A mode that changes its digit is freed there first. Throws
 * InvariantError where a copied value would have to be split, which no collective does.
 */
export function movesBetween(before: Split, owed: readonly number[], after: Split): Move[] {
  const moves: Move[] = [];
  const split = [...before];
  const due = new Set(owed);
  const make = (kind: MoveKind, digits: readonly number[]): boolean => {
    if (digits.length === 0) return false;
    const modes = (of: Split): ModeId[] => digits.flatMap((digit) => of[digit] ?? []);
    const grows = kind === "reduce" || kind === "gather";
    moves.push({ kind, digits, leaves: modes(split), comes: grows ? [] : modes(after) });
    for (const digit of digits) {
      split[digit] = grows ? null : (after[digit] ?? null);
      due.delete(digit);
    }
    return true;
  };
  const all = [...before.keys()];
  const ready = (digit: number): boolean => {
    const mode = after[digit] ?? null;
    return mode !== null && mode !== split[digit] && !split.includes(mode);
  };
  const gathered = (): number[] =>
    all.filter((digit) => split[digit] !== null && (after[digit] ?? null) === null);
  const unmet = (): boolean =>
    all.some((digit) => (after[digit] ?? null) !== null && after[digit] !== split[digit]);
  while (
    make(
      "reduce-scatter",
      all.filter((digit) => due.has(digit) && ready(digit)),
    ) ||
    make(
      "redistribute",
      all.filter((digit) => split[digit] !== null && ready(digit)),
    ) ||
    (unmet() && make("gather", gathered()))
  );
  make(
    "reduce",
    [...due].sort((a, b) => a - b),
  );
  make("gather", gathered());
  if (unmet()) throw new InvariantError(`expected moves from ${before.join()} to ${after.join()}, got none`);
  return moves;
}

/** Moves of a node's value before its consumer reads it. */
export function movesOf({ made, used, owed }: NodePlacements, node: number): Move[] {
  const before = made[node];
  const after = used[node] ?? before;
  const due = owed?.get(node) ?? [];
  if (before === undefined || after === undefined) return [];
  if (before === after && due.length === 0) return [];
  const stays = due.length === 0 && before.every((mode, digit) => mode === after[digit]);
  return stays ? [] : movesBetween(before, due, after);
}

/** Emits a collective; the buffer it returns holds the value as the move leaves it. `wanted`: the order planned for what stays. */
function emitMove(low: Lowering, from: BufferId, move: Move, wanted?: readonly ModeId[]): BufferId {
  const { kind, digits, comes, leaves } = move;
  const order = packedOrder(bufferOf(low.program, from).placement.modes, comes, wanted);
  const rest = order.slice(comes.length);
  const packed = permuteTo(low, from, order);
  const inLoop = low.program.looped.has(packed);
  const { placement, elements, name } = bufferOf(low.program, packed);
  const split = placement.split.map((mode, digit) => {
    const position = digits.indexOf(digit);
    return position < 0 ? mode : (comes[position] ?? null);
  });
  const partial = placement.partial.filter((digit) => !digits.includes(digit));
  const out = allocate(low.program, name, { modes: [...leaves, ...rest], split, partial }, inLoop);
  const step: Step = {
    kind,
    in: packed,
    out,
    digits,
    model: collectiveStep(low.model, kind, digits, elements),
  };
  emit(low.program, step, inLoop);
  release(low.program, packed, inLoop);
  return out;
}

/** Moves a node's value from the split in which it was made to the one in which its consumer reads it. */
export function moveToUse(low: Lowering, node: number, buffer: BufferId): BufferId {
  const wanted = low.orders.used[node];
  return movesOf(low.placements, node).reduce((from, move) => emitMove(low, from, move, wanted), buffer);
}

/** Makes a value whole on every rank: settles the sums that it owes, then gathers what is split. */
export function makeWhole(low: Lowering, buffer: BufferId): BufferId {
  const { split, partial } = bufferOf(low.program, buffer).placement;
  const whole = split.map(() => null);
  return movesBetween(split, partial, whole).reduce((from, move) => emitMove(low, from, move), buffer);
}
