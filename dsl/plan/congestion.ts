/** A lower bound on the largest result and the dearest pair of any tree, from flows that every tree must cut. */
import { pairHeap, pop, push } from "./heap.ts";
import { at, type Hypergraph } from "./hypergraph.ts";

/** Tensors that send to each other; more make the bound little better. */
const MOST_TERMINALS = 160;
const FEWEST_TERMINALS = 24;
/** Visits of an index on a path; decides how many terminals and rounds there are. */
const VISITS = 3_000_000;
const [FEWEST_ROUNDS, MOST_ROUNDS] = [2, 16];
/** How strongly a loaded index repels paths in the next round. */
const STEEPNESS = 6;

export interface Split {
  /** log2 of the elements of some result. */
  readonly size: number;
  /** log2 of the multiply-adds of some pair. */
  readonly pair: number;
}

/** Who can be reached, in one part of the network: the largest. */
interface Roads {
  readonly graph: Hypergraph;
  /** Tensors of each index. */
  readonly holders: readonly number[][];
  readonly terminals: readonly number[];
}

/**
 * Bound 3 of `lowerBound`. Paths are shortest ones, shared out evenly, first in indices counted by their inverse weight, then again
 * and again with loaded indices made longer; the mean of all rounds is the flow, and any flow gives a valid bound.
 */
export function leastSplit(graph: Hypergraph): Split {
  const holders = graph.labels.map((): number[] => []);
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) if (at(graph.weights, index) > 0) at(holders, index).push(id);
  });
  const members = largestPart(graph, holders);
  if (members.length < 4) return { size: 0, pair: 0 };
  const visits = members.reduce((sum, id) => sum + at(graph.tensors, id).length, 0);
  const affordable = Math.floor(VISITS / visits / FEWEST_ROUNDS);
  const count = Math.min(members.length, MOST_TERMINALS, Math.max(FEWEST_TERMINALS, affordable));
  const terminals = Array.from({ length: count }, (_, k) =>
    at(members, Math.floor((k * members.length) / count)),
  );
  const rounds = Math.floor(VISITS / visits / count);
  const flow = { graph, holders, terminals };
  const congestion = spread(flow, Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, rounds)));
  const third = Math.ceil(count / 3);
  const half = Math.floor(count / 2);
  const odd = count - 2 * half;
  return {
    size: (third * (count - third)) / congestion,
    pair: (half * half + odd * 2 * half) / congestion,
  };
}

/** Of the parts that indices join, the one with most tensors. */
function largestPart(graph: Hypergraph, holders: readonly number[][]): number[] {
  const seen = new Uint8Array(graph.tensors.length);
  let largest: number[] = [];
  for (let first = 0; first < seen.length; first += 1) {
    if (at(seen, first) === 1) continue;
    seen[first] = 1;
    const part = [first];
    for (let next = 0; next < part.length; next += 1)
      for (const other of neighboursOf(graph, holders, at(part, next))) {
        if (at(seen, other) === 1) continue;
        seen[other] = 1;
        part.push(other);
      }
    if (part.length > largest.length) largest = part;
  }
  return largest.sort((a, b) => a - b);
}

function neighboursOf(graph: Hypergraph, holders: readonly number[][], tensor: number): number[] {
  return Array.from(at(graph.tensors, tensor)).flatMap((index) => at(holders, index));
}

/** The least congestion met: units on an index over its weight, at most. */
function spread(roads: Roads, rounds: number): number {
  const { weights } = roads.graph;
  const sum = new Float64Array(weights.length);
  let lengths = weights.map((weight) => (weight > 0 ? 1 / weight : Infinity));
  let least = Infinity;
  for (let round = 1; round <= rounds; round += 1) {
    for (const terminal of roads.terminals) addPaths(roads, terminal, lengths, sum);
    // Each pair was counted from both ends.
    const congestion = sum.map((load, index) => (load > 0 ? load / at(weights, index) / round / 2 : 0));
    const most = congestion.reduce((a, b) => Math.max(a, b), 0);
    least = Math.min(least, most);
    lengths = congestion.map((own, index) =>
      at(weights, index) > 0 ? (0.02 + (own / most) ** STEEPNESS) / at(weights, index) : Infinity,
    );
  }
  return least;
}

/** Adds what one terminal sends to all others to the loads of the indices (after U. Brandes, J. Math. Sociol. 25 (2001) 163). */
function addPaths(roads: Roads, from: number, lengths: Float64Array, loads: Float64Array): void {
  const { graph, terminals } = roads;
  const { order, distances, entries } = pathsFrom(roads, from, lengths);
  const wanted = new Float64Array(graph.tensors.length);
  for (const terminal of terminals) if (terminal !== from) wanted[terminal] = 1;
  for (let place = order.length - 1; place > 0; place -= 1) {
    const tensor = at(order, place);
    const own = at(wanted, tensor);
    if (own === 0) continue;
    const last = at(distances, tensor);
    const ways = at(graph.tensors, tensor).filter((index) => {
      const entry = at(entries, index);
      return entry !== tensor && at(distances, entry) + at(lengths, index) <= last * (1 + 1e-12);
    });
    for (const index of ways) {
      const entry = at(entries, index);
      loads[index] = at(loads, index) + own / ways.length;
      wanted[entry] = at(wanted, entry) + own / ways.length;
    }
  }
}

interface Paths {
  /** Tensors reached, the nearest first. */
  readonly order: readonly number[];
  readonly distances: Float64Array;
  /** The nearest tensor of each index, by which paths come to the others. */
  readonly entries: Int32Array;
}

function pathsFrom({ graph, holders }: Roads, from: number, lengths: Float64Array): Paths {
  const distances = new Float64Array(graph.tensors.length).fill(Infinity);
  const entries = new Int32Array(lengths.length).fill(-1);
  const order: number[] = [];
  const settled = new Uint8Array(distances.length);
  const heap = pairHeap();
  distances[from] = 0;
  push(heap, 0, from, from);
  for (let next = pop(heap); next !== undefined; next = pop(heap)) {
    const [tensor] = next;
    if (at(settled, tensor) === 1) continue;
    settled[tensor] = 1;
    order.push(tensor);
    for (const index of at(graph.tensors, tensor)) {
      if (at(entries, index) >= 0 || at(lengths, index) === Infinity) continue;
      entries[index] = tensor;
      const distance = at(distances, tensor) + at(lengths, index);
      for (const other of at(holders, index))
        if (distance < at(distances, other)) {
          distances[other] = distance;
          push(heap, distance, other, other);
        }
    }
  }
  return { order, distances, entries };
}
