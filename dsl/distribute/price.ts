/** Modelled seconds of contractions and moves under spreads, per rank, without lowering them. */
import { elementBytes } from "../network/network.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { collectiveStep } from "./collective.ts";
import type { TreeFacts } from "./facts.ts";
import { contractStep, localStep, type CostModel } from "./model.ts";
import type { ProductExtents } from "./products.ts";
import { modesOf as modeOf } from "./modes.ts";
import type { MoveKind } from "./moves.ts";
import { ranksOf, type DigitClass, type Spread } from "./spread.ts";

export interface Pricing {
  readonly facts: TreeFacts;
  readonly model: CostModel;
  readonly classes: readonly DigitClass[];
  /** Elements that a rank has room for. */
  readonly room: number;
  /** Seconds of whole moves by the elements of the shard, then by `Moves.key`. */
  readonly moved: Map<number, Map<number, number>>;
  /** Seconds of collectives by kind and digits, then by elements. */
  readonly known: Map<number, Map<number, number>>;
  /** Of the move that is being priced. */
  readonly moves: Moves;
}

/** How many digits of each class are moved, by collective: modes that change their class are exchanged last. */
interface Moves {
  readonly scattered: Int32Array;
  readonly exchanged: Int32Array;
  readonly exchangedLate: Int32Array;
  readonly reduced: Int32Array;
  readonly gathered: Int32Array;
  /** Modes that come from a digit of another class, which has to let them go first. */
  readonly late: Int32Array;
  /** Tells all of these counts, and those of the digits that were owed, as one number. */
  key: number;
}

