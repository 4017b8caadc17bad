/**
 * Placement of a whole tree by dynamic programming from the leaves to the root. A state is the spread of a node's contraction; its
 * cost is that of the subtree: contractions, and moves between the split in which a value is made and the one in which it is
 * read. Exact over the candidate spreads, until states are dropped where there are many.
 */
import type { TreeFacts } from "./facts.ts";
import type { Candidates, Source } from "./candidates.ts";
import {
  contractionSeconds,
  IN_FIRST,
  IN_RESULT,
  IN_SECOND,
  leastMoveSeconds,
  movedAs,
  moveSeconds,
  reading,
  rolesOf,
  shardOf,
  type Made,
  type Pricing,
} from "./price.ts";
import { groupRanks, spreadKey, SpreadTable, type Spread } from "./spread.ts";

/** States of a node beyond which dominated ones, and then dear ones, are dropped, where nothing else is asked for. */
const MOST_STATES = 100;

export interface State extends Made {
  readonly spread: Spread;
  /** Of the subtree, all slices that a group runs. */
  readonly seconds: number;
  /** For each heavy operand, the number of its state. */
  readonly from: readonly number[];
}

/** A planned tree: the spread of each heavy pair, by node. */
export interface Spreads {
  readonly seconds: number;
  readonly byNode: ReadonlyMap<number, State>;
}

export interface PlacedTree extends Spreads {
  /** Whether no state was dropped. */
  readonly complete: boolean;
}

/** The cheapest placement over the candidates, or nothing where none fits. */
export function placeTree(
  pricing: Pricing,
  candidates: Candidates,
  most = MOST_STATES,
): PlacedTree | undefined {
  const { facts } = pricing;
  if (!canFit(pricing)) return undefined;
  const { tree } = facts;
  const states = new Array<State[] | undefined>(tree.nodes.length);
  let complete = true;
  for (let node = tree.leaves; node < tree.nodes.length; node += 1) {
    if (facts.heavy[node] !== 1) continue;
    const all = statesOf(pricing, node, states, candidates);
    const found = pruned(pricing, all, most);
    complete &&= found.length === all.length;
    if (found.length === 0) return undefined;
    states[node] = found;
  }
  const root = tree.nodes.length - 1;
  if (tree.pairs.length === 0) return { seconds: 0, complete, byNode: new Map() };
  const last = states[root];
  if (last === undefined) return undefined;
  const best = cheapestWhole(pricing, last);
  return best === undefined
    ? undefined
    : { seconds: best.seconds, complete, byNode: traced(facts, states, root, best.state) };
}

/** Whether the operands and the result of every pair fit where all ranks of the group share them. */
function canFit({ facts, classes, room }: Pricing): boolean {
  const { tree, elements } = facts;
  const most = room * groupRanks(classes);
  return tree.pairs.every(
    ([a, b], position) =>
      (elements[a] ?? 0) + (elements[b] ?? 0) + (elements[tree.leaves + position] ?? 0) <= most,
  );
}

/** The root's state that is cheapest once its value is whole on every rank, which is done once, after all slices. */
function cheapestWhole(
  pricing: Pricing,
  states: readonly State[],
): { readonly seconds: number; readonly state: number } | undefined {
  const whole = pricing.classes.map(() => []);
  let best: { seconds: number; state: number } | undefined;
  states.forEach((state, position) => {
    const seconds = state.seconds + moveSeconds(pricing, state, whole);
    if (seconds < (best?.seconds ?? Infinity)) best = { seconds, state: position };
  });
  return best;
}

function heavyOperands({ tree, heavy }: TreeFacts, node: number): number[] {
  return (tree.pairs[node - tree.leaves] ?? []).filter((child) => child >= tree.leaves && heavy[child] === 1);
}

/** What a spread leaves of an operand on a rank, and how that comes to be there, once it is asked. */
interface Read {
  readonly split: Spread;
  readonly elements: number;
  arrival: Arrival | undefined;
}

/** What a spread leaves of a result on a rank, with its states by what they owe: their places among all. */
interface Left {
  readonly split: Spread;
  readonly elements: number;
  readonly states: number[];
}

