/** The best of all contraction trees of a small network, by dynamic programming over sets of tensors. */
import { COMBO_LOG2_WEIGHT } from "./cost.ts";
import { at, log2Add, type Hypergraph } from "./hypergraph.ts";
import type { Objective } from "./tree.ts";

/** Beyond this, 3^n splits take too long. */
export const MOST_OPTIMAL_TENSORS = 11;

/** Everything is indexed by a set of tensors, as a bit mask. */
interface Table {
  readonly graph: Hypergraph;
  readonly objective: Objective;
  /** For each index, 1 where the contracted set still has it; `width` entries a set. */
  readonly kept: Uint8Array;
  readonly sizes: Float64Array;
  /** Largest intermediate of the best tree of the set; compared first where `size` is minimised, else 0. */
  readonly largest: Float64Array;
  /** log2 of what the best tree of the set costs. */
  readonly total: Float64Array;
  /** One of the two sets that the best tree contracts last. */
  readonly split: Int32Array;
}

/** Pairs of a tree with the least objective, outer products included. At most MOST_OPTIMAL_TENSORS tensors. */
export function optimalPairs(graph: Hypergraph, objective: Objective): [number, number][] {
  const leaves = graph.tensors.length;
  const table = emptyTable(graph, objective);
  for (let set = 1; set < 1 << leaves; set += 1) {
    measure(table, set);
    // A set's lowest tensor stays on one side, so that each split is seen once.
    const lowest = set & -set;
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set)
      if ((part & lowest) !== 0) improve(table, set, part);
  }
  const pairs: [number, number][] = [];
  const emit = (set: number): number => {
    if ((set & (set - 1)) === 0) return 31 - Math.clz32(set);
    const part = at(table.split, set);
    pairs.push([emit(part), emit(set ^ part)]);
    return leaves + pairs.length - 1;
  };
  if (leaves > 0) emit((1 << leaves) - 1);
  return pairs;
}

function emptyTable(graph: Hypergraph, objective: Objective): Table {
  const sets = 1 << graph.tensors.length;
  const single = (set: number): boolean => (set & (set - 1)) === 0;
  return {
    graph,
    objective,
    kept: new Uint8Array(sets * graph.weights.length),
    sizes: new Float64Array(sets),
    largest: Float64Array.from({ length: sets }, (_, set) => (single(set) ? 0 : Infinity)),
    total: Float64Array.from({ length: sets }, (_, set) => (single(set) ? -Infinity : Infinity)),
    split: new Int32Array(sets),
  };
}

/** Which indices the contracted set has: those of its tensors that another tensor or the output has too. */
function measure({ graph, kept, sizes }: Table, set: number): void {
  const inside = new Int32Array(graph.weights.length);
  graph.tensors.forEach((indices, id) => {
    if (((set >> id) & 1) === 1) for (const index of indices) inside[index] = at(inside, index) + 1;
  });
  inside.forEach((count, index) => {
    if (count === 0 || count === at(graph.uses, index)) return;
    kept[set * inside.length + index] = 1;
    sizes[set] = at(sizes, set) + at(graph.weights, index);
  });
}

/** Contracts `part` with the rest of `set` last, where that is better than what is known. */
function improve(table: Table, set: number, part: number): void {
  const { objective, sizes, largest, total } = table;
  const rest = set ^ part;
  const flops = log2Involved(table, part, rest);
  const own = objective === "combo" ? log2Add(flops, at(sizes, set) + COMBO_LOG2_WEIGHT) : flops;
  const cost = log2Add(own, log2Add(at(total, part), at(total, rest)));
  const widest = objective === "size" ? Math.max(at(sizes, set), at(largest, part), at(largest, rest)) : 0;
  const known = at(largest, set);
  if (widest > known || (widest === known && cost >= at(total, set))) return;
  largest[set] = widest;
  total[set] = cost;
  table.split[set] = part;
}

function log2Involved({ graph, kept }: Table, a: number, b: number): number {
  const width = graph.weights.length;
  let sum = 0;
  for (let index = 0; index < width; index += 1)
    if ((at(kept, a * width + index) | at(kept, b * width + index)) === 1) sum += at(graph.weights, index);
  return sum;
}
