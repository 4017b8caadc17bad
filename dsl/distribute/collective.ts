/**
 * What a move between devices costs: for each tier, the volume that a rank sends over the bandwidth, plus its messages times the
 * latency. Collectives that cross nodes go tier by tier, as the libraries' own do. All modelled.
 */
import { elementBytes } from "../network/network.ts";
import { rankCount, type StepKind, type StepModel } from "../schedule/schedule.ts";
import { avoidingShare, balancedReduceFactor, slowestShare } from "./links.ts";
import type { CostModel } from "./model.ts";

export type CollectiveKind = Extract<
  StepKind,
  "redistribute" | "gather" | "reduce" | "reduce-scatter" | "broadcast"
>;

/** Ranks of a group: `node` in each node, on `cluster` nodes. */
interface Group {
  readonly node: number;
  readonly cluster: number;
}

/** What each rank sends, per tier: volume in shards (the input of the step on one rank) and messages. */
interface Traffic {
  readonly volume: Group;
  readonly messages: Group;
}

/** A collective over `digits`, on shards of `elements` (the step's input on one rank). */
export function collectiveStep(
  model: CostModel,
  kind: CollectiveKind,
  digits: readonly number[],
  elements: number,
): StepModel {
  const group = groupOf(model, digits);
  const slower = slowdown(model, kind, group);
  const choices = trafficOf(kind, group).map((traffic) => priced(model, traffic, elements, slower));
  const quickest = choices.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  return { ...quickest, seconds: quickest.seconds + additionSeconds(model, kind, group, elements) };
}

/** Each rank adds up its part of all shards, which is as large as one of them. */
function additionSeconds(
  { machine: { device }, dtype }: CostModel,
  kind: CollectiveKind,
  { node, cluster }: Group,
  elements: number,
): number {
  if ((kind !== "reduce" && kind !== "reduce-scatter") || node * cluster === 1) return 0;
  return (elements * elementBytes(dtype)) / (device.addedBytesPerSecond ?? Infinity);
}

/** Messages that a rank sends, and the latency of them all, where each member of the group gets one of its own. */
export function directMessages(
  model: CostModel,
  digits: readonly number[],
): { readonly messages: number; readonly seconds: number } {
  const { node: n, cluster: c } = groupOf(model, digits);
  const { node, cluster = node } = model.machine;
  const [near, far] = [n - 1, n * (c - 1)];
  return { messages: near + far, seconds: near * node.latencySeconds + far * cluster.latencySeconds };
}

function groupOf({ mesh }: CostModel, digits: readonly number[]): Group {
  const group = digits.flatMap((digit) => mesh[digit] ?? []);
  const ofTier = (tier: "node" | "cluster"): number =>
    rankCount(group.filter((digit) => digit.tier === tier));
  return { node: ofTier("node"), cluster: ofTier("cluster") };
}

/**
 * Ways to do it. Gather: each rank sends its shard to the ranks in its place in the other nodes, then all shards that it holds
 * to the ranks of its node. Reduce-scatter: the same backwards. All-reduce: one after the other. Broadcast: a pipeline, in which
 * a rank passes on what it gets. All-to-all: a message to every rank, or one round inside the nodes and one between them, in which
 * more is sent in fewer messages.
 */
function trafficOf(kind: CollectiveKind, { node: n, cluster: c }: Group): readonly Traffic[] {
  const messages = { node: n - 1, cluster: c - 1 };
  switch (kind) {
    case "gather":
      return [{ volume: { node: (n - 1) * c, cluster: c - 1 }, messages }];
    case "reduce-scatter":
      return [{ volume: scattered(n, c), messages }];
    case "reduce": {
      const { node, cluster } = scattered(n, c);
      const twice = { node: 2 * messages.node, cluster: 2 * messages.cluster };
      return [{ volume: { node: 2 * node, cluster: 2 * cluster }, messages: twice }];
    }
    case "broadcast":
      return [{ volume: { node: n > 1 ? 1 : 0, cluster: c > 1 ? 1 : 0 }, messages }];
    case "redistribute": {
      const toEach = 1 / (n * c);
      const direct = { node: n - 1, cluster: n * (c - 1) };
      return [
        { volume: { node: direct.node * toEach, cluster: direct.cluster * toEach }, messages: direct },
        { volume: { node: (n - 1) / n, cluster: (c - 1) / c }, messages },
      ];
    }
    default:
      return kind satisfies never;
  }
}

function scattered(n: number, c: number): Group {
  return { node: (n - 1) / n, cluster: (c - 1) / (c * n) };
}

/** `slower`: how much longer the volume takes than on whole links; latencies stay. */
function priced(
  { machine, dtype }: CostModel,
  { volume, messages }: Traffic,
  elements: number,
  slower: number,
): StepModel {
  const shard = elements * elementBytes(dtype);
  const sentBytes = { node: volume.node * shard, cluster: volume.cluster * shard };
  const { node, cluster = node } = machine;
  const seconds =
    slower * (sentBytes.node / node.bytesPerSecond + sentBytes.cluster / cluster.bytesPerSecond) +
    messages.node * node.latencySeconds +
    messages.cluster * cluster.latencySeconds;
  // What is sent is read here and written there; what stays is copied.
  const localBytes = 2 * (sentBytes.node + sentBytes.cluster + shard);
  return { seconds, flops: 0, localBytes, sentBytes, messages: messages.node + messages.cluster };
}

/**
 * All groups of ranks move at once, so that one slow link slows the step for all. A plan made for the machine uses other devices
 * where it can, and lets the slow one sum less of an all-reduce; every other collective has to bring it its shard.
 */
function slowdown(model: CostModel, kind: CollectiveKind, { node, cluster }: Group): number {
  const { machine, mesh, unaware } = model;
  if (machine.degraded === undefined || node * cluster === 1) return 1;
  const share = unaware === true ? slowestShare(machine, mesh) : avoidingShare(machine, mesh);
  return kind === "reduce" && unaware !== true ? balancedReduceFactor(node * cluster, share) : 1 / share;
}
