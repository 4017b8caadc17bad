/**
 * Contraction order from an elimination order of the indices: again and again an index is picked, and the tensors that
 * have it are contracted with each other (bucket elimination; R. Dechter, Artificial Intelligence 113, 1999). Best on
 * counting problems, whose hyperedges join many tensors.
 */
import type { Random } from "../base/random.ts";
import { at, log2SizeOf, union, type Hypergraph } from "./hypergraph.ts";
import { pairHeap, pop, push } from "./heap.ts";

/**
 * How an index is scored, lower first. `size`: log2 of the tensor that its elimination makes; `growth`: the same less
 * the largest of the tensors that it takes. Temperature scales Gumbel noise.
 */
export interface EliminationSettings {
  readonly rule: "size" | "growth" | "fill";
  readonly temperature: number;
}

interface State {
  readonly graph: Hypergraph;
  readonly settings: EliminationSettings;
  readonly random: Random;
  /** Indices of each id; undefined once contracted. */
  readonly tensors: (Int32Array | undefined)[];
  /** Live ids on each index. */
  readonly holders: Set<number>[];
  readonly pairs: [number, number][];
  /** A score in the queue counts only where its version is the index's. */
  readonly versions: Int32Array;
}

/**
 * Pairs over ids 0..n-1, n, ...; what no closed index joins is contracted at the end, small tensors first, as is all that
 * is left once time has expired.
 */
export function eliminate(
  graph: Hypergraph,
  settings: EliminationSettings,
  random: Random,
  expired: () => boolean,
): [number, number][] {
  const state = begin(graph, settings, random);
  const queue = pairHeap();
  const enter = (index: number): void => {
    const version = at(state.versions, index) + 1;
    state.versions[index] = version;
    push(queue, scoreOf(state, index), index, version);
  };
  graph.labels.forEach((_, index) => {
    if (at(graph.open, index) === 0 && at(graph.uses, index) > 1) enter(index);
  });
  for (let next = pop(queue); next !== undefined; next = pop(queue)) {
    const [index, version] = next;
    if (version !== at(state.versions, index) || at(state.holders, index).size === 0) continue;
    if (expired()) break;
    const made = eliminateIndex(state, index);
    for (const other of at(state.tensors, made) ?? []) if (at(graph.open, other) === 0) enter(other);
  }
  const rest = state.tensors.flatMap((indices, id) => (indices === undefined ? [] : [id]));
  contractAll(state, rest);
  return state.pairs;
}

function begin(graph: Hypergraph, settings: EliminationSettings, random: Random): State {
  const holders = graph.labels.map(() => new Set<number>());
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) at(holders, index).add(id);
  });
  const versions = new Int32Array(graph.labels.length);
  return { graph, settings, random, tensors: [...graph.tensors], holders, pairs: [], versions };
}

function merged(state: State, index: number): Int32Array {
  let all: Int32Array = new Int32Array(0);
  for (const id of at(state.holders, index)) all = union(all, at(state.tensors, id) as Int32Array);
  return all;
}

function scoreOf(state: State, index: number): number {
  const { graph, settings, random } = state;
  const all = merged(state, index);
  const size = log2SizeOf(graph, all) - at(graph.weights, index);
  const noise =
    settings.temperature === 0
      ? 0
      : settings.temperature * Math.log(-Math.log(1 - random() + 1e-300) + 1e-300);
  if (settings.rule === "size") return size + noise;
  let largest = 0;
  let covered = 0;
  for (const id of at(state.holders, index)) {
    const own = log2SizeOf(graph, at(state.tensors, id) as Int32Array);
    largest = Math.max(largest, own);
    covered += (own - at(graph.weights, index)) ** 2;
  }
  return (settings.rule === "growth" ? size - largest : Math.max(0, size ** 2 - covered)) + noise;
}

/** Contracts the tensors that have the index; returns the id of the result. */
function eliminateIndex(state: State, index: number): number {
  return contractAll(state, [...at(state.holders, index)]);
}

/** Contracts tensors with each other, the two smallest first; returns the id of the result. */
function contractAll(state: State, ids: readonly number[]): number {
  const bySize = pairHeap();
  const enter = (id: number): void =>
    push(bySize, log2SizeOf(state.graph, at(state.tensors, id) as Int32Array), id, id);
  ids.forEach(enter);
  for (;;) {
    const [a] = pop(bySize) ?? [];
    const [b] = pop(bySize) ?? [];
    if (a === undefined) return -1;
    if (b === undefined) return a;
    enter(contract(state, a, b));
  }
}

function contract(state: State, a: number, b: number): number {
  const { graph, holders, tensors } = state;
  const id = tensors.length;
  const all = union(at(tensors, a) as Int32Array, at(tensors, b) as Int32Array);
  for (const index of all) {
    at(holders, index).delete(a);
    at(holders, index).delete(b);
  }
  const kept = all.filter((index) => at(holders, index).size > 0 || at(graph.open, index) === 1);
  for (const index of kept) at(holders, index).add(id);
  tensors[a] = undefined;
  tensors[b] = undefined;
  tensors.push(kept);
  state.pairs.push([a, b]);
  return id;
}
