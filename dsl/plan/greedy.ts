/** Greedy contraction order: again and again the pair of neighbours with the least score. */
import type { Random } from "../base/random.ts";
import { pairHeap, pop, push, type PairHeap } from "./heap.ts";
import { at, log2Add, log2SizeOf, union, type Hypergraph } from "./hypergraph.ts";

/**
 * How a pair a, b with result c is scored. `difference`: |c| - weight (|a| + |b|), in signed log scale (opt_einsum's,
 * J. Gray and S. Kourtis, Quantum 5, 410); `ratio`: log |c| - weight log(|a| + |b|). Temperature scales Gumbel noise.
 */
export interface GreedySettings {
  readonly formula: "difference" | "ratio";
  readonly weight: number;
  readonly temperature: number;
}

export const plainGreedy: GreedySettings = { formula: "difference", weight: 1, temperature: 0 };

/** Neighbours looked at along one hyperedge; more would be quadratic in its tensors. */
const MOST_NEIGHBOURS = 48;

interface State {
  readonly graph: Hypergraph;
  readonly settings: GreedySettings;
  readonly random: Random;
  /** Indices of each id; undefined once contracted. */
  readonly tensors: (Int32Array | undefined)[];
  readonly sizes: number[];
  /** Live ids on each index. */
  readonly holders: Set<number>[];
  readonly heap: PairHeap;
}

/** Contractions between two looks at the clock. */
const PATIENCE = 64;

/**
 * Pairs over ids 0..n-1, n, ...; disconnected parts are joined at the end, small ones first, as is all that is left once time
 * has expired.
 */
export function greedy(
  graph: Hypergraph,
  settings: GreedySettings,
  random: Random,
  expired: () => boolean = never,
): [number, number][] {
  const state = begin(graph, settings, random);
  const pairs: [number, number][] = [];
  const take = (a: number, b: number): void => {
    pairs.push([a, b]);
    contract(state, a, b);
  };
  for (let pair = pop(state.heap); pair !== undefined; pair = pop(state.heap)) {
    const [a, b] = pair;
    if (state.tensors[a] === undefined || state.tensors[b] === undefined) continue;
    take(a, b);
    if (pairs.length % PATIENCE === 0 && expired()) break;
  }
  joinRest(state, take);
  return pairs;
}

function never(): boolean {
  return false;
}

function begin(graph: Hypergraph, settings: GreedySettings, random: Random): State {
  const holders = graph.labels.map(() => new Set<number>());
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) at(holders, index).add(id);
  });
  const sizes = graph.tensors.map((indices) => log2SizeOf(graph, indices));
  const state = { graph, settings, random, tensors: [...graph.tensors], sizes, holders, heap: pairHeap() };
  graph.tensors.forEach((_, id) => {
    for (const other of neighbours(state, id)) if (other > id) consider(state, id, other);
  });
  return state;
}

function neighbours(state: State, id: number): Set<number> {
  const found = new Set<number>();
  for (const index of state.tensors[id] ?? []) {
    let count = 0;
    for (const other of at(state.holders, index)) {
      if (count >= MOST_NEIGHBOURS) break;
      if (other === id) continue;
      found.add(other);
      count += 1;
    }
  }
  return found;
}

/** True where no third tensor and no output needs the index, which both operands have. */
function isLast(state: State, index: number): boolean {
  return at(state.holders, index).size === 2 && at(state.graph.open, index) === 0;
}

function resultSize(state: State, a: Int32Array, b: Int32Array): number {
  const { weights } = state.graph;
  let [size, i, j] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const x = i < a.length ? at(a, i) : 0x7fffffff;
    const y = j < b.length ? at(b, j) : 0x7fffffff;
    if (x !== y || !isLast(state, x)) size += at(weights, x < y ? x : y);
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return size;
}

function consider(state: State, a: number, b: number): void {
  const size = resultSize(state, at(state.tensors, a) as Int32Array, at(state.tensors, b) as Int32Array);
  const { formula, weight, temperature } = state.settings;
  const operands = log2Add(at(state.sizes, a), at(state.sizes, b));
  const score =
    formula === "ratio" ? size - weight * operands : signedLog(size, operands + Math.log2(weight));
  const noise =
    temperature === 0 ? 0 : temperature * Math.log(-Math.log(1 - state.random() + 1e-300) + 1e-300);
  push(state.heap, score + noise, a, b);
}

/** sign(d) log2(1 + |d|) of d = 2^a - 2^b. */
function signedLog(a: number, b: number): number {
  if (a === b) return 0;
  const most = Math.max(a, b);
  const magnitude = most + Math.log2(1 - 2 ** (Math.min(a, b) - most));
  return Math.sign(a - b) * log2Add(0, magnitude);
}

function contract(state: State, a: number, b: number): void {
  const [x, y] = [at(state.tensors, a) as Int32Array, at(state.tensors, b) as Int32Array];
  const id = state.tensors.length;
  const all = union(x, y);
  for (const index of all) {
    const holders = at(state.holders, index);
    holders.delete(a);
    holders.delete(b);
  }
  const kept = all.filter((index) => at(state.holders, index).size > 0 || at(state.graph.open, index) === 1);
  for (const index of kept) at(state.holders, index).add(id);
  state.tensors[a] = undefined;
  state.tensors[b] = undefined;
  state.tensors.push(kept);
  state.sizes.push(log2SizeOf(state.graph, kept));
  for (const other of neighbours(state, id)) consider(state, other, id);
}

/** Outer products of what is left, the two smallest first. */
function joinRest(state: State, take: (a: number, b: number) => void): void {
  const rest = pairHeap();
  state.tensors.forEach((indices, id) => {
    if (indices !== undefined) push(rest, at(state.sizes, id), id, id);
  });
  for (;;) {
    const [a] = pop(rest) ?? [];
    const [b] = pop(rest) ?? [];
    if (a === undefined || b === undefined) return;
    take(a, b);
    const id = state.tensors.length - 1;
    push(rest, at(state.sizes, id), id, id);
  }
}
