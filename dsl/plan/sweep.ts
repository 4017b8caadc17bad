/**
 * Contraction order by a sweep: the tensors are put in a line so that few indices cross any point of it, and contracted
 * one after the other. Best on narrow lattices and wherever the network is long in one direction.
 */
import type { Random } from "../base/random.ts";
import { at, type Hypergraph } from "./hypergraph.ts";

export interface SweepSettings {
  /** Where the tensors stand at first: in the order given, which often follows the lattice, or by distance from one end. */
  readonly from: "order" | "end";
  /**
   * Passes of averaging over neighbours, which turn the distance from one end into an approximation of the Fiedler
   * vector of the network (M. Fiedler, Czech. Math. J. 25, 1975).
   */
  readonly smoothing: number;
}

/** Pairs over ids 0..n-1, n, ... */
export function sweep(graph: Hypergraph, settings: SweepSettings, random: Random): [number, number][] {
  const leaves = graph.tensors.length;
  const neighbours = adjacency(graph);
  let places: Float64Array = Float64Array.from({ length: leaves }, (_, id) => id);
  if (settings.from === "end") {
    const anywhere = distances(neighbours, Math.floor(random() * leaves));
    places = distances(neighbours, farthest(anywhere));
  }
  const ties = Float64Array.from(places, () => 1e-3 * random());
  for (let pass = 0; pass < settings.smoothing; pass += 1) places = smoothed(neighbours, places);
  const order = Array.from(places, (_, id) => id);
  order.sort((a, b) => at(places, a) + at(ties, a) - at(places, b) - at(ties, b));
  return order.slice(1).map((id, step) => [step === 0 ? at(order, 0) : leaves + step - 1, id]);
}

/** Tensors that share an index, each once; of a hyperedge the next tensor in line only. */
function adjacency(graph: Hypergraph): readonly ReadonlySet<number>[] {
  const holders: number[][] = graph.labels.map(() => []);
  graph.tensors.forEach((indices, id) => {
    for (const index of indices) at(holders, index).push(id);
  });
  const neighbours = graph.tensors.map(() => new Set<number>());
  for (const ids of holders)
    ids.forEach((id, place) => {
      const next = at(ids, (place + 1) % ids.length);
      if (next === id) return;
      at(neighbours, id).add(next);
      at(neighbours, next).add(id);
    });
  return neighbours;
}

/** Steps from `start` over shared indices; parts that cannot be reached follow behind each other. */
function distances(neighbours: readonly ReadonlySet<number>[], start: number): Float64Array {
  const found = new Float64Array(neighbours.length).fill(-1);
  let base = 0;
  for (let seed = start; seed >= 0; seed = found.indexOf(-1)) {
    const queue = [seed];
    found[seed] = base;
    for (const id of queue)
      for (const other of at(neighbours, id))
        if (at(found, other) < 0) {
          found[other] = at(found, id) + 1;
          queue.push(other);
        }
    base = at(found, at(queue, queue.length - 1)) + 1;
  }
  return found;
}

function farthest(places: Float64Array): number {
  return places.reduce((best, place, id) => (place > at(places, best) ? id : best), 0);
}

/** Each place half its own and half the mean of its neighbours', centred and scaled to keep its spread. */
function smoothed(neighbours: readonly ReadonlySet<number>[], places: Float64Array): Float64Array {
  const next = places.map((place, id) => {
    const around = at(neighbours, id);
    if (around.size === 0) return place;
    let sum = 0;
    for (const other of around) sum += at(places, other);
    return (place + sum / around.size) / 2;
  });
  const mean = next.reduce((sum, place) => sum + place, 0) / next.length;
  const spread = Math.sqrt(next.reduce((sum, place) => sum + (place - mean) ** 2, 0) / next.length);
  return next.map((place) => ((place - mean) / Math.max(spread, 1e-30)) * Math.sqrt(next.length));
}
