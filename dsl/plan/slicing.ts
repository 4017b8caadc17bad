/** What slices cost and gain: statistics of a sliced tree, as data. */
import type { Label, Network } from "../network/network.ts";
import { cost } from "./cost.ts";
import type { ContractionTree, Cost } from "./tree.ts";

export interface Slicing {
  /** The same tree without any slice. */
  readonly unsliced: Cost;
  readonly sliced: Cost;
  /** Multiply-adds over all slices, as a multiple of the unsliced; Infinity beyond the range of a float. */
  readonly overhead: number;
  /** In the order in which they were sliced. */
  readonly indices: readonly SlicedIndex[];
}

export interface SlicedIndex {
  readonly label: Label;
  readonly extent: number;
  /** Cost with the indices up to this one sliced. */
  readonly upTo: Cost;
  /** Cost with all others sliced, but not this one. */
  readonly without: Cost;
  /** How many times more multiply-adds this index brings on top of all others. */
  readonly overhead: number;
  /** How many bits smaller it makes the largest intermediate, on top of all others. */
  readonly bitsGained: number;
}

/** Throws UserError where the tree does not fit the network. */
export function slicing(network: Network, tree: ContractionTree): Slicing {
  const costOver = (labels: readonly Label[]): Cost => cost(network, { ...tree, sliced: labels });
  const sliced = costOver(tree.sliced);
  const unsliced = costOver([]);
  const indices = tree.sliced.map((label, place): SlicedIndex => {
    const without = costOver(tree.sliced.filter((other) => other !== label));
    return {
      label,
      extent: network.extents[label] ?? 1,
      upTo: costOver(tree.sliced.slice(0, place + 1)),
      without,
      overhead: ratio(sliced, without),
      bitsGained: without.log2Size - sliced.log2Size,
    };
  });
  return { unsliced, sliced, overhead: ratio(sliced, unsliced), indices };
}

function ratio(a: Cost, b: Cost): number {
  return a.log10Flops === b.log10Flops ? 1 : 10 ** (a.log10Flops - b.log10Flops);
}
