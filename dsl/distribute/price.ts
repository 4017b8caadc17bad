/** Modelled seconds of contractions and moves under spreads, per rank, without lowering them. */
import { elementBytes } from "../network/network.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { collectiveStep } from "./collective.ts";
import type { TreeFacts } from "./facts.ts";
import { denseSeconds, localSeconds, type CostModel } from "./model.ts";
import type { ProductExtents } from "./products.ts";
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
  readonly roles: Roles;
}

/** By mode: 1 where the first operand of a pair has it, 2 where the second has, 4 where the result has; of the node asked for last. */
interface Roles {
  readonly flags: Uint8Array;
  node: number;
}

export const [IN_FIRST, IN_SECOND, IN_RESULT] = [1, 2, 4] as const;

/** The roles of the modes of a node's pair, until another node is asked for. */
export function rolesOf({ facts, roles }: Pricing, node: number): Uint8Array {
  const { flags } = roles;
  if (roles.node === node) return flags;
  for (const mode of facts.involved[roles.node] ?? []) flags[mode] = 0;
  roles.node = node;
  const { tree } = facts;
  const [a, b] = tree.pairs[node - tree.leaves] ?? [-1, -1];
  for (const [of, role] of [
    [a, IN_FIRST],
    [b, IN_SECOND],
    [node, IN_RESULT],
  ] as const)
    for (const mode of tree.nodes[of] ?? []) flags[mode] = (flags[mode] as number) | role;
  return flags;
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
  /** Modes that stay in their class. */
  readonly stay: Int32Array;
  /** By mode: 1 + the class in which the split has it that is being read, or 0. */
  readonly wanted: Uint8Array;
  /** Tells all of these counts, and those of the digits that were owed, as one number. */
  key: number;
}

type Memo = Pick<Pricing, "moved" | "known">;

/** What was priced on a machine, for whatever tree, by the classes of digits and the room. */
const memos = new WeakMap<CostModel, Map<string, Memo>>();

function memoOf(model: CostModel, classes: readonly DigitClass[], room: number): Memo {
  let own = memos.get(model);
  if (own === undefined) memos.set(model, (own = new Map<string, Memo>()));
  const key = [room, ...classes.map(({ digits }) => digits.join())].join("/");
  let memo = own.get(key);
  if (memo === undefined) own.set(key, (memo = { moved: new Map(), known: new Map() }));
  return memo;
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
    stay: counts(),
    wanted: new Uint8Array(facts.tree.modes.length),
    key: 0,
  };
  const roles = { flags: new Uint8Array(facts.tree.modes.length), node: -1 };
  return { facts, model, classes, room, ...memoOf(model, classes, room), moves, roles };
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
  pricing: Pricing,
  node: number,
  spread: Spread,
  operands: number,
  out: number,
): number {
  const held = operands + out;
  if (held > pricing.room) return Infinity;
  return denseSeconds(pricing.model, localExtents(pricing, node, spread));
}

/** The extents of a pair's product on one rank: each split mode is taken out of the role that it has. */
function localExtents(pricing: Pricing, node: number, spread: Spread): ProductExtents {
  const { facts, classes } = pricing;
  const { tree, elements } = facts;
  const flags = rolesOf(pricing, node);
  const [a, b] = tree.pairs[node - tree.leaves] ?? [-1, -1];
  const all = facts.multiplyAdds[node] ?? 1;
  const [first, second, out] = [elements[a] ?? 1, elements[b] ?? 1, elements[node] ?? 1];
  const extents = {
    k: all / out,
    m: all / second,
    n: all / first,
    batch: (first * second * out) / all / all,
  };
  for (let place = 0; place < spread.length; place += 1) {
    const radix = classes[place]?.radix ?? 1;
    const modes = spread[place] as readonly ModeId[];
    for (let at = 0; at < modes.length; at += 1) {
      const role = flags[modes[at] as ModeId] as number;
      if (role < IN_RESULT) extents.k /= radix;
      else if (role === (IN_FIRST | IN_SECOND | IN_RESULT)) extents.batch /= radix;
      else if (role === (IN_FIRST | IN_RESULT)) extents.m /= radix;
      else extents.n /= radix;
    }
  }
  return extents;
}

