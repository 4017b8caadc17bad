/** The planners that work by dynamic programming: along the stem over prefixes of modes, and over the whole tree. */
import { UserError } from "../base/diagnostic.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { scheduleOf, sliceCount } from "./assemble.ts";
import { prefixCandidates, wholeCandidates } from "./candidates.ts";
import { treeFacts } from "./facts.ts";
import { placementsOf } from "./number.ts";
import type { NodePlacements } from "./place.ts";
import { pricing } from "./price.ts";
import { CLOSE, type Planned, type Planner, type Problem } from "./problem.ts";
import { digitClasses, groupRanks } from "./spread.ts";
import { onStem } from "./stem.ts";
import { placeTree } from "./tree.ts";
import { refusal, writtenCandidates } from "./written.ts";

/** Dynamic programming over prefixes of the longest-lived modes along the stem (arXiv 2606.01852). */
export const planPrefix: Planner = (problem, bound) => programmed(problem, "prefix", bound);

/** Dynamic programming over the whole tree. */
export const planTree: Planner = (problem, bound) => programmed(problem, "tree", bound);

/** Shares of a device's memory that a step may take, tried in turn: what else is alive at the same time is not known before. */
const SHARES = [1, 0.7, 0.5, 0.35, 0.25, 0.18];

/** States a node that are kept in a first look at a choice of groups, and then. */
const FEW_STATES = 12;
const MANY_STATES = 100;

interface Draft {
  readonly sliceDigits: readonly number[];
  /** Number of the share of memory. */
  readonly share: number;
  /** States a node that were kept. */
  readonly states: number;
  readonly seconds: number;
  readonly placements: NodePlacements;
}

/** Choices of groups that have the digits that written distributions need. Throws UserError where none has. */
function choicesFor({ choices, model, modes, over }: Problem): readonly (readonly number[])[] {
  if (over === undefined) return choices;
  const refused = choices.map((digits) => refusal(modes, digitClasses(model.mesh, digits), over));
  const able = choices.filter((_, place) => refused[place] === undefined);
  if (able.length === 0) throw new UserError(refused[0] ?? "there are no groups of devices");
  return able;
}

function firstDrafts(
  problem: Problem,
  method: "prefix" | "tree",
  choices: readonly (readonly number[])[],
  states: number,
): Draft[] {
  return choices.flatMap((sliceDigits) => draft(problem, method, { sliceDigits, share: 0, states }) ?? []);
}

/** Drafts for every choice of groups, the most promising lowered first, until others are no longer close. */
function programmed(problem: Problem, method: "prefix" | "tree", bound: number): Planned {
  const choices = choicesFor(problem);
  const drafts = firstDrafts(problem, method, choices, FEW_STATES);
  // Few states may miss the only ones that fit.
  if (drafts.length === 0) drafts.push(...firstDrafts(problem, method, choices, MANY_STATES));
  let schedule: Schedule | undefined;
  let leastBytes = Infinity;
  let first = Infinity;
  for (;;) {
    drafts.sort((a, b) => a.seconds - b.seconds);
    const next = drafts.shift();
    if (next === undefined || next.seconds > CLOSE * first || next.seconds >= bound) break;
    if (next.states === FEW_STATES) {
      drafts.push(draft(problem, method, { ...next, states: MANY_STATES }) ?? next);
      continue;
    }
    const { sliceDigits, placements } = next;
    const alone = sliceDigits.length > 0 && sliceDigits.length === problem.model.mesh.length;
    const made = scheduleOf({ ...problem, sliceDigits }, placements, alone ? "slicing" : method);
    leastBytes = Math.min(leastBytes, made.peakBytes);
    if (made.peakBytes > problem.model.machine.device.memoryBytes)
      drafts.push(
        ...[draft(problem, method, { ...next, share: next.share + 1 })].filter((one) => one !== undefined),
      );
    else {
      first = Math.min(first, next.seconds);
      if (made.modelledSeconds < (schedule?.modelledSeconds ?? Infinity)) schedule = made;
    }
  }
  return { schedule, leastBytes };
}

/** Modelled seconds of a placement of the whole tree with these digits for slices, at a first look; Infinity where none fits. */
export function estimatedSeconds(problem: Problem, sliceDigits: readonly number[]): number {
  return draft(problem, "tree", { sliceDigits, share: 0, states: FEW_STATES })?.seconds ?? Infinity;
}

function draft(
  { network, tree, modes, model, over }: Problem,
  method: "prefix" | "tree",
  { sliceDigits, share, states }: Pick<Draft, "sliceDigits" | "share" | "states">,
): Draft | undefined {
  const classes = digitClasses(model.mesh, sliceDigits);
  const groups = rankCount(sliceDigits.flatMap((digit) => model.mesh[digit] ?? []));
  const rounds = Math.ceil(sliceCount(network, tree) / groups);
  const whole = treeFacts(modes, model, rounds, groupRanks(classes));
  const facts = method === "prefix" ? onStem(whole) : whole;
  const planned = method === "prefix" ? prefixCandidates(facts, classes) : wholeCandidates(facts, classes);
  const candidates = over === undefined ? planned : writtenCandidates(facts, classes, over, planned);
  const room = SHARES[share];
  if (room === undefined) return undefined;
  const placed = placeTree(pricing(facts, model, classes, room), candidates, states);
  if (placed === undefined) return undefined;
  const placements = placementsOf(facts, classes, model.mesh.length, placed);
  return { sliceDigits, share, states, seconds: placed.seconds, placements };
}
