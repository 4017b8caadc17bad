/**
 * Arena planning. In: a schedule. Out: where each buffer lies in a rank's one block of memory, from the
 * lifetimes in the schedule. Every rank has the same layout.
 */
import { lowestFree, nothingOccupied, occupy } from "./occupied.ts";
import type { BufferId, Schedule, Step } from "./schedule.ts";

export interface Arena {
  /** Element offset of each buffer, indexed by buffer id. */
  readonly offsets: readonly number[];
  /** Elements of the whole block. */
  readonly elements: number;
}

interface Lifetime {
  readonly buffer: BufferId;
  readonly elements: number;
  /** Positions in the linear walk of the steps, both included. */
  readonly first: number;
  last: number;
}

/** Offsets are multiples of this many elements, so that no two buffers share a cache line. */
const ALIGNMENT = 8;

/** What a step defines: its output, or the accumulator of a slice loop. */
export function definedBy(step: Step): BufferId | undefined {
  if (step.kind === "free") return undefined;
  return step.kind === "slice-loop" ? step.into : step.out;
}

/** Calls `visit` for every step in the order of execution; a loop comes before its body, which runs once here. */
export function walkSteps(
  steps: readonly Step[],
  visit: (step: Step, depth: number) => void,
  depth = 0,
): void {
  for (const step of steps) {
    visit(step, depth);
    if (step.kind === "slice-loop") walkSteps(step.body, visit, depth + 1);
  }
}

function lifetimes(schedule: Pick<Schedule, "buffers" | "steps">): Lifetime[] {
  const found: Lifetime[] = [];
  const byBuffer = new Array<Lifetime | undefined>(schedule.buffers.length).fill(undefined);
  let position = 0;
  walkSteps(schedule.steps, (step) => {
    const made = definedBy(step);
    if (made !== undefined) {
      const elements = schedule.buffers[made]?.elements ?? 0;
      const life = { buffer: made, elements, first: position, last: Infinity };
      byBuffer[made] = life;
      found.push(life);
    }
    const freed = step.kind === "free" ? byBuffer[step.buffer] : undefined;
    if (freed !== undefined) freed.last = position;
    position += 1;
  });
  return found;
}

/** Largest first, each at the lowest offset that no buffer alive at the same time occupies. */
export function planArena(schedule: Pick<Schedule, "buffers" | "steps">): Arena {
  const offsets = new Array<number>(schedule.buffers.length).fill(0);
  const lives = lifetimes(schedule);
  const end = lives.reduce((most, { first, last }) => Math.max(most, last === Infinity ? first : last), 0);
  const occupied = nothingOccupied(end + 1);
  let elements = 0;
  for (const life of lives.sort((a, b) => b.elements - a.elements || a.first - b.first)) {
    const time = [life.first, Math.min(life.last, end)] as const;
    const offset = lowestFree(occupied, time, life.elements);
    offsets[life.buffer] = offset;
    elements = Math.max(elements, offset + life.elements);
    const past = Math.ceil((offset + life.elements) / ALIGNMENT) * ALIGNMENT;
    occupy(occupied, time, [offset, past]);
  }
  return { offsets, elements };
}

/** Elements of the buffers that live on a rank during each step, in the order of `walkSteps`. */
export function liveElements(schedule: Pick<Schedule, "buffers" | "steps">): number[] {
  const live: number[] = [];
  let elements = 0;
  walkSteps(schedule.steps, (step) => {
    const made = definedBy(step);
    if (made !== undefined) elements += schedule.buffers[made]?.elements ?? 0;
    live.push(elements);
    if (step.kind === "free") elements -= schedule.buffers[step.buffer]?.elements ?? 0;
  });
  return live;
}
