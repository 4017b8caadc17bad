/** The best of all contraction trees of a few tensors, outer products included: dynamic programming over all sets of tensors. */
import { holdersOf, indexBits, keepInto, weighUnion } from "./bits.ts";
import { at, type Hypergraph } from "./hypergraph.ts";
import { log2ElementWeight } from "./objective.ts";
import type { Objective } from "./tree.ts";

/** Beyond this, 3^n splits take too long. */
export const MOST_OPTIMAL_TENSORS = 11;

/** Costs are scaled so that none overflows. */
const MOST_LOG2_COST = 1000;

/** Everything is indexed by a set of tensors, as a bit mask. */
interface Table {
  readonly graph: Hypergraph;
  readonly sizes: Float64Array;
  /** log2 of the multiply-adds of the pair, by the two sets. */
  readonly flops: (a: number, b: number) => number;
  /** What is minimised first: the largest result or the elements alive; 0 where only `total` counts. */
  readonly first: Float64Array;
  /** What the best tree of the set costs in sum, scaled. */
  readonly total: Float64Array;
  /** One of the two sets that the best tree contracts last. */
  readonly split: Int32Array;
}

/** How two sets become one; lower is better, `first` before `total`. */
type Rule = (table: Table, set: number, part: number) => { readonly first: number; readonly total: number };

/** Pairs of a tree with the least objective. At most MOST_OPTIMAL_TENSORS tensors. */
export function bestOfAllPairs(graph: Hypergraph, objective: Objective): [number, number][] {
  const leaves = graph.tensors.length;
  const table = emptyTable(graph);
  if (objective === "size") {
    const narrow = solved(table, leaves, largest);
    const limit = at(narrow.first, (1 << leaves) - 1) + 1e-9;
    return pairsOf(solved(table, leaves, summed(table, "flops", limit)), leaves);
  }
  const rule = objective === "peak" ? alive(table, leaves) : summed(table, objective, Infinity);
  return pairsOf(solved(table, leaves, rule), leaves);
}

function emptyTable(graph: Hypergraph): Table {
  const sets = 1 << graph.tensors.length;
  const bits = indexBits(graph);
  const { words } = bits;
  const kept = new Int32Array(sets * words);
  const holders = holdersOf(graph);
  const sizes = new Float64Array(sets);
  for (let set = 1; set < sets; set += 1) {
    keepInto(graph, bits, holders, set, kept, set * words);
    sizes[set] = weighUnion(bits, kept, set * words, set * words);
  }
  return {
    graph,
    sizes,
    flops: (a, b) => weighUnion(bits, kept, a * words, b * words),
    first: new Float64Array(sets),
    total: new Float64Array(sets),
    split: new Int32Array(sets),
  };
}

function solved(table: Table, leaves: number, rule: Rule): Table {
  const { first, total, split } = table;
  for (let set = 1; set < 1 << leaves; set += 1) {
    // A set's lowest tensor stays on one side, so that each split is seen once.
    const lowest = set & -set;
    if (set === lowest) {
      [first[set], total[set]] = [0, 0];
      continue;
    }
    [first[set], total[set]] = [Infinity, Infinity];
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      if ((part & lowest) === 0) continue;
      const found = rule(table, set, part);
      const known = at(first, set);
      if (found.first > known || (found.first === known && found.total >= at(total, set))) continue;
      first[set] = found.first;
      total[set] = found.total;
      split[set] = part;
    }
  }
  return table;
}

/** The largest result, as log2. */
function largest({ sizes, first }: Table, set: number, part: number): ReturnType<Rule> {
  const rest = set ^ part;
  return { first: Math.max(at(sizes, set), at(first, part), at(first, rest)), total: 0 };
}

/** A sum over pairs, of which no result is larger than the limit. */
function summed({ graph }: Table, objective: Objective, limit: number): Rule {
  const element = log2ElementWeight(objective);
  const whole = graph.weights.reduce((sum, weight) => sum + weight, 0) + Math.max(0, element);
  const scale = Math.max(0, whole - MOST_LOG2_COST);
  return ({ sizes, flops, total }, set, part) => {
    const size = at(sizes, set);
    if (size > limit) return { first: 0, total: Infinity };
    const own = 2 ** (flops(part, set ^ part) - scale) + 2 ** (size + element - scale);
    return { first: 0, total: own + at(total, part) + at(total, set ^ part) };
  };
}

/** The elements alive at once beyond the tensors given (see `log2Peak`), then multiply-adds; both scaled. */
function alive({ graph, sizes }: Table, leaves: number): Rule {
  const whole = graph.weights.reduce((sum, weight) => sum + weight, 0);
  const scale = Math.max(0, whole - MOST_LOG2_COST);
  const elements = sizes.map((size) => 2 ** (size - scale));
  const given = new Float64Array(elements.length);
  for (let set = 1; set < given.length; set += 1)
    for (let leaf = 0; leaf < leaves; leaf += 1)
      if (((set >> leaf) & 1) === 1) given[set] = at(given, set) + at(elements, 1 << leaf);
  const left = elements.map((count, set) => count - at(given, set));
  return ({ first, total, flops }, set, part) => {
    const rest = set ^ part;
    const [a, b] = [at(left, part), at(left, rest)];
    const order = Math.min(
      Math.max(at(first, part), a + at(first, rest)),
      Math.max(at(first, rest), b + at(first, part)),
    );
    const own = 2 ** (flops(part, rest) - scale);
    const peak = Math.max(order, a + b + at(elements, set));
    return { first: peak, total: own + at(total, part) + at(total, rest) };
  };
}

function pairsOf({ split }: Table, leaves: number): [number, number][] {
  const pairs: [number, number][] = [];
  const emit = (set: number): number => {
    if ((set & (set - 1)) === 0) return 31 - Math.clz32(set);
    const part = at(split, set);
    pairs.push([emit(part), emit(set ^ part)]);
    return leaves + pairs.length - 1;
  };
  if (leaves > 0) emit((1 << leaves) - 1);
  return pairs;
}
