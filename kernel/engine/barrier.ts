/** Barriers of groups of ranks, on words of shared memory. */
import type { Schedule } from "../../dsl/index.ts";
import { groupSize, reportedSteps } from "./steps.ts";

/** Int32 words of one barrier: arrivals, generation; the rest keeps barriers on cache lines of their own. */
const WORDS = 16;

/** For every list of digits that a collective uses, its place in the shared words; the same on every rank. */
export type BarrierTable = ReadonlyMap<string, number>;

function keyOf(digits: readonly number[]): string {
  return [...digits].sort((a, b) => a - b).join();
}

export function barrierTable(schedule: Schedule): BarrierTable {
  const table = new Map<string, number>();
  for (const step of reportedSteps(schedule.steps))
    if ("digits" in step && step.kind !== "slice-loop" && !table.has(keyOf(step.digits)))
      table.set(keyOf(step.digits), table.size);
  return table;
}

export function barrierWords(schedule: Schedule): number {
  return Math.max(1, barrierTable(schedule).size) * groupSize(schedule.mesh) * WORDS;
}

/** Word of the barrier of a group; `lowest`: the lowest rank in it, which names the group. */
export function barrierAt(
  table: BarrierTable,
  schedule: Schedule,
  digits: readonly number[],
  lowest: number,
): number {
  return ((table.get(keyOf(digits)) ?? 0) * groupSize(schedule.mesh) + lowest) * WORDS;
}

/** Waits until `size` ranks have come. What they wrote before is then visible to all. */
export function arrive(words: Int32Array, at: number, size: number): void {
  const generation = Atomics.load(words, at + 1);
  if (Atomics.add(words, at, 1) === size - 1) {
    Atomics.store(words, at, 0);
    Atomics.add(words, at + 1, 1);
    Atomics.notify(words, at + 1);
    return;
  }
  while (Atomics.load(words, at + 1) === generation) Atomics.wait(words, at + 1, generation);
}
