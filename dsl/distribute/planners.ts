/** The planners that try what they know and keep the best: slicing alone, and greedy placement. */
import { rankCount } from "../schedule/schedule.ts";
import { sliceCount } from "./assemble.ts";
import { Contest, type Entrant } from "./contest.ts";
import { estimateOf, secondsOf } from "./estimate.ts";
import { likelyChoices } from "./groups.ts";
import { placeGreedy } from "./place.ts";
import type { Planned, Planner, Problem } from "./problem.ts";
import type { Method } from "./wanted.ts";

/** Every device takes slices of its own. */
export const planSlicing: Planner = (problems, limit) =>
  fastest(
    problems.map((problem) => entrantOf(problem, slicingDigits(problem), false)),
    "slicing",
    limit,
  );

/**
 * All digits; but where there are fewer slices than devices, those of as many groups as there are slices, in which all devices do the
 * same: fewer have to be reached when the sums are settled.
 */
function slicingDigits({ network, tree, choices, model: { mesh } }: Problem): readonly number[] {
  const most = choices.reduce((a, b) => (b.length > a.length ? b : a), []);
  const groups = rankCount(most.flatMap((digit) => mesh[digit] ?? []));
  return groups >= sliceCount(network, tree) ? most : [...mesh.keys()];
}

/** Fu et al., for every choice of groups. */
export const planGreedy: Planner = (problems, limit) =>
  fastest(
    problems.flatMap((problem) => likelyChoices(problem).map((digits) => entrantOf(problem, digits, true))),
    "greedy",
    limit,
  );

/** `splits`: the ranks of a group split tensors, and do not all do the same. */
function entrantOf(problem: Problem, sliceDigits: readonly number[], splits: boolean): Entrant {
  const { mesh } = problem.model;
  const usable = mesh.map((_, digit) => splits && !sliceDigits.includes(digit));
  const placements = placeGreedy(problem.modes, mesh, usable);
  return { problem, sliceDigits, placements, estimate: estimateOf(problem, placements, sliceDigits) };
}

/** The most promising lowered first, until others are no longer close. */
function fastest(entrants: readonly Entrant[], method: Method, limit: number): Planned {
  const contest = new Contest(method, limit);
  const rated = entrants.map((entrant) => ({ entrant, seconds: secondsOf(entrant.estimate) }));
  for (const { entrant, seconds } of rated.sort((a, b) => a.seconds - b.seconds)) {
    if (!contest.isOpenTo(seconds)) break;
    contest.enter(entrant);
  }
  return contest;
}
