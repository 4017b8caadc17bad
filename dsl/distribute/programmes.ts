/** The planners that work by dynamic programming: along the stem over prefixes of modes, and over the whole tree. */
import { UserError } from "../base/diagnostic.ts";
import { sliceCount } from "./assemble.ts";
import { prefixCandidates, wholeCandidates, type Candidates } from "./candidates.ts";
import { treeFacts, treeShape, type TreeFacts, type TreeShape } from "./facts.ts";
import { Contest, type Entrant } from "./contest.ts";
import { estimateOf, secondsOf } from "./estimate.ts";
import { leastBytesOf } from "./fitted.ts";
import { likelyChoices } from "./groups.ts";
import { placementsOf } from "./number.ts";
import { pricing } from "./price.ts";
import type { Planned, Planner, Problem } from "./problem.ts";
import { digitClasses, groupRanks, type DigitClass } from "./spread.ts";
import { onStem } from "./stem.ts";
import { roundsOf } from "./time.ts";
import { placeTree } from "./tree.ts";
import { refusal, writtenCandidates, writtenOver } from "./written.ts";

/** Dynamic programming over prefixes of the longest-lived modes along the stem (arXiv 2606.01852). */
export const planPrefix: Planner = (problems, limit) => programmed(problems, "prefix", limit);

/** Dynamic programming over the whole tree. */
export const planTree: Planner = (problems, limit) => programmed(problems, "tree", limit);

/** Shares of a device's memory that a step may take, tried in turn: what else is alive at the same time is not known before. */
const SHARES = [1, 0.7, 0.5, 0.35, 0.25, 0.18];

/** A placement for half of the memory needs more than half of what one for all of it does. */
const SHARE_STEP = 0.7;

/** States a node that are kept in a first look at a choice of groups, and then. */
const FEW_STATES = 12;
const MANY_STATES = 100;

type Programme = "prefix" | "tree";

/** A problem while it is worked at. */
interface Subject {
  readonly problem: Problem;
  readonly shape: TreeShape;
  /** By the digits that take slices. */
  readonly sharings: Map<string, Sharing>;
  /** Choices of the digits that take slices, not drafted yet. */
  readonly waiting: (readonly number[])[];
}

/** A problem for groups of one size: what its drafts have in common. */
interface Sharing {
  readonly facts: TreeFacts;
  readonly classes: readonly DigitClass[];
  readonly candidates: Candidates;
}

interface Draft extends Entrant {
  readonly subject: Subject;
  /** Number of the share of memory. */
  readonly share: number;
  /** States a node that were kept, at the most. */
  readonly states: number;
  /** Whether no state was dropped. */
  readonly complete: boolean;
  readonly seconds: number;
}

/** Choices of groups that have the digits that written distributions need. Throws UserError where none has. */
function choicesFor(problem: Problem): readonly (readonly number[])[] {
  const { choices, model, modes, over } = problem;
  if (over === undefined) return likelyChoices(problem);
  const refused = choices.map((digits) => refusal(modes, digitClasses(model.mesh, digits), over));
  const able = choices.filter((_, place) => refused[place] === undefined);
  if (able.length === 0) throw new UserError(refused[0] ?? "there are no groups of devices");
  return able;
}

function looked(problem: Problem): Subject {
  return { problem, shape: treeShape(problem.modes), sharings: new Map(), waiting: [] };
}

function subjectOf(problem: Problem): Subject {
  return { ...looked(problem), waiting: [...choicesFor(problem)] };
}

/** Choices of groups drafted before any is lowered: larger groups move more, and are for what smaller ones have no room for. */
const FIRST_CHOICES = 2;

/**
 * Drafts of the next choices of groups, until `count` have a placement. The smallest groups are looked at in full at once: they are the best
 * in most cases.
 */
function nextDrafts(subject: Subject, method: Programme, count: number): Draft[] {
  const found: Draft[] = [];
  let states = count === FIRST_CHOICES ? MANY_STATES : FEW_STATES;
  while (found.length < count) {
    const sliceDigits = subject.waiting.shift();
    if (sliceDigits === undefined) break;
    found.push(...draftOfAny(subject, method, { sliceDigits, share: 0, states }));
    if (found.length > 0) states = FEW_STATES;
  }
  return found;
}

/** Problems that bring nothing faster, in a row, before others are looked at. */
const PATIENCE = 4;

