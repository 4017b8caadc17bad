/**
 * Multilevel bisection of a hypergraph: coarsened by matching, bisected where it is small, and refined level by level
 * (G. Karypis et al., IEEE Trans. VLSI 7, 1999; refinement by C. Fiduccia and R. Mattheyses, DAC 1982).
 */
import type { Random } from "../base/random.ts";
import { at } from "./hypergraph.ts";
import { pairHeap, pop, push, type PairHeap } from "./heap.ts";

/** Vertices are to be divided, nets to stay whole. */
export interface Netlist {
  readonly vertexWeights: Float64Array;
  /** Nets of each vertex; no repeats. */
  readonly nets: readonly (readonly number[])[];
  readonly netWeights: Float64Array;
  /** Vertices of each net. */
  readonly pins: readonly (readonly number[])[];
}

/** At this many vertices coarsening ends. */
const COARSEST = 48;
const STARTS = 6;
const PASSES = 4;

/** For each vertex its side, 0 or 1. No side weighs more than (1 + imbalance) / 2 of all, where the vertices allow that. */
export function bisect(netlist: Netlist, imbalance: number, random: Random): Uint8Array {
  const count = netlist.vertexWeights.length;
  const coarse = count > COARSEST ? coarsen(netlist, random) : undefined;
  if (coarse === undefined || coarse.netlist.vertexWeights.length > 0.95 * count)
    return bestStart(netlist, imbalance, random);
  const sides = bisect(coarse.netlist, imbalance, random);
  return refine(
    netlist,
    Uint8Array.from(coarse.of, (vertex) => at(sides, vertex)),
    imbalance,
  );
}

/** Total weight of the nets that have vertices on both sides. */
export function cutWeight({ pins, netWeights }: Netlist, sides: Uint8Array): number {
  let sum = 0;
  pins.forEach((vertices, net) => {
    const first = at(sides, vertices[0] ?? 0);
    if (vertices.some((vertex) => at(sides, vertex) !== first)) sum += at(netWeights, net);
  });
  return sum;
}

function totalWeight({ vertexWeights }: Netlist): number {
  return vertexWeights.reduce((sum, weight) => sum + weight, 0);
}

/** Matches each vertex with the neighbour that it shares most with, light ones first. */
function coarsen(netlist: Netlist, random: Random): { netlist: Netlist; of: Int32Array } {
  const { nets, pins, netWeights, vertexWeights } = netlist;
  const count = vertexWeights.length;
  const heaviest = (3 * totalWeight(netlist)) / COARSEST;
  const of = new Int32Array(count).fill(-1);
  let made = 0;
  for (const vertex of shuffled(count, random)) {
    if (at(of, vertex) >= 0) continue;
    const shared = new Map<number, number>();
    for (const net of at(nets, vertex)) {
      const members = at(pins, net);
      // A net of many vertices says little about any two of them.
      if (members.length > 64) continue;
      const each = at(netWeights, net) / (members.length - 1);
      for (const other of members) shared.set(other, (shared.get(other) ?? 0) + each);
    }
    let partner = -1;
    let most = 0;
    for (const [other, weight] of shared) {
      const together = at(vertexWeights, vertex) + at(vertexWeights, other);
      if (other === vertex || at(of, other) >= 0 || together > heaviest) continue;
      const rating = weight / Math.sqrt(together);
      if (rating > most) [partner, most] = [other, rating];
    }
    of[vertex] = made;
    if (partner >= 0) of[partner] = made;
    made += 1;
  }
  return { netlist: contracted(netlist, of, made), of };
}

function contracted(netlist: Netlist, of: Int32Array, count: number): Netlist {
  const vertexWeights = new Float64Array(count);
  of.forEach((vertex, fine) => {
    vertexWeights[vertex] = at(vertexWeights, vertex) + at(netlist.vertexWeights, fine);
  });
  const pins: number[][] = [];
  const netWeights: number[] = [];
  const nets: number[][] = Array.from({ length: count }, () => []);
  netlist.pins.forEach((vertices, net) => {
    const members = [...new Set(vertices.map((vertex) => at(of, vertex)))];
    if (members.length < 2) return;
    const id = pins.push(members) - 1;
    netWeights.push(at(netlist.netWeights, net));
    for (const vertex of members) at(nets, vertex).push(id);
  });
  return { vertexWeights, nets, pins, netWeights: Float64Array.from(netWeights) };
}

function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, vertex) => vertex);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [at(order, other), at(order, last)];
  }
  return order;
}

function bestStart(netlist: Netlist, imbalance: number, random: Random): Uint8Array {
  let best: { readonly sides: Uint8Array; readonly cut: number } | undefined;
  for (let start = 0; start < STARTS; start += 1) {
    const sides = refine(netlist, grown(netlist, random), imbalance);
    const cut = cutWeight(netlist, sides);
    if (best === undefined || cut < best.cut) best = { sides, cut };
  }
  return best?.sides ?? new Uint8Array(0);
}

