/** The planners that try what they know and keep the best: slicing alone, and greedy placement. */
import { rankCount } from "../schedule/schedule.ts";
import { sliceCount } from "./assemble.ts";
import { leastSecondsOf, secondsOfPlacements } from "./estimate.ts";
import { fitted, leastBytesOf } from "./fitted.ts";
import { likelyChoices } from "./groups.ts";
import { placeGreedy, type NodePlacements } from "./place.ts";
import { CLOSE, hopeless, type Placed, type Planned, type Planner, type Problem } from "./problem.ts";
import type { Method } from "./wanted.ts";

/** Every device takes slices of its own. */
export const planSlicing: Planner = (problems, limit) =>
  fastest(
    problems.map((problem) => draftOf(problem, slicingDigits(problem), false)),
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
    problems.flatMap((problem) => likelyChoices(problem).map((digits) => draftOf(problem, digits, true))),
    "greedy",
    limit,
  );

interface Draft {
  readonly problem: Problem;
  readonly sliceDigits: readonly number[];
  readonly placements: NodePlacements;
  /** An estimate. */
  readonly seconds: number;
}

/** `splits`: the ranks of a group split tensors, and do not all do the same. */
function draftOf(problem: Problem, sliceDigits: readonly number[], splits: boolean): Draft {
  const { mesh } = problem.model;
  const usable = mesh.map((_, digit) => splits && !sliceDigits.includes(digit));
  const placements = placeGreedy(problem.modes, mesh, usable);
  return { problem, sliceDigits, placements, seconds: secondsOfPlacements(problem, placements, sliceDigits) };
}

/** The most promising drafts lowered first, until others are no longer close. */
function fastest(drafts: readonly Draft[], method: Method, limit: number): Planned {
  let best: Placed | undefined;
  let [first, leastBytes, skippedSeconds] = [Infinity, Infinity, Infinity];
  for (const draft of [...drafts].sort((a, b) => a.seconds - b.seconds)) {
    if (draft.seconds > CLOSE * first) break;
    const { problem, sliceDigits, placements } = draft;
    const { mesh, machine } = problem.model;
    const least = limit < Infinity ? leastSecondsOf(problem, placements, sliceDigits) : 0;
    if (hopeless(least, limit) && leastBytesOf(problem, placements) <= machine.device.memoryBytes) {
      first = Math.min(first, draft.seconds);
      skippedSeconds = Math.min(skippedSeconds, least);
      continue;
    }
    const alone = sliceDigits.length === mesh.length && mesh.length > 0;
    const { schedule, bytes } = fitted({ ...problem, sliceDigits }, placements, alone ? "slicing" : method);
    leastBytes = Math.min(leastBytes, bytes);
    if (schedule === undefined) continue;
    first = Math.min(first, draft.seconds);
    if (schedule.modelledSeconds < (best?.schedule.modelledSeconds ?? Infinity)) best = { problem, schedule };
  }
  return { ...(best && { best }), leastBytes, skippedSeconds };
}