function statesOf(
  pricing: Pricing,
  node: number,
  states: readonly (State[] | undefined)[],
  candidates: Candidates,
): State[] {
  const { facts } = pricing;
  const { tree } = facts;
  const [a, b] = tree.pairs[node - tree.leaves] ?? [-1, -1];
  const sources = heavyOperands(facts, node).map(
    (child): Source => ({ node: child, made: states[child] ?? [] }),
  );
  const spreads = candidates(node, sources);
  const flags = rolesOf(pricing, node);
  const arrivals = [a, b].map((child) => arrivalsOf(pricing, child, states[child]));
  const [ofFirst, ofSecond] = [
    new SpreadTable<Read>(flags, IN_FIRST),
    new SpreadTable<Read>(flags, IN_SECOND),
  ];
  const results = new SpreadTable<Left>(flags, IN_RESULT);
  const first = (split: Spread): Read => ({
    split,
    elements: shardOf(pricing, a, split),
    arrival: undefined,
  });
  const second = (split: Spread): Read => ({
    split,
    elements: shardOf(pricing, b, split),
    arrival: undefined,
  });
  const left = (split: Spread): Left => ({ split, elements: shardOf(pricing, node, split), states: [] });
  const rounds = facts.rounds[node] ?? 1;
  const found: State[] = [];
  for (const spread of spreads) {
    const reads = [ofFirst.get(spread, first), ofSecond.get(spread, second)] as const;
    const result = results.get(spread, left);
    const held = reads[0].elements + reads[1].elements;
    let seconds = contractionSeconds(pricing, node, spread, held, result.elements) * rounds;
    for (let side = 0; side < 2 && seconds < Infinity; side += 1) {
      const read = reads[side] as Read;
      read.arrival ??= arrivals[side]?.(read.split) ?? HERE;
      seconds += read.arrival.seconds;
    }
    if (!(seconds < Infinity)) continue;
    const place = result.states.find((state) => owesAlike(found[state] as State, spread));
    if (place !== undefined && seconds >= (found[place] as State).seconds) continue;
    const { split, elements } = result;
    const owed = split.map((modes, at) => (spread[at]?.length ?? 0) - modes.length);
    const from = reads.flatMap(({ arrival = HERE }) => (arrival === HERE ? [] : [arrival.state]));
    const state = { spread, split, owed, elements, seconds, from };
    if (place !== undefined) found[place] = state;
    else result.states.push(found.push(state) - 1);
  }
  return found.sort((one, other) => one.seconds - other.seconds);
}

/** Of states of one split: whether this one owes as many sums as the spread would. */
function owesAlike({ spread: own }: State, spread: Spread): boolean {
  for (let place = 0; place < own.length; place += 1)
    if (own[place]?.length !== spread[place]?.length) return false;
  return true;
}

interface Arrival {
  readonly seconds: number;
  readonly state: number;
}

const NEVER: Arrival = { seconds: Infinity, state: -1 };
/** Of what is computed where it is read. */
const HERE: Arrival = { seconds: 0, state: -1 };

/** The cheapest way to have an operand as its consumer reads it; none of one that is not placed for itself. States come cheapest first. */
function arrivalsOf(
  pricing: Pricing,
  child: number,
  states: readonly State[] | undefined,
): ((used: Spread) => Arrival) | undefined {
  if (states === undefined) return undefined;
  const times = pricing.facts.rounds[child] ?? 1;
  const settled = new Map<string, number>();
  states.forEach(({ split, owed }, state) => {
    if (owed.every((sums) => sums === 0)) settled.set(spreadKey(split), state);
  });
  const known = states.map(({ elements }) => movedAs(pricing, elements));
  const soonest = Float64Array.from(states, ({ seconds, elements }) => {
    return seconds + times * leastMoveSeconds(pricing, elements);
  });
  return (used) => {
    // One that stays where it is bounds the rest from the start.
    const still = settled.get(spreadKey(used));
    const begun = still === undefined ? NEVER : { seconds: states[still]?.seconds ?? Infinity, state: still };
    return reading(pricing, used, (secondsOf) => {
      let { seconds: least, state: best } = begun;
      for (let state = 0; state < states.length; state += 1) {
        const made = states[state] as State;
        if (made.seconds >= least) break;
        // What does not move is known already.
        if ((soonest[state] as number) >= least) continue;
        const seconds = made.seconds + times * secondsOf(made, known[state] as Map<number, number>);
        if (seconds < least) [least, best] = [seconds, state];
      }
      return { seconds: least, state: best };
    });
  };
}

/** What makes a state good for what follows: more ranks in use, modes that live longer, no sums owed; by class. */
function virtues({ facts }: Pricing, { split, owed }: State): number[] {
  return split.flatMap((modes, place) => {
    const first = modes.reduce((most, mode) => Math.max(most, facts.death[mode] ?? 0), -1);
    return [modes.length, -first, -(owed[place] ?? 0)];
  });
}

/** Where there are many states: those that a cheaper one beats in every respect go, then the dearest. */
function pruned(pricing: Pricing, states: readonly State[], most: number): State[] {
  if (states.length <= most) return [...states];
  const kept: State[] = [];
  const better: number[][] = [];
  for (const state of states) {
    const own = virtues(pricing, state);
    if (better.some((other) => other.every((value, place) => value >= (own[place] ?? 0)))) continue;
    kept.push(state);
    better.push(own);
    if (kept.length === most) break;
  }
  return kept;
}

function traced(
  facts: TreeFacts,
  states: readonly (State[] | undefined)[],
  root: number,
  best: number,
): Map<number, State> {
  const byNode = new Map<number, State>();
  const pending: [number, number][] = [[root, best]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, position] = next;
    const state = states[node]?.[position];
    if (state === undefined) continue;
    byNode.set(node, state);
    heavyOperands(facts, node).forEach((child, place) => pending.push([child, state.from[place] ?? 0]));
  }
  return byNode;
}
