/** `tnlab order`. */
import { cost, elementBytes, formatBytes, formatSeconds, type Network } from "../../dsl/index.ts";
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

function orderJson(network: Network, { tree, seconds }: Ordered): object {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  return {
    log10_flops: log10Flops,
    log2_size: log2Size,
    log2_slices: log2Slices,
    sliced: tree.sliced,
    seconds,
    ssa_path: tree.pairs,
  };
}

export function describeOrder(network: Network, { tree, seconds, method }: Ordered): string {
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const flops = log10Flops === -Infinity ? "0" : `10^${log10Flops.toFixed(3)}`;
  const bytes = formatBytes(2 ** log2Size * elementBytes(network.dtype));
  const slices = tree.sliced.length === 0 ? "1" : `2^${rounded(log2Slices)} over ${tree.sliced.join(" ")}`;
  return listing([
    ["multiply-adds", `${flops}${tree.sliced.length === 0 ? "" : ", all slices together"}`],
    ["largest intermediate", `2^${rounded(log2Size)} elements, ${bytes} in ${network.dtype}`],
    ["slices", slices],
    ["order", method],
    ["time to find it", `${formatSeconds(seconds)} measured`],
  ]);
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}
