/** `tnlab order`. */
import {
  cost,
  elementBytes,
  formatBytes,
  formatSeconds,
  lowerBound,
  slicing,
  type ContractionTree,
  type Network,
} from "../../dsl/index.ts";
import type { Improvement } from "../search/search.ts";
import { describeNetwork } from "./check.ts";
import { OK, type Run } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { print, printJson } from "./print.ts";
import { findOrder, searchFlags, type Ordered } from "./search.ts";
import { readSubject } from "./subject.ts";
import { listing } from "./table.ts";

export const run: Run = (given) => {
  const wanted = searchFlags(given);
  const subject = readSubject(given);
  return interruptible(async (signal) => {
    const ordered = await findOrder(subject, wanted, signal);
    if (given.flags.has("json")) printJson(orderJson(subject.network, ordered));
    else print(`${describeNetwork(subject.network)}\n${describeOrder(subject.network, ordered)}`);
    return OK;
  });
};

function orderJson(network: Network, { tree, seconds, search }: Ordered): object {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const least = lowerBound(network);
  return {
    log10_flops: log10Flops,
    log2_size: log2Size,
    log2_slices: log2Slices,
    least_log10_flops: log10(least.log2Flops),
    least_log2_size: least.log2Size,
    sliced: tree.sliced,
    seconds,
    ...(tree.sliced.length > 0 && { slicing: slicingJson(network, tree) }),
    ...(search !== undefined && {
      unsliced_log10_flops: search.unslicedLog10Flops,
      history: search.history.map(historyJson),
    }),
    ssa_path: tree.pairs,
  };
}

function historyJson({ seconds, log10Flops, log2Size, log2Slices, method }: Improvement): object {
  return { seconds, log10_flops: log10Flops, log2_size: log2Size, log2_slices: log2Slices, method };
}

/** What slices cost and gain. */
function slicingJson(network: Network, tree: ContractionTree): object {
  const { overhead, unsliced, indices } = slicing(network, tree);
  return {
    overhead,
    same_tree_unsliced: { log10_flops: unsliced.log10Flops, log2_size: unsliced.log2Size },
    indices: indices.map(({ label, extent, overhead: own, bitsGained, upTo }) => {
      const upToHere = { log10_flops: upTo.log10Flops, log2_size: upTo.log2Size };
      return { label, extent, overhead: own, bits_gained: bitsGained, up_to_here: upToHere };
    }),
  };
}

export function describeOrder(network: Network, { tree, seconds, method, search }: Ordered): string {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const least = lowerBound(network);
  const whole = tree.sliced.length === 0;
  const flops = log10Flops === -Infinity ? "0" : `10^${log10Flops.toFixed(3)}`;
  const leastFlops = tree.pairs.length === 0 ? "0" : `10^${log10(least.log2Flops).toFixed(3)}`;
  const leastSize = `2^${rounded(least.log2Size)} whatever the order${whole ? "" : " without slices"}`;
  const bytes = formatBytes(2 ** log2Size * elementBytes(network.dtype));
  const slices = whole ? "1" : `2^${rounded(log2Slices)} over ${tree.sliced.join(" ")}`;
  return listing([
    [
      "multiply-adds",
      `${flops}${whole ? "" : ", all slices together"} (at least ${leastFlops} whatever the order)`,
    ],
    [
      "largest intermediate",
      `2^${rounded(log2Size)} elements, ${bytes} in ${network.dtype} (at least ${leastSize})`,
    ],
    ["slices", slices],
    ...(whole ? [] : [describeOverhead(network, tree, search)]),
    ["order", method],
    ["time to find it", `${formatSeconds(seconds)} measured`],
  ]);
}

function describeOverhead(
  network: Network,
  tree: ContractionTree,
  search: Ordered["search"],
): readonly [string, string] {
  const { overhead, unsliced } = slicing(network, tree);
  const times = overhead < 1000 ? overhead.toPrecision(3) : `10^${Math.log10(overhead).toFixed(2)}`;
  const same = `${times} times the multiply-adds of this order unsliced (10^${unsliced.log10Flops.toFixed(3)})`;
  const best =
    search === undefined
      ? ""
      : `; the best order found without slices: 10^${search.unslicedLog10Flops.toFixed(3)}`;
  return ["cost of slicing", same + best];
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}

function log10(log2: number): number {
  return log2 * Math.LOG10E * Math.LN2;
}
