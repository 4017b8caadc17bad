/** What a search minimises, as a sum over pairs where that is possible, and as the value of a whole tree. */
import type { Network } from "../network/network.ts";
import { cost, treeNodes } from "./cost.ts";
import { at, log2Add } from "./hypergraph.ts";
import type { ContractionTree, Objective } from "./tree.ts";

/** Multiply-adds that one element moved costs in `combo`: about the ratio of rate to bandwidth of current devices. */
const COMBO_WEIGHT = 9;
/** An intermediate is written once and read once. */
const MOVES_OF_A_RESULT = 2;

/** Multiply-adds only break ties of `size`, `peak` and `writes`. */
const SIZE_LOG2_WEIGHT = 20;
const WRITES_LOG2_WEIGHT = 30;

/**
 * log2 of the multiply-adds that one element of a result counts for: a pair costs its multiply-adds and 2^this for each element
 * of its result. -Infinity where elements do not count. For `size` and `peak`, which are no sums over pairs, the sum that
 * local moves are judged by instead: nearly the largest results alone decide it.
 */
export function log2ElementWeight(objective: Objective): number {
  if (typeof objective === "object") return Math.log2(MOVES_OF_A_RESULT * objective.weight);
  switch (objective) {
    case "flops":
      return -Infinity;
    case "combo":
      return Math.log2(MOVES_OF_A_RESULT * COMBO_WEIGHT);
    case "writes":
      return WRITES_LOG2_WEIGHT;
    case "size":
    case "peak":
      return SIZE_LOG2_WEIGHT;
    default:
      return objective satisfies never;
  }
}

/** The objective in words, for a line of output. */
export function describeObjective(objective: Objective): string {
  return typeof objective === "object"
    ? `multiply-adds + ${Number(objective.weight.toPrecision(3))} for each element moved`
    : objective;
}

/**
 * For comparing trees of one network, over all slices: log2 of the multiply-adds (`flops`), of the elements of all results
 * (`writes`), of multiply-adds and weighted elements moved (`combo`, a weight); within one slice log2 of the largest
 * intermediate (`size`) or of the most elements alive at once (`peak`), ties broken by multiply-adds. Throws UserError
 * where the tree does not fit the network.
 */
export function objectiveValue(network: Network, tree: ContractionTree, objective: Objective): number {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const log2Flops = log10Flops / (Math.LOG10E * Math.LN2);
  switch (objective) {
    case "flops":
      return log2Flops;
    case "size":
      return log2Size + 1e-4 * log2Flops;
    case "peak":
      return log2Peak(network, tree) + 1e-4 * log2Flops;
    case "writes":
      return log2Written(network, tree) + log2Slices;
    case "combo":
    default: {
      const moved = log2Written(network, tree) + log2ElementWeight(objective);
      return log2Add(log2Flops, moved + log2Slices);
    }
  }
}

function log2Written(network: Network, tree: ContractionTree): number {
  const results = treeNodes(network, tree).slice(tree.leaves);
  return results.reduce((sum, node) => log2Add(sum, node.log2Size), -Infinity);
}

/**
 * log2 of the most elements alive at once within one slice: the tensors after free sums, each until it is used, and the results
 * of pairs, of which one is made while its operands still live. Subtrees are contracted one after the other, in the order that
 * needs least: of all postorders the best (J. Liu, ACM TOMS 12 (1986) 249, for trees with two children).
 */
export function log2Peak(network: Network, tree: ContractionTree): number {
  const sizes = Float64Array.from(treeNodes(network, tree), (node) => node.log2Size);
  const children = [0, 1].map((side) =>
    Int32Array.from(sizes, (_, id) => tree.pairs[id - tree.leaves]?.[side as 0 | 1] ?? -1),
  );
  const order = Int32Array.from(tree.pairs, (_, step) => tree.leaves + step);
  return log2PeakOf(order, at(children, 0), at(children, 1), sizes);
}

/** As `log2Peak`, of nodes with children and log2 of their elements; `order` names the results, each after its children. */
export function log2PeakOf(
  order: Int32Array,
  left: Int32Array,
  right: Int32Array,
  sizes: Float64Array,
): number {
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  const elements = sizes.map((size) => 2 ** (size - most));
  let given = 0;
  for (let node = 0; node < elements.length; node += 1) if (at(left, node) < 0) given += at(elements, node);
  // Beyond the tensors given: what a node needs while it is made, and what it leaves behind.
  const peaks = new Float64Array(elements.length);
  const rests = new Float64Array(elements.length);
  let peak = 0;
  for (const node of order) {
    const [a, b] = [at(left, node), at(right, node)];
    const both = at(rests, a) + at(rests, b);
    const first = Math.max(at(peaks, a), at(rests, a) + at(peaks, b));
    const second = Math.max(at(peaks, b), at(rests, b) + at(peaks, a));
    peak = Math.max(Math.min(first, second), both + at(elements, node));
    peaks[node] = peak;
    rests[node] = both + at(elements, node) - at(elements, a) - at(elements, b);
  }
  return most + Math.log2(given + peak);
}