/** Half of the weight, grown from a random vertex over the nets. */
function grown(netlist: Netlist, random: Random): Uint8Array {
  const sides = new Uint8Array(netlist.vertexWeights.length);
  const half = totalWeight(netlist) / 2;
  let weight = 0;
  const seen = new Uint8Array(sides.length);
  for (const seed of shuffled(sides.length, random)) {
    const queue = [seed];
    for (const vertex of queue) {
      if (at(seen, vertex) === 1) continue;
      seen[vertex] = 1;
      if (weight + at(netlist.vertexWeights, vertex) > half) return sides;
      weight += at(netlist.vertexWeights, vertex);
      sides[vertex] = 1;
      for (const net of at(netlist.nets, vertex)) queue.push(...at(netlist.pins, net));
    }
  }
  return sides;
}

interface Refinement {
  readonly netlist: Netlist;
  readonly sides: Uint8Array;
  /** Vertices of each net on side 0, then on side 1. */
  readonly counts: readonly [Int32Array, Int32Array];
  readonly weights: [number, number];
  readonly gains: Float64Array;
  readonly queue: PairHeap;
  /** A gain in the queue counts only where its version is the vertex's; -1 once the vertex has moved. */
  readonly versions: Int32Array;
}

function refine(netlist: Netlist, start: Uint8Array, imbalance: number): Uint8Array {
  const sides = start.slice();
  const limit = ((1 + imbalance) / 2) * totalWeight(netlist);
  for (let pass = 0; pass < PASSES; pass += 1) if (!improved(netlist, sides, limit)) break;
  return sides;
}

/** One pass: each vertex moves at most once, best gain first; the best state met is kept. True where the cut fell. */
function improved(netlist: Netlist, sides: Uint8Array, limit: number): boolean {
  const state = refinement(netlist, sides);
  const moved: number[] = [];
  const patience = 32 + Math.sqrt(sides.length) * 4;
  const overweight = (): number => Math.max(0, Math.max(...state.weights) - limit);
  let [gain, best, kept, excess] = [0, 0, 0, overweight()];
  // Vertices too heavy for the other side wait for the next move to make room.
  const waiting: number[] = [];
  for (let next = pop(state.queue); next !== undefined; next = pop(state.queue)) {
    const [vertex, version] = next;
    if (version !== at(state.versions, vertex)) continue;
    const to = 1 - at(sides, vertex);
    const weight = at(netlist.vertexWeights, vertex);
    if ((state.weights[to] as number) + weight > limit && overweight() === 0) {
      waiting.push(vertex);
      continue;
    }
    gain += at(state.gains, vertex);
    move(state, vertex);
    for (const other of waiting.splice(0)) change(state, other, 0);
    moved.push(vertex);
    const now = overweight();
    if (now < excess || (now === excess && gain > best + 1e-9))
      [best, kept, excess] = [gain, moved.length, now];
    if (moved.length - kept > patience) break;
  }
  for (const vertex of moved.slice(kept)) sides[vertex] = 1 - at(sides, vertex);
  return kept > 0;
}

function refinement(netlist: Netlist, sides: Uint8Array): Refinement {
  const nets = netlist.pins.length;
  const counts = [new Int32Array(nets), new Int32Array(nets)] as const;
  netlist.pins.forEach((vertices, net) => {
    for (const vertex of vertices) bump(counts[at(sides, vertex) as 0 | 1], net, 1);
  });
  const weights: [number, number] = [0, 0];
  const versions = new Int32Array(sides.length);
  const state = {
    netlist,
    sides,
    counts,
    weights,
    gains: new Float64Array(sides.length),
    queue: pairHeap(),
    versions,
  };
  sides.forEach((side, vertex) => {
    weights[side as 0 | 1] += at(netlist.vertexWeights, vertex);
    let gain = 0;
    for (const net of at(netlist.nets, vertex)) {
      if (at(counts[side as 0 | 1], net) === 1) gain += at(netlist.netWeights, net);
      if (at(counts[(1 - side) as 0 | 1], net) === 0) gain -= at(netlist.netWeights, net);
    }
    change(state, vertex, gain);
  });
  return state;
}

function bump(counts: Int32Array, net: number, by: number): void {
  counts[net] = at(counts, net) + by;
}

function change(state: Refinement, vertex: number, by: number): void {
  if (at(state.versions, vertex) < 0) return;
  state.gains[vertex] = at(state.gains, vertex) + by;
  const version = at(state.versions, vertex) + 1;
  state.versions[vertex] = version;
  push(state.queue, -at(state.gains, vertex), vertex, version);
}

function move(state: Refinement, vertex: number): void {
  const { netlist, sides, counts, weights } = state;
  const from = at(sides, vertex) as 0 | 1;
  const to = (1 - from) as 0 | 1;
  state.versions[vertex] = -1;
  weights[from] -= at(netlist.vertexWeights, vertex);
  weights[to] += at(netlist.vertexWeights, vertex);
  sides[vertex] = to;
  for (const net of at(netlist.nets, vertex)) {
    const weight = at(netlist.netWeights, net);
    const members = at(netlist.pins, net);
    const there = at(counts[to], net);
    const here = at(counts[from], net) - 1;
    counts[to][net] = there + 1;
    counts[from][net] = here;
    for (const other of members) {
      if (other === vertex) continue;
      const side = at(sides, other);
      let by = 0;
      if (there === 0) by += weight;
      else if (there === 1 && side === to) by -= weight;
      if (here === 0) by -= weight;
      else if (here === 1 && side === from) by += weight;
      if (by !== 0) change(state, other, by);
    }
  }
}
