/**
 * Moves beside computation, tile by tile, on a machine that does both at once. In: a schedule with its costs. Out: the same steps,
 * in which a move costs only the seconds that no contraction hides. Modelled; engines may still run one after the other.
 */
import type { BufferId, Schedule, Step } from "../schedule/schedule.ts";
import { readBy } from "../schedule/verify.ts";
import type { Machine } from "./machine.ts";
import { modelledSeconds } from "./time.ts";

/** Tiles in which a tensor moves: the first has to come before the contraction begins. */
const TILES = 8;

/** The schedule itself where the machine does not overlap. */
export function withOverlap(schedule: Schedule, { overlaps }: Machine): Schedule {
  if (overlaps !== true) return schedule;
  const overlapping = { ...schedule, steps: hidden(schedule.steps) };
  return { ...overlapping, modelledSeconds: modelledSeconds(overlapping) };
}

/**
 * Seconds of a move of `move` seconds that a contraction of `compute` seconds beside it does not hide: together they take
 * max(move, compute) + min(move, compute) / tiles.
 */
export function exposedSeconds(move: number, compute: number): number {
  return Math.max(move, compute) + Math.min(move, compute) / TILES - compute;
}

function hidden(steps: readonly Step[]): readonly Step[] {
  const busy = new Set<number>();
  return steps.map((step, position): Step => {
    if (step.kind === "slice-loop") return { ...step, body: hidden(step.body) };
    if (step.kind !== "redistribute" && step.kind !== "gather" && step.kind !== "reduce-scatter") return step;
    const free = neighbours(steps, position, step).filter((other) => !busy.has(other));
    const longest = free.reduce<number | undefined>((best, other) => {
      return best === undefined || secondsAt(steps, other) > secondsAt(steps, best) ? other : best;
    }, undefined);
    if (longest === undefined) return step;
    busy.add(longest);
    const seconds = exposedSeconds(step.model.seconds, secondsAt(steps, longest));
    return { ...step, model: { ...step.model, seconds } };
  });
}

function secondsAt(steps: readonly Step[], position: number): number {
  return steps[position]?.model.seconds ?? 0;
}

/** Contractions that make what moves, or that read what has moved: a contraction hides one move. */
function neighbours(
  steps: readonly Step[],
  position: number,
  move: { readonly in: BufferId; readonly out: BufferId },
): number[] {
  const found: number[] = [];
  for (let before = position - 1; before >= 0; before -= 1) {
    const step = steps[before];
    if (step === undefined || !("out" in step) || step.out !== move.in) continue;
    if (step.kind === "contract") found.push(before);
    break;
  }
  const after = steps.findIndex((step, place) => place > position && readBy(step).includes(move.out));
  if (steps[after]?.kind === "contract") found.push(after);
  return found;
}
