/**
 * The best contraction tree of a connected network of which every part is connected too: dynamic programming over connected
 * sets of tensors, smaller sets first, with a cap on what a set may cost that is raised step by step, so that sets that are
 * too dear are never made (Pfeifer, Haegeman, Verstraete, Phys. Rev. E 90 (2014) 033315).
 */
import { holdersOf, indexBits, keepInto, weighUnion, type IndexBits } from "./bits.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { exp2 } from "./exp2.ts";
import { at, type Hypergraph } from "./hypergraph.ts";
import { log2ElementWeight } from "./objective.ts";
import type { Pairs } from "./path.ts";
import type { Objective } from "./tree.ts";

/** One word of bits for the tensors of a set. */
export const MOST_CONNECTED_TENSORS = 32;

/** How much dearer sets may be in each round: rounds before the last add little to its time. */
const CAP_FACTOR = 4;
const FIRST_CAP = CAP_FACTOR ** -5;
/** Pairs of sets looked at between two questions about the time. */
const PAIRS_BETWEEN_CHECKS = 1 << 22;

export interface Effort {
  /** Asked every few milliseconds. */
  readonly expired: () => boolean;
  /** Upper limit of pairs of sets that are compared, for reproducible runs. */
  readonly pairs: number;
  /** Upper limit of sets held at once, for memory. */
  readonly sets: number;
}

/** The sets of one round, by the order in which they were found. */
interface Found {
  readonly graph: Hypergraph;
  readonly bits: IndexBits;
  readonly holders: Int32Array;
  readonly limits: Limits;
  readonly ids: Map<number, number>;
  /** Tensors of each set, and those that share an index with it. */
  readonly masks: number[];
  readonly around: number[];
  /** log2 of the elements of the result, and what its best tree costs, scaled. */
  readonly sizes: number[];
  readonly totals: number[];
  /** The two sets that are contracted last; -1 for a tensor. */
  readonly left: number[];
  readonly right: number[];
  kept: Int32Array;
}

interface Limits {
  readonly element: number;
  /** Costs are in units of 2^scale. */
  readonly scale: number;
  readonly cap: number;
  readonly log2Size: number;
}

/** What is left of the effort. */
interface Meter {
  pairs: number;
  readonly effort: Effort;
}

/** Thrown inside this file only, to leave the loops. */
class OutOfEffort extends Error {
  override readonly name = "OutOfEffort";
}

/** A tree known already: what it costs in sum and its largest result, both log2, by the objective. */
export interface Known {
  readonly log2Cost: number;
  readonly log2Size: number;
}

/**
 * Pairs of the best tree whose parts are all connected, or undefined where the effort ended first. `known` is any tree's; a
 * better guess makes it faster. The network is connected, of 2 to MOST_CONNECTED_TENSORS tensors; `peak` is not for this method.
 */
export function bestConnectedPairs(
  graph: Hypergraph,
  objective: Exclude<Objective, "peak">,
  known: Known,
  effort: Effort,
): Pairs | undefined {
  const meter = { pairs: effort.pairs, effort };
  try {
    return objective === "size"
      ? narrowest(graph, known, meter)
      : cheapest(graph, log2ElementWeight(objective), known.log2Cost, meter);
  } catch (error) {
    if (error instanceof OutOfEffort) return undefined;
    throw error;
  }
}

function cheapest(graph: Hypergraph, element: number, log2Cost: number, meter: Meter): Pairs {
  for (let cap = FIRST_CAP; ; cap = Math.min(cap * CAP_FACTOR, 1 + 1e-9)) {
    const limits = { element, scale: log2Cost, cap, log2Size: Infinity };
    const pairs = treeWithin(graph, limits, meter);
    if (pairs !== undefined) return pairs;
    // A known tree may have parts that are not connected: then the cap goes on beyond its cost.
    if (cap >= 1) return beyond(graph, limits, meter);
  }
}

function beyond(graph: Hypergraph, limits: Limits, meter: Meter): Pairs {
  for (let cap = CAP_FACTOR; ; cap *= CAP_FACTOR) {
    const pairs = treeWithin(graph, { ...limits, cap }, meter);
    if (pairs !== undefined) return pairs;
  }
}

/** The least largest result, and of all trees that have no larger one the fewest multiply-adds. */
function narrowest(graph: Hypergraph, known: Known, meter: Meter): Pairs {
  const limits = { element: -Infinity, scale: known.log2Cost, cap: Number.MAX_VALUE };
  const within = (log2Size: number): Pairs | undefined => treeWithin(graph, { ...limits, log2Size }, meter);
  let limit = Math.floor(known.log2Size / 2);
  let found = within(limit);
  while (found === undefined) found = within((limit += 1));
  for (;;) {
    const { log2Size } = plainCost(graph, plainNodes(graph, found));
    const narrower = within(log2Size - 1e-6);
    if (narrower === undefined) return found;
    found = narrower;
  }
}

