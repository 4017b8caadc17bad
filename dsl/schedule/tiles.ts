/** Tiled moves: which contraction a move goes beside, and where the tiles lie in memory. */
import { rankCount, type BufferId, type Schedule, type Step, type Tiles } from "./schedule.ts";

export type Contraction = Extract<Step, { kind: "contract" }>;
/** Moves that may be tiled. */
export type Move = Extract<Step, { kind: "redistribute" | "gather" | "reduce-scatter" }>;

export function isMove(step: Step): step is Move {
  return step.kind === "redistribute" || step.kind === "gather" || step.kind === "reduce-scatter";
}

type Axis = Tiles["axis"] | "k";
type Layout = readonly (readonly [Axis, number])[];

/** Axes of a buffer as a contraction sees it, the slowest first. */
function layoutOf(step: Contraction, buffer: BufferId, made: boolean): Layout {
  const extent = (axis: Axis): readonly [Axis, number] => [axis, step[axis]];
  if (made) return [extent("batch"), extent("m"), extent("n")];
  const operand = buffer === step.a ? "a" : "b";
  const form = operand === "a" ? step.formA : step.formB;
  const axes = [extent(form[0] as Axis), extent(form[1] as Axis)];
  return step.shared === operand ? axes : [extent("batch"), ...axes];
}

/** The buffer of a tiled move that its contraction makes or reads, as [before][count][inner]. */
export interface Cut {
  readonly before: number;
  readonly inner: number;
}

/** Blocks that the buffer consists of, one a member: those that go (`before`), or those that came. */
export function blocksOf({ mesh }: Pick<Schedule, "mesh">, move: Move, beside: Tiles["beside"]): number {
  const whole = beside === "before" ? move.kind === "gather" : move.kind === "reduce-scatter";
  return whole ? 1 : rankCount(move.digits.flatMap((digit) => mesh[digit] ?? []));
}

/**
 * Elements before an axis in the buffer of a move that a contraction makes or reads; undefined where it has no such axis, or the
 * contraction goes over larger buffers.
 */
export function elementsBefore(
  step: Contraction,
  move: Move,
  { beside, axis }: Pick<Tiles, "beside" | "axis">,
): number | undefined {
  const made = beside === "before";
  if ((!made && step.a === step.b) || step.strided !== undefined) return undefined;
  const layout = layoutOf(step, made ? move.in : move.out, made);
  const place = layout.findIndex(([name]) => name === axis);
  if (place < 0) return undefined;
  return layout.slice(0, place).reduce((product, [, extent]) => product * extent, 1);
}

/** Undefined where the axis is not one of the buffer, or cannot be cut so. */
export function cutOf(schedule: Schedule, step: Contraction, move: Move, tiles: Tiles): Cut | undefined {
  const { beside, axis, outer, count } = tiles;
  const leading = elementsBefore(step, move, tiles);
  if (leading === undefined || !(count >= 2) || step[axis] % (outer * count) !== 0) return undefined;
  const before = leading * outer;
  if (before % blocksOf(schedule, move, beside) !== 0) return undefined;
  const elements = schedule.buffers[beside === "before" ? move.in : move.out]?.elements ?? NaN;
  return { before, inner: elements / (before * count) };
}

/** The contraction beside the tiled move at a position; undefined where there is none. */
export function contractionBeside(
  steps: readonly Step[],
  position: number,
  beside: Tiles["beside"],
): Contraction | undefined {
  const [move, other] = [steps[position], steps[position + (beside === "before" ? -1 : 1)]];
  if (move === undefined || !isMove(move) || other?.kind !== "contract") return undefined;
  const joined = beside === "before" ? other.out === move.in : other.a === move.out || other.b === move.out;
  return joined ? other : undefined;
}
