/** A contraction tree as a table of text. */
import type { Network } from "../network/network.ts";
import { cost, treeNodes } from "./cost.ts";
import type { ContractionTree } from "./tree.ts";

function column(cells: readonly string[], right: boolean): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => (right ? cell.padStart(width) : cell.padEnd(width)));
}

function log2Text(value: number): string {
  return value === -Infinity ? "0" : `2^${Number(value.toFixed(2))}`;
}

/** One line a pair: operands, indices of the result, elements of the result, multiply-adds; then a line of totals. */
export function printTree(network: Network, tree: ContractionTree): string {
  const nodes = treeNodes(network, tree);
  const name = (id: number): string =>
    id < tree.leaves ? (network.tensors[id]?.name ?? `#${id}`) : `#${id}`;
  const rows = tree.pairs.map(([a, b], step) => {
    const node = nodes[tree.leaves + step];
    const labels = node?.labels.join(" ") ?? "";
    return [
      `#${tree.leaves + step}`,
      `${name(a)} ${name(b)}`,
      labels,
      log2Text(node?.log2Size ?? 0),
      log2Text(node?.log2Flops ?? 0),
    ];
  });
  const { log10Flops, log2Size, log2Slices } = cost(network, tree);
  const slices =
    tree.sliced.length === 0 ? "" : `, ${log2Text(log2Slices)} slices over ${tree.sliced.join(" ")}`;
  const flops = log10Flops === -Infinity ? "0" : `10^${log10Flops.toFixed(3)}`;
  const total = ["total", "", "", log2Text(log2Size), `${flops} multiply-adds${slices}`];
  const table = [["result", "pair", "indices", "size", "flops"], ...rows, total];
  const columns = [0, 1, 2, 3].map((place) =>
    column(
      table.map((row) => row[place] ?? ""),
      place === 3,
    ),
  );
  return table
    .map((row, line) => [...columns.map((cells) => cells[line]), row[4]].join("  ").trimEnd())
    .join("\n");
}