/** The best tree within the limits, or undefined where there is none. */
function treeWithin(graph: Hypergraph, limits: Limits, meter: Meter): Pairs | undefined {
  const leaves = graph.tensors.length;
  const found = tensorsAlone(graph, limits);
  const levels = [levelFrom(found, 0)];
  for (let count = 2; count <= leaves; count += 1) {
    const first = found.masks.length;
    for (let few = 1; 2 * few <= count; few += 1)
      joinLevels(found, at(levels, few - 1), at(levels, count - few - 1), meter);
    levels.push(levelFrom(found, first));
  }
  const last = found.masks.length - 1;
  return at(levels, leaves - 1).masks.length === 0 ? undefined : pairsOf(found, last);
}

function tensorsAlone(graph: Hypergraph, limits: Limits): Found {
  const bits = indexBits(graph);
  const leaves = graph.tensors.length;
  const kept = new Int32Array(4 * leaves * bits.words);
  const holders = holdersOf(graph);
  const lists = { masks: [], around: [], sizes: [], totals: [], left: [], right: [] };
  const found: Found = { graph, bits, holders, limits, ids: new Map(), ...lists, kept };
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    add(found, 1 << leaf, -1, -1);
    found.totals[leaf] = 0;
  }
  return found;
}

/** A set that is new, the result of two or a tensor; its total is not known yet. Returns its place. */
function add(found: Found, mask: number, left: number, right: number): number {
  const { graph, bits, holders, masks } = found;
  const id = masks.length;
  const end = (id + 1) * bits.words;
  if (end > found.kept.length) {
    const grown = new Int32Array(2 * end);
    grown.set(found.kept);
    found.kept = grown;
  }
  keepInto(graph, bits, holders, mask, found.kept, end - bits.words);
  let around = 0;
  for (let index = 0; index < holders.length; index += 1)
    if ((at(holders, index) & mask) !== 0) around |= at(holders, index);
  masks.push(mask);
  found.around.push(around & ~mask);
  found.sizes.push(weighUnion(bits, found.kept, end - bits.words, end - bits.words));
  found.totals.push(Infinity);
  found.left.push(left);
  found.right.push(right);
  found.ids.set(mask, id);
  return id;
}

/** All sets of one count of tensors, the cheapest first. */
interface Level {
  readonly ids: Int32Array;
  readonly masks: Int32Array;
  readonly around: Int32Array;
  readonly totals: Float64Array;
}

function levelFrom({ masks, around, totals }: Found, first: number): Level {
  const ids = Int32Array.from({ length: masks.length - first }, (_, k) => first + k);
  ids.sort((a, b) => at(totals, a) - at(totals, b));
  return {
    ids,
    masks: ids.map((id) => at(masks, id)),
    around: ids.map((id) => at(around, id)),
    totals: Float64Array.from(ids, (id) => at(totals, id)),
  };
}

function joinLevels(found: Found, few: Level, many: Level, meter: Meter): void {
  const { cap } = found.limits;
  const count = many.ids.length;
  for (let i = 0; i < few.ids.length; i += 1) {
    const [mask, around, total] = [at(few.masks, i), at(few.around, i), at(few.totals, i)];
    let j = few === many ? i + 1 : 0;
    spend(meter, count - j, found.masks.length);
    for (; j < count; j += 1) {
      const other = at(many.masks, j);
      if (total + at(many.totals, j) > cap) break;
      if ((mask & other) === 0 && (around & other) !== 0) offer(found, at(few.ids, i), at(many.ids, j));
    }
  }
}

function spend(meter: Meter, pairs: number, sets: number): void {
  const { effort } = meter;
  const before = Math.floor(meter.pairs / PAIRS_BETWEEN_CHECKS);
  meter.pairs -= pairs;
  if (meter.pairs < 0 || sets > effort.sets) throw new OutOfEffort();
  if (Math.floor(meter.pairs / PAIRS_BETWEEN_CHECKS) < before && effort.expired()) throw new OutOfEffort();
}

/** Contracts two sets last, where that is better than what is known of their union. */
function offer(found: Found, a: number, b: number): void {
  const { bits, limits, masks, totals, sizes, ids } = found;
  const { cap, scale, element } = limits;
  const log2Flops = weighUnion(bits, found.kept, a * bits.words, b * bits.words);
  const least = at(totals, a) + at(totals, b) + exp2(log2Flops - scale);
  if (!(least <= cap)) return;
  const mask = at(masks, a) | at(masks, b);
  const known = ids.get(mask);
  const id = known ?? add(found, mask, a, b);
  const size = at(sizes, id);
  const total = element === -Infinity ? least : least + exp2(size + element - scale);
  if (total > cap || size > limits.log2Size || total >= at(totals, id)) {
    if (known === undefined) forget(found, mask);
    return;
  }
  totals[id] = total;
  found.left[id] = a;
  found.right[id] = b;
}

/** Takes back the last set. */
function forget(found: Found, mask: number): void {
  for (const list of [found.masks, found.around, found.sizes, found.totals, found.left, found.right])
    list.pop();
  found.ids.delete(mask);
}

function pairsOf({ graph, left, right, masks }: Found, root: number): Pairs {
  const leaves = graph.tensors.length;
  const pairs: [number, number][] = [];
  const emit = (id: number): number => {
    if (at(left, id) < 0) return 31 - Math.clz32(at(masks, id));
    pairs.push([emit(at(left, id)), emit(at(right, id))]);
    return leaves + pairs.length - 1;
  };
  emit(root);
  return pairs;
}
