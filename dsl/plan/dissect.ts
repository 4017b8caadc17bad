/**
 * Contraction order by recursive bisection: the tensors are divided so that few indices cross, each part is ordered by
 * itself, and the two results are contracted last. Best on lattices, codes and graphs with good separators.
 */
import type { Random } from "../base/random.ts";
import { bisect, type Netlist } from "./bisect.ts";
import { at, type Hypergraph } from "./hypergraph.ts";
import { optimalPairs } from "./optimal.ts";

export interface DissectionSettings {
  /** How much heavier than half a part may be, as a share of the half. */
  readonly imbalance: number;
  /** Weight, relative to an index inside the part, of keeping together the tensors of an index that leaves it. */
  readonly outside: number;
  /** Parts of at most so many tensors are ordered optimally. */
  readonly smallest: number;
}

/** Pairs over ids 0..n-1, n, ...; parts are cut in the order given once time has expired. */
export function dissect(
  graph: Hypergraph,
  settings: DissectionSettings,
  random: Random,
  expired: () => boolean,
): [number, number][] {
  const leaves = graph.tensors.length;
  const pairs: [number, number][] = [];
  const join = (a: number, b: number): number => leaves + pairs.push([a, b]) - 1;
  const divided = (part: Hypergraph, ids: readonly number[]): readonly (readonly number[])[] => {
    if (expired()) return cutInTwo(ids);
    const sides = bisect(netlistOf(part, settings.outside), settings.imbalance, random);
    const halves = [0, 1].map((side) => ids.filter((_, position) => at(sides, position) === side));
    return halves.every((half) => half.length > 0) ? halves : cutInTwo(ids);
  };
  const order = (ids: readonly number[]): number => {
    const part = subgraph(graph, ids);
    if (ids.length <= settings.smallest) return emitSmall(part, ids, join);
    const [first = [], second = []] = divided(part, ids);
    return join(order(first), order(second));
  };
  if (leaves > 1) order(graph.tensors.map((_, id) => id));
  return pairs;
}

function cutInTwo(ids: readonly number[]): readonly (readonly number[])[] {
  const half = ids.length >> 1;
  return [ids.slice(0, half), ids.slice(half)];
}

function emitSmall(part: Hypergraph, ids: readonly number[], join: (a: number, b: number) => number): number {
  const made = [...ids];
  for (const [a, b] of optimalPairs(part, "flops")) made.push(join(at(made, a), at(made, b)));
  return at(made, made.length - 1);
}

/** The tensors `ids` by themselves, with indices numbered anew; what leaves them is open. */
function subgraph(graph: Hypergraph, ids: readonly number[]): Hypergraph {
  const numbers = new Map<number, number>();
  const inside: number[] = [];
  const tensors = ids.map((id) =>
    at(graph.tensors, id).map((index) => {
      const number = numbers.get(index) ?? numbers.size;
      numbers.set(index, number);
      inside[number] = (inside[number] ?? 0) + 1;
      return number;
    }),
  );
  const indices = [...numbers.keys()];
  const open = Uint8Array.from(indices, (index, number) =>
    at(inside, number) < at(graph.uses, index) ? 1 : 0,
  );
  return {
    labels: indices.map((index) => at(graph.labels, index)),
    weights: Float64Array.from(indices, (index) => at(graph.weights, index)),
    tensors: tensors.map((list) => list.sort()),
    uses: Int32Array.from(inside, (count, number) => count + at(open, number)),
    open,
  };
}

function netlistOf(part: Hypergraph, outside: number): Netlist {
  const pins: number[][] = part.labels.map(() => []);
  part.tensors.forEach((indices, id) => {
    for (const index of indices) at(pins, index).push(id);
  });
  const used = pins.flatMap((members, index) => (members.length > 1 ? [index] : []));
  const nets: number[][] = part.tensors.map(() => []);
  used.forEach((index, net) => {
    for (const id of at(pins, index)) at(nets, id).push(net);
  });
  return {
    vertexWeights: new Float64Array(part.tensors.length).fill(1),
    nets,
    netWeights: Float64Array.from(
      used,
      (index) => at(part.weights, index) * (at(part.open, index) === 1 ? outside : 1),
    ),
    pins: used.map((index) => at(pins, index)),
  };
}
