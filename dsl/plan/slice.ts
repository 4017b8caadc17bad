/** Choice of the indices to slice. */
import { UserError } from "../base/diagnostic.ts";
import type { Random } from "../base/random.ts";
import type { Label, Network } from "../network/network.ts";
import { exp2 } from "./exp2.ts";
import { plainNodes, type PlainNode } from "./cost.ts";
import { at, hypergraph, log2SizeOf, withSliced, type Hypergraph } from "./hypergraph.ts";
import { checkTree } from "./path.ts";
import type { ContractionTree } from "./tree.ts";

/**
 * The tree with more indices sliced, until no intermediate has more than 2^maxLog2Size elements. Greedy: of the
 * indices of the largest intermediate, the one that adds least to the total of multiply-adds; open indices only
 * where no other is left. Throws UserError where the limit is below one element or the tree does not fit the network.
 */
export function slice(network: Network, tree: ContractionTree, maxLog2Size: number): ContractionTree {
  if (!(maxLog2Size >= 0))
    throw new UserError(`cannot slice to 2^${maxLog2Size} elements; one element is the least`);
  checkTree(network, tree);
  const whole = hypergraph(network);
  const nodes = plainNodes(whole, tree.pairs).slice(tree.pairs.length === 0 ? 0 : tree.leaves);
  const sliced: Label[] = [...tree.sliced];
  for (;;) {
    const graph = withSliced(whole, sliced);
    const largest = largestOf(graph, nodes);
    if (largest === undefined || log2SizeOf(graph, largest.indices) <= maxLog2Size + 1e-9)
      return { ...tree, sliced };
    sliced.push(at(graph.labels, indexToSlice(graph, nodes)));
  }
}

/** Of a tree with slices. */
export interface SlicedCost {
  /** log2 of the multiply-adds over all slices. */
  readonly log2Flops: number;
  readonly log2Size: number;
}

/** Cost of the results of pairs, of a graph with its sliced indices at extent one, in 2^log2Slices slices. */
export function slicedCost(
  { weights }: Hypergraph,
  nodes: readonly PlainNode[],
  log2Slices: number,
): SlicedCost {
  const flops = new Float64Array(nodes.length);
  let [size, most] = [0, 0];
  for (let k = 0; k < nodes.length; k += 1) {
    const { indices, involved } = nodes[k] as PlainNode;
    let [own, kept] = [0, 0];
    for (let place = 0; place < involved.length; place += 1)
      own += weights[involved[place] as number] as number;
    for (let place = 0; place < indices.length; place += 1)
      kept += weights[indices[place] as number] as number;
    flops[k] = own;
    most = Math.max(most, own);
    size = Math.max(size, kept);
  }
  let total = 0;
  for (const own of flops) total += exp2(own - most);
  return { log2Flops: most + Math.log2(total) + log2Slices, log2Size: size };
}

function largestOf(graph: Hypergraph, nodes: readonly PlainNode[]): PlainNode | undefined {
  let [found, most] = [nodes[0], -1];
  for (const node of nodes) {
    const size = log2SizeOf(graph, node.indices);
    if (size > most) [found, most] = [node, size];
  }
  return found;
}

/**
 * Of the indices of the largest of `nodes` (results of pairs), the one whose slicing adds least to the total; with `random`
 * one that is about as good.
 */
export function indexToSlice(graph: Hypergraph, nodes: readonly PlainNode[], random?: Random): number {
  const totals = totalsWhenSliced(graph, nodes);
  if (random !== undefined) totals.forEach((total, index) => (totals[index] = total * (1 + 0.3 * random())));
  const sliceable = (largestOf(graph, nodes)?.indices ?? new Int32Array(0)).filter(
    (index) => at(graph.weights, index) > 0,
  );
  const closed = sliceable.filter((index) => at(graph.open, index) === 0);
  const candidates = closed.length > 0 ? closed : sliceable;
  return candidates.reduce((best, index) => (at(totals, index) < at(totals, best) ? index : best));
}

/** For each index, the total of multiply-adds over all slices once it is sliced too, up to a common factor. */
function totalsWhenSliced({ weights }: Hypergraph, nodes: readonly PlainNode[]): Float64Array {
  const flops = nodes.map(({ involved }) => {
    let own = 0;
    for (let place = 0; place < involved.length; place += 1)
      own += weights[involved[place] as number] as number;
    return own;
  });
  const most = flops.reduce((a, b) => Math.max(a, b), 0);
  const having = new Float64Array(weights.length);
  let total = 0;
  nodes.forEach(({ involved }, k) => {
    const scaled = exp2(at(flops, k) - most);
    total += scaled;
    for (let place = 0; place < involved.length; place += 1) {
      const index = involved[place] as number;
      having[index] = (having[index] as number) + scaled;
    }
  });
  // Pairs without the index are repeated for each of its values; pairs with it are shared out among them.
  return having.map((own, index) => own + Math.max(0, total - own) * 2 ** at(weights, index));
}
