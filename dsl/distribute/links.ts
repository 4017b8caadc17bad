/** Degraded links: how much slower a collective is for them, on the devices that a schedule uses. All modelled. */
import { rankCount, type MeshDigit } from "../schedule/schedule.ts";
import type { DegradedLink, Machine } from "./machine.ts";

/** Ranks of the used nodes: node i holds ranks i * perNode and following, on its devices 0, 1, ... */
interface Used {
  readonly nodes: number;
  readonly perNode: number;
}

export function usedDevices(mesh: readonly MeshDigit[]): Used {
  const ofTier = (tier: MeshDigit["tier"]): number => rankCount(mesh.filter((digit) => digit.tier === tier));
  return { nodes: ofTier("cluster"), perNode: ofTier("node") };
}

/** What is left of the bandwidth of the slowest link in use, where ranks are devices in the order of their numbers. */
export function slowestShare(machine: Machine, mesh: readonly MeshDigit[]): number {
  if (machine.degraded === undefined) return 1;
  const used = usedDevices(mesh);
  const shares = machine.degraded
    .filter(({ node, device }) => node < used.nodes && device < used.perNode)
    .map(({ share }) => share);
  return Math.min(1, ...shares);
}

/**
 * The same, where the devices are chosen so that the slowest link in use is as fast as can be: nodes with whole links first, and in
 * a node that is not filled, devices with whole links.
 */
export function avoidingShare(machine: Machine, mesh: readonly MeshDigit[]): number {
  if (machine.degraded === undefined) return 1;
  const { nodes, perNode } = usedDevices(mesh);
  const spare = machine.node.count - perNode;
  const links = machine.degraded;
  const worst = [...new Set(links.map(({ node }) => node))].map((hurt) =>
    shareOfNode(
      links.filter(({ node }) => node === hurt),
      spare,
    ),
  );
  const whole = (machine.cluster?.count ?? 1) - worst.length;
  const slow = worst.sort((a, b) => b - a).slice(0, Math.max(0, nodes - whole));
  return slow.at(-1) ?? 1;
}

/** Slowest link of a node that leaves its `spare` slowest devices idle. */
function shareOfNode(links: readonly DegradedLink[], spare: number): number {
  const shares = new Map<number, number>();
  for (const { device, share } of links) shares.set(device, Math.min(share, shares.get(device) ?? 1));
  return [...shares.values()].sort((a, b) => a - b)[spare] ?? 1;
}

/**
 * Time of an all-reduce over `ranks` ranks of which one has `share` of its bandwidth, over that of a whole one, when the block that
 * each rank sums is chosen for it: the slow rank sums x of the n elements, the others (n - x) / (ranks - 1) each. A rank that
 * sums y elements sends its own n - y to be summed elsewhere and y to each of the ranks - 1 others; x is such that all end together,
 * or 0. At half the bandwidth the loss is 1 / (ranks - 1), the anchor of arXiv 2606.01680.
 */
export function balancedReduceFactor(ranks: number, share: number): number {
  if (ranks <= 2 || share >= 1) return 1 / share;
  const others = ranks - 1;
  const even = (share * (1 + (ranks - 2) / others) - 1) / ((ranks - 2) * (1 + share / others));
  const slow = (1 + (ranks - 2) * Math.max(0, even)) / share;
  return slow / ((2 * others) / ranks);
}
