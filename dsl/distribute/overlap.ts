/**
 * Moves beside contractions, tile by tile, on a machine that does both at once. In: a schedule with its costs. Out: the same schedule, in
 * which moves are cut into tiles where that saves modelled time, next to their contractions; a move then costs only the seconds that no
 * contraction hides.
 */
import { elementBytes } from "../network/network.ts";
import { planArena } from "../schedule/arena.ts";
import type { Schedule, Step, Tiles } from "../schedule/schedule.ts";
import { blocksOf, cutOf, elementsBefore, isMove, type Contraction, type Move } from "../schedule/tiles.ts";
import { readBy } from "../schedule/verify.ts";
import { collectiveStep, directMessages } from "./collective.ts";
import { contractStep, type CostModel } from "./model.ts";
import { modelledSeconds } from "./time.ts";

/** More tiles hide more of the shorter of the two, and cost more messages and smaller products. */
const COUNTS = [2, 4, 8, 16, 32];
const AXES = ["batch", "m", "n"] as const;

/** The schedule itself where the machine does not overlap, or would not have the memory. */
export function withOverlap(schedule: Schedule, model: CostModel): Schedule {
  if (model.machine.overlaps !== true) return schedule;
  const steps = overlapped(schedule, model, schedule.steps);
  const peakBytes = planArena({ ...schedule, steps }).elements * elementBytes(schedule.dtype);
  if (peakBytes > model.machine.device.memoryBytes) return schedule;
  const overlapping = { ...schedule, steps, peakBytes };
  return { ...overlapping, modelledSeconds: modelledSeconds(overlapping) };
}

/** The steps with all moves in one go. */
export function withoutOverlap(steps: readonly Step[]): readonly Step[] {
  return steps.map((step): Step => {
    if (step.kind === "slice-loop") return { ...step, body: withoutOverlap(step.body) };
    if (!isMove(step)) return step;
    const { tiles, ...whole } = step;
    return tiles === undefined ? step : whole;
  });
}

/**
 * Seconds of a move and a contraction in `count` tiles of `move` and `compute` seconds each: the first tile comes alone, the last goes
 * alone, and in between the longer of the two hides the other.
 */
export function tiledSeconds(count: number, move: number, compute: number): number {
  return move + compute + (count - 1) * Math.max(move, compute);
}

/** A contraction and a move beside each other, as they become. */
interface Pair {
  readonly contraction: Contraction;
  readonly move: Move & { readonly tiles: Tiles };
}

interface Neighbour {
  readonly contraction: Contraction;
  readonly beside: Tiles["beside"];
}

function overlapped(schedule: Schedule, model: CostModel, given: readonly Step[]): readonly Step[] {
  let steps = given.map(
    (step): Step =>
      step.kind === "slice-loop" ? { ...step, body: overlapped(schedule, model, step.body) } : step,
  );
  const busy = new Set<Step>();
  for (const move of steps.filter(isMove)) {
    let best: (Pair & { readonly beside: Contraction }) | undefined;
    let fewest = 0;
    for (const neighbour of neighboursOf(steps, move)) {
      if (busy.has(neighbour.contraction)) continue;
      const plain = secondsOf(neighbour.contraction, move);
      for (const pair of pairsOf(schedule, model, move, neighbour)) {
        const gained = plain - secondsOf(pair.contraction, pair.move);
        if (gained > fewest) [best, fewest] = [{ ...pair, beside: neighbour.contraction }, gained];
      }
    }
    if (best === undefined) continue;
    busy.add(best.contraction);
    steps = placed(steps, move, best.beside, best);
  }
  return steps;
}

function secondsOf(contraction: Step, move: Step): number {
  return contraction.model.seconds + move.model.seconds;
}

/** The contraction that makes what moves, right before the move, and the one that first reads what has moved. */
function neighboursOf(steps: readonly Step[], move: Move): Neighbour[] {
  const position = steps.indexOf(move);
  const before = steps.slice(0, position).findLast(({ kind }) => kind !== "free");
  const after = steps.slice(position).find((step) => readBy(step).includes(move.out));
  return [
    ...(before?.kind === "contract" && before.out === move.in
      ? [{ contraction: before, beside: "before" } as const]
      : []),
    ...(after?.kind === "contract" ? [{ contraction: after, beside: "after" } as const] : []),
  ];
}

/** The two in tiles, in every way that the axes of the contraction and the blocks of the move allow. */
function* pairsOf(
  schedule: Schedule,
  model: CostModel,
  move: Move,
  { contraction, beside }: Neighbour,
): Generator<Pair> {
  for (const axis of AXES) {
    const leading = elementsBefore(contraction, move, { beside, axis });
    if (leading === undefined) continue;
    const blocks = blocksOf(schedule, move, beside);
    const outer = blocks / greatestCommonDivisor(blocks, leading);
    for (const count of COUNTS) {
      const pair = tiled(schedule, model, [contraction, move], { beside, axis, outer, count });
      if (pair !== undefined) yield pair;
    }
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Undefined where the tiles do not divide the two, or where messages to each member are not the way in which the move is priced: between
 * nodes the others go tier by tier.
 */
function tiled(
  schedule: Schedule,
  model: CostModel,
  [contraction, move]: readonly [Contraction, Move],
  tiles: Tiles,
): Pair | undefined {
  const cut = cutOf(schedule, contraction, move, tiles);
  if (cut === undefined) return undefined;
  const { axis, outer, count, beside } = tiles;
  const elements = schedule.buffers[move.in]?.elements ?? NaN;
  const one = collectiveStep(model, move.kind, move.digits, elements / count);
  const direct = directMessages(model, move.digits);
  if (one.messages !== direct.messages) return undefined;
  const stretches = cut.before / blocksOf(schedule, move, beside);
  const moving = one.seconds + (stretches - 1) * direct.seconds;
  const products = outer * count;
  const product = contractStep(model, { ...contraction, [axis]: contraction[axis] / products });
  const computing = outer * product.seconds;
  const exposed = tiledSeconds(count, moving, computing) - count * computing;
  return {
    contraction: {
      ...contraction,
      model: {
        ...contraction.model,
        seconds: count * computing,
        localBytes: products * product.localBytes,
      },
    },
    move: {
      ...move,
      tiles,
      model: { ...move.model, seconds: exposed, messages: stretches * count * direct.messages },
    },
  };
}

/** The pair side by side; what either of the two reads is freed after both, for the other may still be at work. */
function placed(steps: readonly Step[], move: Move, beside: Contraction, pair: Pair): Step[] {
  const [from, to] = [steps.indexOf(beside), steps.indexOf(move)];
  if (pair.move.tiles.beside === "before")
    return [
      ...steps.slice(0, from),
      pair.contraction,
      pair.move,
      ...steps.slice(from + 1, to),
      ...steps.slice(to + 1),
    ];
  const between = steps.slice(to + 1, from);
  const frees = (step: Step): boolean => step.kind === "free" && step.buffer === move.in;
  return [
    ...steps.slice(0, to),
    ...between.filter((step) => !frees(step)),
    pair.move,
    pair.contraction,
    ...between.filter(frees),
    ...steps.slice(from + 1),
  ];
}