/** Drafts for every choice of groups, the most promising lowered first, until others are no longer close. */
function programmed(problems: readonly Problem[], method: Programme, limit: number): Planned {
  const fresh = [...problems].sort((a, b) => a.leastSeconds - b.leastSeconds);
  const drafts: Draft[] = [];
  const contest = new Contest(method, limit);
  let [fastest, idle] = [Infinity, 0];
  for (;;) {
    drafts.sort((a, b) => a.seconds - b.seconds);
    const [soonest] = fresh;
    const [next] = drafts;
    const looking = next === undefined || (idle < PATIENCE && (soonest?.leastSeconds ?? 0) <= next.seconds);
    if (looking && soonest !== undefined && contest.isOpenTo(soonest.leastSeconds)) {
      fresh.shift();
      const found = nextDrafts(subjectOf(soonest), method, FIRST_CHOICES);
      const own = found.reduce((least, { seconds }) => Math.min(least, seconds), Infinity);
      if (found.length > 0) idle = own < fastest ? 0 : idle + 1;
      fastest = Math.min(fastest, own);
      drafts.push(...found);
      continue;
    }
    if (next === undefined || !contest.isOpenTo(next.seconds)) return contest;
    drafts.shift();
    const { memoryBytes } = next.problem.model.machine.device;
    const few = next.states === FEW_STATES;
    const bytes = few ? leastBytesOf(next.problem, next.placements) : contest.enter(next);
    if (bytes > memoryBytes) {
      drafts.push(...smallerDrafts(next, method, bytes / memoryBytes));
      drafts.push(...nextDrafts(next.subject, method, 1));
    } else if (few) drafts.push(fullDraft(next, method));
  }
}

/** With many states a node; the same where few were all that there are. */
function fullDraft(few: Draft, method: Programme): Draft {
  const states = MANY_STATES;
  const again = few.complete ? few : draft(few.subject, method, { ...few, states });
  return { ...(again ?? few), states };
}

/** The draft with the largest share of memory that places something otherwise. */
function smallerDrafts(refused: Draft, method: Programme, excess: number): Draft[] {
  for (let share = nextShare(refused.share, excess); ; share += 1) {
    const found = draftOfAny(refused.subject, method, { ...refused, share });
    const same = found.some(
      ({ seconds, states }) => seconds === refused.seconds && states === refused.states,
    );
    if (!same) return found;
  }
}

/** The number of the next share of memory to try, where a schedule took `excess` times what there is: about that much less. */
function nextShare(share: number, excess: number): number {
  const wanted = (SHARES[share] ?? 0) / excess ** SHARE_STEP;
  const next = SHARES.findIndex((one, place) => place > share && one <= wanted);
  return next < 0 ? Math.max(share + 1, SHARES.length - 1) : next;
}

/** Modelled seconds of a placement of the whole tree with these digits for slices, at a first look; Infinity where none fits. */
export function estimatedSeconds(problem: Problem, sliceDigits: readonly number[]): number {
  return draft(looked(problem), "tree", { sliceDigits, share: 0, states: FEW_STATES })?.seconds ?? Infinity;
}

/** A draft with as many states as asked for; with many where few miss the only ones that fit. None where nothing fits. */
function draftOfAny(subject: Subject, method: Programme, wanted: Parameters<typeof draft>[2]): Draft[] {
  const made = draft(subject, method, wanted);
  if (made !== undefined) return [made];
  if (wanted.states === MANY_STATES) return [];
  const full = draft(subject, method, { ...wanted, states: MANY_STATES });
  return full === undefined ? [] : [full];
}

function draft(
  subject: Subject,
  method: Programme,
  { sliceDigits, share, states }: Pick<Draft, "sliceDigits" | "share" | "states">,
): Draft | undefined {
  const room = SHARES[share];
  if (room === undefined) return undefined;
  const { model } = subject.problem;
  const { facts, classes, candidates } = sharingOf(subject, method, sliceDigits);
  const placed = placeTree(pricing(facts, model, classes, room), candidates, states);
  if (placed === undefined) return undefined;
  const { problem } = subject;
  const placements = placementsOf(facts, classes, model.mesh.length, placed);
  const estimate = estimateOf(problem, placements, sliceDigits);
  const seconds = secondsOf(estimate);
  const { complete } = placed;
  return { subject, problem, sliceDigits, share, states, complete, seconds, placements, estimate };
}

function sharingOf(subject: Subject, method: Programme, sliceDigits: readonly number[]): Sharing {
  const key = sliceDigits.join();
  const known = subject.sharings.get(key);
  if (known !== undefined) return known;
  const { network, tree, model, over } = subject.problem;
  const classes = digitClasses(model.mesh, sliceDigits);
  const rounds = roundsOf(sliceCount(network, tree), model.mesh, sliceDigits);
  const whole = treeFacts(subject.shape, model, rounds, groupRanks(classes));
  const written = over === undefined ? undefined : writtenOver(whole, classes, over);
  const facts = written?.facts ?? (method === "prefix" ? onStem(whole) : whole);
  const planned = method === "prefix" ? prefixCandidates(facts, classes) : wholeCandidates(facts, classes);
  const candidates = written === undefined ? planned : writtenCandidates(written, classes, planned);
  const sharing = { facts, classes, candidates };
  subject.sharings.set(key, sharing);
  return sharing;
}
