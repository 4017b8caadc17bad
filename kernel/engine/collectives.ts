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

export function planCollective(rank: Rank, step: Collective): Work {
  const { arithmetic, barriers, barrierTable, schedule, looks, lent } = rank;
  const members = membersOf(rank, step.digits);
  const size = members.length;
  const { entry, exit } = barriersAt(barrierTable, schedule, step.digits, Math.min(...members));
  const inputs = members.map((member) => bufferOf(rank, step.in, member));
  const out = bufferOf(rank, step.out);
  const me = members.indexOf(rank.rank);
  return () => {
    waitFor(barriers, entry, arrive(barriers, entry, size), looks);
    // All members have come to the end of the collective before, if there was one.
    take(lent, (one) => one.exit === exit);
    combine(arithmetic, step.kind, out, inputs, me);
    lent.push({ step, buffer: step.in, exit, generation: arrive(barriers, exit, size) });
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
