/** Barriers of groups of ranks, on words of shared memory: a rank says that it has come, and may wait for the others later. */
import { availableParallelism } from "node:os";
import type { Schedule } from "../../dsl/core.ts";
import { groupSize, reportedSteps } from "./steps.ts";

/** Int32 words of one barrier: arrivals, generation; the rest keeps barriers on cache lines of their own. */
const LINE = 16;
/** Of a group: its barrier before a collective reads, and the one after it has read. */
const WORDS = 2 * LINE;

/** Looks at a barrier before a thread sleeps: some tens of microseconds, about what it takes to wake one. */
const LOOKS = 2 ** 14;

/** For every list of digits that a collective uses, and that of all, its place in the shared words; the same on every rank. */
export type BarrierTable = ReadonlyMap<string, number>;

function keyOf(digits: readonly number[]): string {
  return [...digits].sort((a, b) => a - b).join();
}

function add(table: Map<string, number>, digits: readonly number[]): void {
  if (!table.has(keyOf(digits))) table.set(keyOf(digits), table.size);
}

export function barrierTable(schedule: Schedule): BarrierTable {
  const table = new Map<string, number>();
  for (const step of reportedSteps(schedule.steps))
    if ("digits" in step && step.kind !== "slice-loop") add(table, step.digits);
  add(table, [...schedule.mesh.keys()]);
  return table;
}

export function barrierWords(schedule: Schedule): number {
  return barrierTable(schedule).size * groupSize(schedule.mesh) * WORDS;
}

/** Where ranks look before they sleep. Where they share cores, who looks only keeps the others from coming. */
export function looksOf(ranks: number): number {
  return ranks <= availableParallelism() ? LOOKS : 0;
}

/** Words of the two barriers of a group; `lowest`: the lowest rank in it, which names the group. */
export function barriersAt(
  table: BarrierTable,
  schedule: Schedule,
  digits: readonly number[],
  lowest: number,
): { readonly entry: number; readonly exit: number } {
  const entry = ((table.get(keyOf(digits)) ?? 0) * groupSize(schedule.mesh) + lowest) * WORDS;
  return { entry, exit: entry + LINE };
}

/** Comes to a barrier of `size` ranks; the result is what to wait with. A rank comes again only after it has waited. */
export function arrive(words: Int32Array, at: number, size: number): number {
  const generation = Atomics.load(words, at + 1);
  if (Atomics.add(words, at, 1) === size - 1) {
    Atomics.store(words, at, 0);
    Atomics.add(words, at + 1, 1);
    Atomics.notify(words, at + 1);
  }
  return generation;
}

/** Waits until all ranks have come. What they wrote before is then visible to this one. */
export function waitFor(words: Int32Array, at: number, generation: number, looks: number): void {
  for (let look = 0; look < looks; look += 1) if (Atomics.load(words, at + 1) !== generation) return;
  while (Atomics.load(words, at + 1) === generation) Atomics.wait(words, at + 1, generation);
}
