/**
 * The steps that ranks do together. Each rank reads what it needs straight from its peers' arenas, between two barriers:
 * one when all inputs are written, one when all have been read and may be overwritten.
 */
import type { Step } from "../../dsl/index.ts";
import type { Floats } from "../tensor/floats.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { arrive, barrierAt } from "./barrier.ts";
import { bufferOf, type Rank } from "./rank.ts";
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

export function collect(rank: Rank, step: Collective): void {
  const members = membersOf(rank, step.digits);
  const at = barrierAt(rank.barrierTable, rank.schedule, step.digits, Math.min(...members));
  arrive(rank.barriers, at, members.length);
  const inputs = members.map((member) => bufferOf(rank, step.in, member));
  combine(rank.arithmetic, step.kind, bufferOf(rank, step.out), inputs, members.indexOf(rank.rank));
  arrive(rank.barriers, at, members.length);
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
        out.set(input.subarray(me * block, (me + 1) * block), member * block),
      );
      return;
    case "gather":
      inputs.forEach((input, member) => out.set(input, member * block));
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
      if (inputs[0] !== undefined) out.set(inputs[0]);
      return;
    default:
      return kind satisfies never;
  }
}
