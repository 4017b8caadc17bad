/** Modelled seconds of contractions and moves under spreads, per rank, without lowering them. */
import { elementBytes } from "../network/network.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { collectiveStep } from "./collective.ts";
import type { TreeFacts } from "./facts.ts";
import { contractStep, localStep, type CostModel, type ProductExtents } from "./model.ts";
import { elementCount, modesOf as modeOf } from "./modes.ts";
import type { MoveKind } from "./moves.ts";
import { ranksOf, type DigitClass, type Spread } from "./spread.ts";

export interface Pricing {
  readonly facts: TreeFacts;
  readonly model: CostModel;
  readonly classes: readonly DigitClass[];
  /** Elements that a rank has room for. */
  readonly room: number;
  /** Seconds of collectives by kind and digits, then by elements. */
  readonly known: Map<number, Map<number, number>>;
}

/** `share`: of a device's memory, what one step may take. */
export function pricing(
  facts: TreeFacts,
  model: CostModel,
  classes: readonly DigitClass[],
  share: number,
): Pricing {
  const room = (share * model.machine.device.memoryBytes) / elementBytes(model.dtype);
  return { facts, model, classes, room, known: new Map() };
}

/** A value as its contraction leaves it. */
export interface Made {
  readonly split: Spread;
  /** By class: digits along which sums are owed. */
  readonly owed: readonly number[];
  /** Elements of a rank's shard. */
  readonly elements: number;
}

/** Elements of a node's shard under a spread of its consumer or its own. */
export function shardOf({ facts, classes }: Pricing, node: number, split: Spread): number {
  return (facts.elements[node] ?? 0) / ranksOf(split, classes);
}

/** Modelled seconds of one pair, once; Infinity where its operands and result do not fit. `operands`: elements of both shards. */
export function contractionSeconds(
  { facts, model, room }: Pricing,
  node: number,
  spread: Spread,
  operands: number,
  out: number,
): number {
  const held = operands + out;
  if (held > room) return Infinity;
  return contractStep(model, localExtents(facts, node, spread)).seconds;
}

/** The extents of a pair's product on one rank: each split mode is taken out of the role that it has. */
function localExtents(facts: TreeFacts, node: number, spread: Spread): ProductExtents {
  const { tree, held, elements } = facts;
  const [a, b] = tree.pairs[node - tree.leaves] ?? [-1, -1];
  const all = elementCount(tree.modes, facts.involved[node] ?? []);
  const [first, second, out] = [elements[a] ?? 1, elements[b] ?? 1, elements[node] ?? 1];
  const extents = {
    k: all / out,
    m: all / second,
    n: all / first,
    batch: (first * second * out) / all / all,
  };
  for (const modes of spread)
    for (const mode of modes) {
      const { extent } = modeOf(tree.modes, mode);
      const [inFirst, inSecond] = [held[a]?.has(mode) === true, held[b]?.has(mode) === true];
      if (held[node]?.has(mode) !== true) extents.k /= extent;
      else if (inFirst && inSecond) extents.batch /= extent;
      else if (inFirst) extents.m /= extent;
      else extents.n /= extent;
    }
  return extents;
}

/** What a move does to the digits of one class. */
interface Shift {
  scattered: number;
  exchanged: number;
  reduced: number;
  gathered: number;
  /** Modes that come from a digit of another class, which has to let them go first. */
  late: number;
}

/**
 * Modelled seconds of bringing a made value to the split in which its consumer reads it; Infinity where that cannot be, or does
 * not fit. Order of the collectives as in `movesBetween`.
 */
export function moveSeconds(pricing: Pricing, made: Made, used: Spread): number {
  const shifts: Shift[] = [];
  let still = true;
  for (let place = 0; place < used.length; place += 1) {
    const shift = shiftOf(pricing.classes, made, used, place);
    if (shift === undefined) return Infinity;
    if (shift.scattered + shift.exchanged + shift.reduced + shift.gathered > 0) still = false;
    shifts.push(shift);
  }
  if (still) return 0;
  if (!orderly(shifts, made.owed)) return Infinity;
  return collectiveSeconds(pricing, shifts, made.elements);
}