/** `share`: of a device's memory, what one step may take. */
export function pricing(
  facts: TreeFacts,
  model: CostModel,
  classes: readonly DigitClass[],
  share: number,
): Pricing {
  const room = (share * model.machine.device.memoryBytes) / elementBytes(model.dtype);
  const counts = (): Int32Array => new Int32Array(classes.length);
  const moves = {
    scattered: counts(),
    exchanged: counts(),
    exchangedLate: counts(),
    reduced: counts(),
    gathered: counts(),
    late: counts(),
    key: 0,
  };
  return { facts, model, classes, room, moved: new Map(), known: new Map(), moves };
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
  const all = facts.whole[node] ?? 1;
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

/**
 * Modelled seconds of bringing a made value to the split in which its consumer reads it; Infinity where that cannot be, or does
 * not fit. Order of the collectives as in `movesBetween`.
 */
export function moveSeconds(pricing: Pricing, made: Made, used: Spread): number {
  const { moved, moves } = pricing;
  let moving = 0;
  moves.key = 0;
  for (let place = 0; place < used.length; place += 1) {
    const own = shift(pricing, made, used, place);
    if (own === undefined) return Infinity;
    moving += own;
  }
  if (moving === 0) return 0;
  let bySize = moved.get(made.elements);
  if (bySize === undefined) moved.set(made.elements, (bySize = new Map<number, number>()));
  let seconds = bySize.get(moves.key);
  if (seconds === undefined) {
    seconds = orderly(pricing, made.owed) ? collectiveSeconds(pricing, made.elements) : Infinity;
    bySize.set(moves.key, seconds);
  }
  return seconds;
}

/** Seconds that no move of a shard of `elements` beats: half of it at the least leaves the rank, on the faster of its links. */
export function leastMoveSeconds({ model: { machine, dtype } }: Pricing, elements: number): number {
  const { node, cluster = node } = machine;
  const bytesPerSecond = Math.max(node.bytesPerSecond, cluster.bytesPerSecond);
  return (elements * elementBytes(dtype)) / 2 / bytesPerSecond;
}

/** Modes that change class do so by an exchange after all others: not where they would have to wait for a gather, or for each other. */
function orderly({ moves }: Pricing, owed: readonly number[]): boolean {
  let changing = 0;
  for (let place = 0; place < moves.late.length; place += 1) {
    if (moves.late[place] === 0) continue;
    changing += 1;
    if ((owed[place] ?? 0) > 0) return false;
  }
  return changing === 0 || (changing === 1 && moves.gathered.every((count) => count === 0));
}

/** Notes how many digits of a class each collective moves, and returns their sum; undefined where none can do it. */
function shift({ classes, moves }: Pricing, made: Made, used: Spread, place: number): number | undefined {
  const { split, owed } = made;
  const before = split[place] ?? [];
  const after = used[place] ?? [];
  let [stay, late, at] = [0, 0, 0];
  // Both ascend.
  for (const mode of after) {
    while (at < before.length && (before[at] as ModeId) < mode) at += 1;
    if (before[at] === mode) stay += 1;
    else if (heldElsewhere(split, mode, place)) late += 1;
  }
  const come = after.length - stay;
  const leave = before.length - stay;
  const sums = owed[place] ?? 0;
  const scattered = Math.min(sums, come);
  const exchanged = come - scattered;
  const digits = classes[place]?.digits.length ?? 0;
  if (exchanged > leave || before.length + sums > digits) return undefined;
  const base = digits + 1;
  moves.key = (((moves.key * base + come) * base + leave) * base + sums) * base + late;
  moves.late[place] = late;
  moves.scattered[place] = scattered;
  moves.exchanged[place] = exchanged - Math.min(late, exchanged);
  moves.exchangedLate[place] = Math.min(late, exchanged);
  moves.reduced[place] = sums - scattered;
  moves.gathered[place] = leave - exchanged;
  return come + sums - scattered + leave - exchanged;
}

function heldElsewhere(split: Spread, mode: ModeId, place: number): boolean {
  for (let other = 0; other < split.length; other += 1)
    if (other !== place && split[other]?.includes(mode) === true) return true;
  return false;
}

/** Collectives in their order, with the factor by which the group multiplies the shard as an exponent. */
const STAGES = [
  ["scattered", "reduce-scatter", -1],
  ["exchanged", "redistribute", 0],
  ["exchangedLate", "redistribute", 0],
  ["reduced", "reduce", 0],
  ["gathered", "gather", 1],
] as const satisfies readonly (readonly [keyof Moves, MoveKind, number])[];

function collectiveSeconds(pricing: Pricing, shard: number): number {
  const { room, model, moves } = pricing;
  let elements = shard;
  let seconds = 0;
  for (const [what, kind, growth] of STAGES) {
    const counts = moves[what];
    const group = ranksAlong(pricing, counts);
    if (group === 1) continue;
    seconds += knownSeconds(pricing, kind, counts, elements);
    // Modes that come have to lead: mostly a permutation into a buffer of its own.
    if (kind === "redistribute" || kind === "reduce-scatter") {
      seconds += localStep(model, 0, 2 * elements).seconds;
      if (2 * elements > room) return Infinity;
    }
    const next = elements * group ** growth;
    if (elements + next > room) return Infinity;
    elements = next;
  }
  return seconds;
}

function ranksAlong({ classes }: Pricing, counts: Int32Array): number {
  let ranks = 1;
  for (let place = 0; place < counts.length; place += 1) {
    const radix = classes[place]?.radix ?? 1;
    for (let digit = counts[place] as number; digit > 0; digit -= 1) ranks *= radix;
  }
  return ranks;
}

const KINDS: readonly MoveKind[] = ["reduce-scatter", "redistribute", "reduce", "gather"];

function knownSeconds(
  { known, model, classes }: Pricing,
  kind: MoveKind,
  counts: Int32Array,
  elements: number,
): number {
  let key = KINDS.indexOf(kind);
  for (let place = 0; place < counts.length; place += 1) key = 64 * key + (counts[place] as number);
  let bySize = known.get(key);
  if (bySize === undefined) known.set(key, (bySize = new Map<number, number>()));
  let seconds = bySize.get(elements);
  if (seconds === undefined) {
    const digits = classes.flatMap((one, place) => one.digits.slice(0, counts[place] ?? 0));
    seconds = collectiveStep(model, kind, digits, elements).seconds;
    bySize.set(elements, seconds);
  }
  return seconds;
}
