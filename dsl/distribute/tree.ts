/**
 * Placement of a whole tree by dynamic programming from the leaves to the root. A state is the spread of a node's contraction; its
 * cost is that of the subtree: contractions, and moves between the split in which a value is made and the one in which it is
 * read. Exact over the candidate spreads, until states are dropped where there are many.
 */
import type { TreeFacts } from "./facts.ts";
import type { Candidates, Source } from "./candidates.ts";
import {
  contractionSeconds,
  leastMoveSeconds,
  moveSeconds,
  shardOf,
  type Made,
  type Pricing,
} from "./price.ts";
import { groupRanks, restricted, spreadKey, type Spread } from "./spread.ts";

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

/** The cheapest placement over the candidates, or nothing where none fits. */
export function placeTree(pricing: Pricing, candidates: Candidates, most = MOST_STATES): Spreads | undefined {
  const { facts } = pricing;
  if (!canFit(pricing)) return undefined;
  const { tree } = facts;
  const states: State[][] = [];
  for (let node = tree.leaves; node < tree.nodes.length; node += 1) {
    if (facts.heavy[node] !== 1) continue;
    const found = pruned(pricing, statesOf(pricing, node, states, candidates), most);
    if (found.length === 0) return undefined;
    states[node] = found;
  }
  const root = tree.nodes.length - 1;
  if (tree.pairs.length === 0) return { seconds: 0, byNode: new Map() };
  const last = states[root];
  if (last === undefined) return undefined;
  const best = cheapestWhole(pricing, last);
  return best === undefined
    ? undefined
    : { seconds: best.seconds, byNode: traced(facts, states, root, best.state) };
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

function statesOf(
  pricing: Pricing,
  node: number,
  states: readonly (State[] | undefined)[],
  candidates: Candidates,
): State[] {
  const { facts, classes } = pricing;
  const { tree } = facts;
  const operands = heavyOperands(facts, node);
  const sources = operands.map((child): Source => ({ node: child, made: states[child] ?? [] }));
  const arrivals = operands.map((child) => arrivalsOf(pricing, child, states[child] ?? []));
  const pair: readonly number[] = tree.pairs[node - tree.leaves] ?? [];
  const found = new Map<string, State>();
  for (const spread of candidates(node, sources)) {
    const used = pair.map((child) => restrict(facts, child, spread));
    let held = 0;
    for (let side = 0; side < pair.length; side += 1)
      held += shardOf(pricing, pair[side] as number, used[side] as Spread);
    const split = restrict(facts, node, spread);
    const elements = shardOf(pricing, node, split);
    let seconds = contractionSeconds(pricing, node, spread, held, elements) * (facts.rounds[node] ?? 1);
    const from: number[] = [];
    for (let place = 0; place < operands.length && seconds < Infinity; place += 1) {
      const side = pair.indexOf(operands[place] as number);
      const arrival = arrivals[place]?.(used[side] as Spread) ?? NEVER;
      seconds += arrival.seconds;
      from.push(arrival.state);
    }
    if (!(seconds < Infinity)) continue;
    const owed = classes.map((_, at) => (spread[at]?.length ?? 0) - (split[at]?.length ?? 0));
    const key = `${spreadKey(split)}/${owed.join()}`;
    const known = found.get(key);
    if (known === undefined || seconds < known.seconds)
      found.set(key, { spread, split, owed, elements, seconds, from });
  }
  return [...found.values()].sort((a, b) => a.seconds - b.seconds);
}

function restrict(facts: TreeFacts, node: number, spread: Spread): Spread {
  return restricted(spread, facts.held[node] ?? new Set());
}

interface Arrival {
  readonly seconds: number;
  readonly state: number;
}

const NEVER: Arrival = { seconds: Infinity, state: -1 };

/** The cheapest way to have an operand as its consumer reads it. States come cheapest first. */
function arrivalsOf(pricing: Pricing, child: number, states: readonly State[]): (used: Spread) => Arrival {
  const known = new Map<string, Arrival>();
  const times = pricing.facts.rounds[child] ?? 1;
  const settled = new Map<string, number>();
  states.forEach(({ split, owed }, state) => {
    if (owed.every((sums) => sums === 0)) settled.set(spreadKey(split), state);
  });
  const soonest = Float64Array.from(states, ({ seconds, elements }) => {
    return seconds + times * leastMoveSeconds(pricing, elements);
  });
  return (used) => {
    const key = spreadKey(used);
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    // One that stays where it is bounds the rest from the start.
    const still = settled.get(key);
    let best = still === undefined ? NEVER : { seconds: states[still]?.seconds ?? Infinity, state: still };
    for (let state = 0; state < states.length; state += 1) {
      const made = states[state] as State;
      if (made.seconds >= best.seconds) break;
      // What does not move is known already.
      if ((soonest[state] as number) >= best.seconds) continue;
      const seconds = made.seconds + times * moveSeconds(pricing, made, used);
      if (seconds < best.seconds) best = { seconds, state };
    }
    known.set(key, best);
    return best;
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