/** Modes that change class do so by an exchange after all others: not where they would have to wait for a gather, or for each other. */
function orderly(shifts: readonly Shift[], owed: readonly number[]): boolean {
  if (shifts.every(({ late }) => late === 0)) return true;
  const places = [...shifts.keys()].filter((place) => (shifts[place]?.late ?? 0) > 0);
  const sums = places.some((place) => (owed[place] ?? 0) > 0);
  return places.length === 1 && !sums && shifts.every(({ gathered }) => gathered === 0);
}

function shiftOf(
  classes: readonly DigitClass[],
  { split, owed }: Made,
  used: Spread,
  place: number,
): Shift | undefined {
  const before = split[place] ?? [];
  const after = used[place] ?? [];
  let [stay, late] = [0, 0];
  for (const mode of after)
    if (before.includes(mode)) stay += 1;
    else if (heldElsewhere(split, mode, place)) late += 1;
  const come = after.length - stay;
  const leave = before.length - stay;
  const sums = owed[place] ?? 0;
  const scattered = Math.min(sums, come);
  const exchanged = come - scattered;
  if (exchanged > leave) return undefined;
  if (before.length + sums > (classes[place]?.digits.length ?? 0)) return undefined;
  return { scattered, exchanged, reduced: sums - scattered, gathered: leave - exchanged, late };
}

function heldElsewhere(split: Spread, mode: ModeId, place: number): boolean {
  for (let other = 0; other < split.length; other += 1)
    if (other !== place && split[other]?.includes(mode) === true) return true;
  return false;
}

function collectiveSeconds(pricing: Pricing, shifts: readonly Shift[], shard: number): number {
  const { room, model, classes } = pricing;
  let elements = shard;
  let seconds = 0;
  const step = (kind: MoveKind, counts: readonly number[], growth: number): void => {
    const group = counts.reduce((ranks, count, place) => ranks * (classes[place]?.radix ?? 1) ** count, 1);
    if (group === 1) return;
    seconds += knownSeconds(pricing, kind, counts, elements);
    // Modes that come have to lead: mostly a permutation into a buffer of its own.
    if (kind === "redistribute" || kind === "reduce-scatter") {
      seconds += localStep(model, 0, 2 * elements).seconds;
      if (2 * elements > room) seconds = Infinity;
    }
    const next = elements * group ** growth;
    if (elements + next > room) seconds = Infinity;
    elements = next;
  };
  const lateOf = ({ late, exchanged }: Shift): number => Math.min(late, exchanged);
  step(
    "reduce-scatter",
    shifts.map(({ scattered }) => scattered),
    -1,
  );
  step(
    "redistribute",
    shifts.map((shift) => shift.exchanged - lateOf(shift)),
    0,
  );
  step("redistribute", shifts.map(lateOf), 0);
  step(
    "reduce",
    shifts.map(({ reduced }) => reduced),
    0,
  );
  step(
    "gather",
    shifts.map(({ gathered }) => gathered),
    1,
  );
  return seconds;
}

const KINDS: readonly MoveKind[] = ["reduce-scatter", "redistribute", "reduce", "gather"];

function knownSeconds(
  { known, model, classes }: Pricing,
  kind: MoveKind,
  counts: readonly number[],
  elements: number,
): number {
  const key = counts.reduce((sum, count) => 64 * sum + count, KINDS.indexOf(kind));
  const bySize = known.get(key) ?? new Map<number, number>();
  known.set(key, bySize);
  let seconds = bySize.get(elements);
  if (seconds === undefined) {
    const digits = classes.flatMap((one, place) => one.digits.slice(0, counts[place] ?? 0));
    seconds = collectiveStep(model, kind, digits, elements).seconds;
    bySize.set(elements, seconds);
  }
  return seconds;
}
