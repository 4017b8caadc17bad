/**
 * Slices that devices share. In: a tree with few slices and a count of devices. Out: the same tree with more of them, chosen by
 * the modelled time in which the devices run all slices; and a time that no schedule of a tree beats.
 */
import type { Network } from "../network/network.ts";
import { plainNodes, type PlainNode } from "../plan/cost.ts";
import { at, hypergraph, log2SizeOf, type Hypergraph } from "../plan/hypergraph.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount } from "../schedule/schedule.ts";
import { denseSeconds, localSeconds, type CostModel } from "./model.ts";
import type { ProductExtents } from "./products.ts";

/** The pairs of a tree, whatever is sliced. */
export interface Work {
  readonly model: CostModel;
  readonly devices: number;
  readonly graph: Hypergraph;
  readonly tree: ContractionTree;
  readonly nodes: readonly PlainNode[];
}

export function workOf(network: Network, tree: ContractionTree, model: CostModel): Work {
  const graph = hypergraph(network);
  return { model, devices: rankCount(model.mesh), graph, tree, nodes: plainNodes(graph, tree.pairs) };
}

/** Rounds of slices up to which more are tried: then the last one, in which devices idle, is at most an eighth of all. */
const MOST_ROUNDS = 8;
/** Indices whose slicing is modelled, those first that most of the time depends on. */
const MOST_TRIED = 16;

/**
 * The tree with one more index sliced, two more, ... as long as devices would idle without: those that let the devices end first, and
 * those that repeat least. By their count of slices, ascending.
 */
export function finerTrees(work: Work, tree: ContractionTree): ContractionTree[] {
  const found = new Map<string, readonly number[]>();
  for (const rounds of [Math.ceil, Number])
    for (const sliced of finerSlices(work, numbersOf(work, tree), rounds))
      found.set([...sliced].sort((x, y) => x - y).join(), sliced);
  const slices = [...found.values()].sort((x, y) => slicesOf(work, x) - slicesOf(work, y));
  return slices.map((sliced) => ({
    ...tree,
    sliced: sliced.map((index) => at(work.graph.labels, index)),
  }));
}

/** How often a device runs what depends on the slice, given the slices over the devices. */
type Rounds = (share: number) => number;

function finerSlices(work: Work, sliced: readonly number[], rounds: Rounds): (readonly number[])[] {
  const { devices } = work;
  const found: (readonly number[])[] = [];
  for (let last = sliced; ; ) {
    const slices = slicesOf(work, last);
    if (slices >= MOST_ROUNDS * devices || slices % devices === 0) return found;
    const next = indexToShare(work, last, rounds);
    if (next === undefined) return found;
    last = [...last, next];
    found.push(last);
  }
}

function numbersOf({ graph }: Work, { sliced }: ContractionTree): number[] {
  return sliced.map((label) => graph.labels.indexOf(label));
}

/** Modelled seconds of a tree's contractions where every device takes slices. */
export function sharedSeconds(work: Work, tree: ContractionTree): number {
  return secondsWhenShared(work, numbersOf(work, tree), Math.ceil);
}

/**
 * Modelled seconds that no schedule of the tree beats, on these devices: every contraction runs at the full rate on its share of the
 * operands, nothing is moved, and no slice waits for another.
 */
export function leastSeconds(work: Work, tree: ContractionTree): number {
  const { model, devices } = work;
  const sliced = numbersOf(work, tree);
  const rounds = slicesOf(work, sliced) / devices;
  const { launchSeconds } = model.machine.device;
  let seconds = 0;
  const alone = new Float64Array(work.nodes.length);
  const depends = walkPairs(work, sliced, ({ all, a, b, out }, id) => {
    alone[id] = localSeconds(model, 2 ** all, 2 ** a + 2 ** b + 2 ** out) - launchSeconds;
  });
  for (let id = work.tree.leaves; id < alone.length; id += 1) {
    const own = at(alone, id);
    seconds += depends[id] === 1 ? rounds * own : own / devices;
    seconds += launchSeconds * (depends[id] === 1 ? Math.max(1, rounds) : 1);
  }
  return seconds;
}

/** Modelled seconds that no schedule of the tree spends less on loading its tensors, on these devices. */
export function leastLoadSeconds(work: Work, tree: ContractionTree): number {
  const { model, devices, graph } = work;
  const sliced = numbersOf(work, tree);
  const rounds = Math.max(1, slicesOf(work, sliced) / devices);
  const isSliced = new Uint8Array(graph.weights.length);
  for (const index of sliced) isSliced[index] = 1;
  let seconds = 0;
  for (let leaf = 0; leaf < tree.leaves; leaf += 1) {
    const { indices } = at(work.nodes, leaf);
    const depends = indices.some((index) => isSliced[index] === 1);
    seconds += (depends ? rounds : 1) * model.machine.device.launchSeconds;
  }
  return seconds;
}

