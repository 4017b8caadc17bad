/**
 * The steps that ranks do together. Each rank reads what it needs straight from its peers' arenas, after a barrier that all come to when
 * their inputs are written. What it gives to be read is lent until all have come to a second barrier, which only who would
 * write there waits for.
 */
import type { BufferId, Step } from "../../dsl/core.ts";
import { copyFloats, type Floats } from "../tensor/floats.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { arrive, barriersAt, waitFor } from "./barrier.ts";
import { bufferOf, type Lent, type Rank, type Work } from "./rank.ts";
import { stretchOf } from "./shares.ts";
import { groupSize, unravel } from "./steps.ts";

export type Collective = Extract<
  Step,
  { kind: "redistribute" | "gather" | "reduce" | "reduce-scatter" | "broadcast" }
>;

/** Ranks that differ from this one in `digits` alone, numbered mixed-radix over `digits` as listed. */
function membersOf({ schedule, rank, digits: own }: Rank, digits: readonly number[]): number[] {
  const { mesh } = schedule;
  const weights = mesh.map((_, digit) =>
    mesh.slice(digit + 1).reduce((product, { radix }) => product * radix, 1),
  );
  const radices = digits.map((digit) => mesh[digit]?.radix ?? 1);
  const base = digits.reduce((sum, digit) => sum - (own[digit] ?? 0) * (weights[digit] ?? 0), rank);
  return Array.from({ length: groupSize(mesh, digits) }, (_, member) =>
    unravel(member, radices).reduce(
      (sum, value, position) => sum + value * (weights[digits[position] ?? -1] ?? 0),
      base,
    ),
  );
}

/**
 * Sums over ranks that are wanted on the first of them alone: each makes a part of them there. Nothing is lent: all come to the begin and to
 * the end.
 */
export function planSumsOnFirst(rank: Rank, step: Extract<Collective, { kind: "reduce" }>): Work {
  const { arithmetic, width } = rank;
  const { members, me, meet } = groupOf(rank, step.digits);
  const inputs = members.map((member) => bufferOf(rank, step.in, member));
  const whole = bufferOf(rank, step.out, members[0]);
  const { first, length } = stretchOf(whole.length / width, { index: me, count: members.length });
  const begin = first * width;
  const out = whole.subarray(begin, begin + length * width);
  return () => {
    meet();
    if (length > 0) arithmetic.sumInputs(out, inputs, begin);
    meet();
  };
}

/** Waits until all ranks have come. */
export function meetAll(rank: Rank): void {
  groupOf(rank, [...rank.digits.keys()]).meet();
}

/** Whether all ranks say so, once all have come; asked once in a run. `word` counts them. */
export function agreed(rank: Rank, says: boolean, word: Int32Array): boolean {
  if (says) Atomics.add(word, 0, 1);
  meetAll(rank);
  return Atomics.load(word, 0) === rank.arenas.length;
}

interface Group {
  readonly members: readonly number[];
  /** This rank's place among them. */
  readonly me: number;
  /** Waits until all members have come. */
  readonly meet: () => void;
  /** The barrier that they come to when they have read. */
  readonly exit: number;
}

function groupOf(rank: Rank, digits: readonly number[]): Group {
  const { barriers, barrierTable, schedule, looks } = rank;
  const members = membersOf(rank, digits);
  const { entry, exit } = barriersAt(barrierTable, schedule, digits, Math.min(...members));
  const meet = (): void => waitFor(barriers, entry, arrive(barriers, entry, members.length), looks);
  return { members, me: members.indexOf(rank.rank), meet, exit };
}

export function planCollective(rank: Rank, step: Collective): Work {
  const { arithmetic, barriers, lent } = rank;
  const { members, me, meet, exit } = groupOf(rank, step.digits);
  const inputs = members.map((member) => bufferOf(rank, step.in, member));
  const out = bufferOf(rank, step.out);
  return () => {
    meet();
    // All members have come to the end of the collective before, if there was one.
    take(lent, (one) => one.exit === exit);
    combine(arithmetic, step.kind, out, inputs, me);
    lent.push({ step, buffer: step.in, exit, generation: arrive(barriers, exit, members.length) });
  };
}

/** Takes out, and gives, the first that is as wanted. */
function take(lent: Lent[], isWanted: (one: Lent) => boolean): Lent | undefined {
  const place = lent.findIndex(isWanted);
  return place < 0 ? undefined : lent.splice(place, 1)[0];
}

/** Waits until no peer reads where `out` is to be written; `timed` is told for which step. */
export function reclaim(rank: Rank, out: BufferId, timed: (step: Step, wait: () => void) => void): void {
  const { lent, barriers, looks } = rank;
  if (lent.length === 0) return;
  for (;;) {
    const one = take(lent, ({ buffer }) => overlap(rank, buffer, out));
    if (one === undefined) return;
    timed(one.step, () => waitFor(barriers, one.exit, one.generation, looks));
  }
}

function overlap({ offsets, inPlace, schedule: { buffers } }: Rank, one: BufferId, other: BufferId): boolean {
  if (inPlace.has(one) || inPlace.has(other)) return false;
  const [x, y] = [offsets[one] ?? 0, offsets[other] ?? 0];
  return x < y + (buffers[other]?.elements ?? 0) && y < x + (buffers[one]?.elements ?? 0);
}

function combine(
  arithmetic: Arithmetic,
  kind: Collective["kind"],
  out: Floats,
  inputs: readonly Floats[],
  me: number,
): void {
  const block = out.length / inputs.length;
  switch (kind) {
    case "redistribute":
      inputs.forEach((input, member) =>
        copyFloats(out, member * block, input.subarray(me * block, (me + 1) * block)),
      );
      return;
    case "gather":
      inputs.forEach((input, member) => copyFloats(out, member * block, input));
      return;
    case "reduce": {
      arithmetic.sumInputs(out, inputs, 0);
      return;
    }
    case "reduce-scatter": {
      arithmetic.sumInputs(out, inputs, me * out.length);
      return;
    }
    case "broadcast":
      if (inputs[0] !== undefined) copyFloats(out, 0, inputs[0]);
      return;
    default:
      return kind satisfies never;
  }
}
