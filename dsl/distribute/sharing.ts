/**
 * Slices that devices share. In: a tree with few slices and a count of devices. Out: the same tree with more of them, chosen by
 * the modelled time in which the devices run all slices; and a time that no schedule of a tree beats.
 */
import type { Network } from "../network/network.ts";
import { plainNodes, type PlainNode } from "../plan/cost.ts";
import { at, hypergraph, log2SizeOf, type Hypergraph } from "../plan/hypergraph.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount } from "../schedule/schedule.ts";
import { contractStep, localStep, type CostModel, type ProductExtents } from "./model.ts";

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
  walkPairs(work, sliced, ({ all, a, b, out }, depends) => {
    const alone = localStep(model, 2 ** all, 2 ** a + 2 ** b + 2 ** out).seconds - launchSeconds;
    seconds += depends ? rounds * alone : alone / devices;
    seconds += launchSeconds * (depends ? Math.max(1, rounds) : 1);
  });
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

/** Calls `visit` for each pair with its sizes within a slice, and whether it depends on the slice. */
function walkPairs(
  { graph, tree, nodes }: Work,
  sliced: readonly number[],
  visit: (size: PairSize, depends: boolean, node: PlainNode) => void,
): void {
  const weights = graph.weights.slice();
  const isSliced = new Uint8Array(weights.length);
  for (const index of sliced) {
    weights[index] = 0;
    isSliced[index] = 1;
  }
  const part = { ...graph, weights };
  const sizes = new Float64Array(nodes.length);
  const depends = new Uint8Array(nodes.length);
  nodes.forEach((node, id) => {
    sizes[id] = log2SizeOf(part, node.indices);
    if (id < tree.leaves) {
      if (node.indices.some((index) => isSliced[index] === 1)) depends[id] = 1;
      return;
    }
    const [a, b] = at(tree.pairs, id - tree.leaves);
    if (depends[a] === 1 || depends[b] === 1) depends[id] = 1;
    const size = {
      all: log2SizeOf(part, node.involved),
      a: at(sizes, a),
      b: at(sizes, b),
      out: at(sizes, id),
    };
    visit(size, depends[id] === 1, node);
  });
}

function extentsOf({ all, a, b, out }: PairSize): ProductExtents {
  return { batch: 2 ** (a + b + out - 2 * all), m: 2 ** (all - b), n: 2 ** (all - a), k: 2 ** (all - out) };
}

function secondsWhenShared(work: Work, sliced: readonly number[], roundsOf: Rounds): number {
  const rounds = roundsOf(slicesOf(work, sliced) / work.devices);
  let seconds = 0;
  walkPairs(work, sliced, (size, depends) => {
    seconds += (depends ? rounds : 1) * contractStep(work.model, extentsOf(size)).seconds;
  });
  return seconds;
}

/** The index whose slicing takes least time; undefined where no index has more than one value left. */
function indexToShare(work: Work, sliced: readonly number[], rounds: Rounds): number | undefined {
  const tried = indicesByTime(work, sliced).slice(0, MOST_TRIED);
  let best: number | undefined;
  let least = Infinity;
  for (const index of tried) {
    const seconds = secondsWhenShared(work, [...sliced, index], rounds);
    if (seconds < least) [best, least] = [index, seconds];
  }
  return best;
}

/** Indices with more than one value, those first on which most seconds depend; of equal ones, closed ones first. */
function indicesByTime(work: Work, sliced: readonly number[]): number[] {
  const { graph } = work;
  const having = new Float64Array(graph.weights.length);
  walkPairs(work, sliced, (size, _, { involved }) => {
    const { seconds } = contractStep(work.model, extentsOf(size));
    for (const index of involved) having[index] = at(having, index) + seconds;
  });
  return [...having.keys()]
    .filter((index) => at(having, index) > 0 && at(graph.weights, index) > 0 && !sliced.includes(index))
    .sort((x, y) => at(having, y) - at(having, x) || at(graph.open, x) - at(graph.open, y));
}