function slicesOf({ graph }: Work, sliced: readonly number[]): number {
  return Math.round(sliced.reduce((product, index) => product * 2 ** at(graph.weights, index), 1));
}

/** log2 of element counts of a pair: of all its indices together, of its operands, and of its result. */
interface PairSize {
  readonly all: number;
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/**
 * Calls `visit` for each pair with its sizes within a slice, in the order of the pairs; with `involving` only for those that have that
 * index. Returns which nodes depend on the slice.
 */
function walkPairs(
  { graph, tree, nodes }: Work,
  sliced: readonly number[],
  visit: (size: PairSize, node: number) => void,
  involving?: number,
): Uint8Array {
  const weights = graph.weights.slice();
  const isSliced = new Uint8Array(weights.length);
  for (const index of sliced) {
    weights[index] = 0;
    isSliced[index] = 1;
  }
  const part = { ...graph, weights };
  const depends = new Uint8Array(nodes.length);
  const size = (node: number): number => log2SizeOf(part, at(nodes, node).indices);
  nodes.forEach(({ indices, involved }, id) => {
    if (id < tree.leaves) {
      if (indices.some((index) => isSliced[index] === 1)) depends[id] = 1;
      return;
    }
    const [a, b] = at(tree.pairs, id - tree.leaves);
    if (depends[a] === 1 || depends[b] === 1) depends[id] = 1;
    if (involving !== undefined && !involved.includes(involving)) return;
    visit({ all: log2SizeOf(part, involved), a: size(a), b: size(b), out: size(id) }, id);
  });
  return depends;
}

function extentsOf({ all, a, b, out }: PairSize): ProductExtents {
  return { batch: 2 ** (a + b + out - 2 * all), m: 2 ** (all - b), n: 2 ** (all - a), k: 2 ** (all - out) };
}

/** By node: modelled seconds of the pair, once. */
function pairSeconds(work: Work, sliced: readonly number[]): { seconds: Float64Array; depends: Uint8Array } {
  const seconds = new Float64Array(work.nodes.length);
  const depends = walkPairs(work, sliced, (size, id) => (seconds[id] = secondsOf(work, size)));
  return { seconds, depends };
}

function secondsOf({ model }: Work, size: PairSize): number {
  return denseSeconds(model, extentsOf(size));
}

function secondsWhenShared(work: Work, sliced: readonly number[], roundsOf: Rounds): number {
  const { seconds, depends } = pairSeconds(work, sliced);
  return inRounds(seconds, depends, roundsOf(slicesOf(work, sliced) / work.devices));
}

function inRounds(seconds: Float64Array, depends: Uint8Array, rounds: number): number {
  let sum = 0;
  for (let id = 0; id < seconds.length; id += 1) sum += (depends[id] === 1 ? rounds : 1) * at(seconds, id);
  return sum;
}

/** The index whose slicing takes least time; undefined where no index has more than one value left. */
function indexToShare(work: Work, sliced: readonly number[], roundsOf: Rounds): number | undefined {
  const { seconds: before } = pairSeconds(work, sliced);
  let best: number | undefined;
  let least = Infinity;
  for (const index of indicesByTime(work, sliced, before).slice(0, MOST_TRIED)) {
    const more = [...sliced, index];
    const after = before.slice();
    // The other pairs take what they took.
    const depends = walkPairs(work, more, (size, id) => (after[id] = secondsOf(work, size)), index);
    const seconds = inRounds(after, depends, roundsOf(slicesOf(work, more) / work.devices));
    if (seconds < least) [best, least] = [index, seconds];
  }
  return best;
}

/** Indices with more than one value, those first on which most `seconds` depend; of equal ones, closed ones first. */
function indicesByTime({ graph, nodes }: Work, sliced: readonly number[], seconds: Float64Array): number[] {
  const having = new Float64Array(graph.weights.length);
  nodes.forEach(({ involved }, id) => {
    for (const index of involved) having[index] = at(having, index) + at(seconds, id);
  });
  return [...having.keys()]
    .filter((index) => at(having, index) > 0 && at(graph.weights, index) > 0 && !sliced.includes(index))
    .sort((x, y) => at(having, y) - at(having, x) || at(graph.open, x) - at(graph.open, y));
}
