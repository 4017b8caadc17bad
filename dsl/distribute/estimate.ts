/** Modelled seconds of placements without lowering them: contractions and moves, no permutations. */
import type { ModeId } from "../schedule/schedule.ts";
import { rankCount } from "../schedule/schedule.ts";
import { sliceCount } from "./assemble.ts";
import { collectiveStep } from "./collective.ts";
import { contractStep } from "./model.ts";
import { elementCount } from "./modes.ts";
import { movesOf } from "./moves.ts";
import type { NodePlacements } from "./place.ts";
import type { Problem } from "./problem.ts";

export function secondsOfPlacements(
  problem: Problem,
  placements: NodePlacements,
  sliceDigits: readonly number[],
): number {
  const { network, tree, modes, model } = problem;
  const groups = rankCount(sliceDigits.flatMap((digit) => model.mesh[digit] ?? []));
  const rounds = Math.ceil(sliceCount(network, tree) / groups);
  const times = (node: number): number => (modes.sliceDependent[node] === true ? rounds : 1);
  let seconds = 0;
  modes.pairs.forEach((pair, position) => {
    const node = modes.leaves + position;
    const [a, b] = pair.map((child) => localModes(problem, placements, child)) as [ModeId[], ModeId[]];
    seconds += times(node) * contractStep(model, productOf(problem, node, a, b)).seconds;
    for (const child of pair) {
      if (child < modes.leaves) continue;
      let elements = elementCount(modes.modes, madeModes(problem, placements, child));
      for (const { kind, digits, comes, leaves } of movesOf(placements, child)) {
        seconds += times(child) * collectiveStep(model, kind, digits, elements).seconds;
        elements *= elementCount(modes.modes, leaves) / elementCount(modes.modes, comes);
      }
    }
  });
  return seconds;
}

function without(modes: readonly ModeId[], split: readonly (ModeId | null)[] | undefined): ModeId[] {
  return modes.filter((mode) => split?.includes(mode) !== true);
}

function localModes({ modes }: Problem, { used, made }: NodePlacements, node: number): ModeId[] {
  return without(modes.nodes[node] ?? [], used[node] ?? made[node]);
}

function madeModes({ modes }: Problem, { made }: NodePlacements, node: number): ModeId[] {
  return without(modes.nodes[node] ?? [], made[node]);
}

/** Extents of a pair's product, from the modes that each operand has on a rank. */
function productOf(
  { modes }: Problem,
  node: number,
  a: readonly ModeId[],
  b: readonly ModeId[],
): { batch: number; m: number; n: number; k: number } {
  const kept = new Set(modes.nodes[node] ?? []);
  const [first, second] = [new Set(a), new Set(b)];
  const count = (of: readonly ModeId[]): number => elementCount(modes.modes, of);
  const shared = a.filter((mode) => second.has(mode));
  return {
    batch: count(shared.filter((mode) => kept.has(mode))),
    k: count(shared.filter((mode) => !kept.has(mode))),
    m: count(a.filter((mode) => !second.has(mode))),
    n: count(b.filter((mode) => !first.has(mode))),
  };
}