/**
 * Modelled seconds of bringing a made value to the split in which its consumer reads it; Infinity where that cannot be, or does
 * not fit. Order of the collectives as in `movesBetween`.
 */
export function moveSeconds(pricing: Pricing, made: Made, used: Spread): number {
  return reading(pricing, used, (secondsOf) => secondsOf(made, movedAs(pricing, made.elements)));
}

/** Seconds of a move of a made value, given those that are known of moves of its size. */
export type SecondsOfMove = (made: Made, known: Map<number, number>) => number;

/** Asks for the seconds of moves to one split. */
export function reading<Answer>(
  pricing: Pricing,
  used: Spread,
  ask: (secondsOf: SecondsOfMove) => Answer,
): Answer {
  const { wanted } = pricing.moves;
  for (let place = 0; place < used.length; place += 1)
    for (const mode of used[place] as readonly ModeId[]) wanted[mode] = place + 1;
  const answer = ask((made, known) => secondsOfMove(pricing, made, used, known));
  for (const modes of used) for (const mode of modes) wanted[mode] = 0;
  return answer;
}

/** Seconds that are known of moves of shards of so many elements, by `Moves.key`. */
export function movedAs({ moved }: Pricing, elements: number): Map<number, number> {
  let known = moved.get(elements);
  if (known === undefined) moved.set(elements, (known = new Map<number, number>()));
  return known;
}

function secondsOfMove(pricing: Pricing, made: Made, used: Spread, known: Map<number, number>): number {
  const moving = shifts(pricing, made, used);
  if (moving <= 0) return moving < 0 ? Infinity : 0;
  const { key } = pricing.moves;
  let seconds = known.get(key);
  if (seconds === undefined) {
    seconds = orderly(pricing, made.owed) ? collectiveSeconds(pricing, made.elements) : Infinity;
    known.set(key, seconds);
  }
  return seconds;
}

/** Seconds that no move of a shard of `elements` beats: half of it at the least leaves the rank, on the faster of its links, in a message. */
export function leastMoveSeconds({ model: { machine, dtype } }: Pricing, elements: number): number {
  const { node, cluster = node } = machine;
  const bytesPerSecond = Math.max(node.bytesPerSecond, cluster.bytesPerSecond);
  const latency = Math.min(node.latencySeconds, cluster.latencySeconds);
  return (elements * elementBytes(dtype)) / 2 / bytesPerSecond + latency;
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

/** Notes how many digits of each class each collective moves, and returns their sum; -1 where none can do it. */
function shifts({ classes, moves }: Pricing, { split, owed }: Made, used: Spread): number {
  const { wanted, stay, late } = moves;
  const count = used.length;
  for (let place = 0; place < count; place += 1) late[place] = 0;
  for (let place = 0; place < count; place += 1) {
    const before = split[place] as readonly ModeId[];
    let own = 0;
    for (let at = 0; at < before.length; at += 1) {
      const to = wanted[before[at] as ModeId] as number;
      if (to === place + 1) own += 1;
      else if (to > 0) late[to - 1] = (late[to - 1] as number) + 1;
    }
    stay[place] = own;
  }
  let [moving, key] = [0, 0];
  for (let place = 0; place < count; place += 1) {
    const before = (split[place] as readonly ModeId[]).length;
    const come = (used[place] as readonly ModeId[]).length - (stay[place] as number);
    const leave = before - (stay[place] as number);
    const sums = owed[place] ?? 0;
    const scattered = Math.min(sums, come);
    const exchanged = come - scattered;
    const digits = classes[place]?.digits.length ?? 0;
    if (exchanged > leave || before + sums > digits) return -1;
    const changing = Math.min(late[place] as number, exchanged);
    const base = digits + 1;
    key = (((key * base + come) * base + leave) * base + sums) * base + (late[place] as number);
    moves.scattered[place] = scattered;
    moves.exchanged[place] = exchanged - changing;
    moves.exchangedLate[place] = changing;
    moves.reduced[place] = sums - scattered;
    moves.gathered[place] = leave - exchanged;
    moving += come + sums - scattered + leave - exchanged;
  }
  moves.key = key;
  return moving;
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
      seconds += localSeconds(model, 0, 2 * elements);
      if (2 * elements > room) return Infinity;
    }
    const next = growth > 0 ? elements * group : growth < 0 ? elements / group : elements;
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
