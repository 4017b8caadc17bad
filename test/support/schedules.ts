/** Schedules on worker threads that several tests of the engines run. */
import { distribute } from "../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../dsl/distribute/presets.ts";
import type { Dtype, Entries } from "../../dsl/network/network.ts";
import type { Schedule } from "../../dsl/schedule/schedule.ts";
import { randomNetwork, randomPairs } from "./networks.ts";

export interface Runnable {
  readonly schedule: Schedule;
  readonly entries: readonly Entries[];
}

/** A small random network, sliced over so many of its labels. */
export function slicedNetwork(devices: number, dtype: Dtype, labels: number): Runnable {
  const shape = { tensors: 6, labels: 5, extents: [2, 3, 4], dtype };
  const { network, entries } = randomNetwork(5, shape);
  const sliced = Object.keys(network.extents).slice(0, labels);
  const tree = { leaves: 6, pairs: randomPairs(5, 6), sliced };
  return { schedule: distribute(network, tree, threadsMachine(devices, 2 ** 30), devices), entries };
}

/** The outer product of two vectors of so many entries, on two devices whose memory never ends: large out of little. */
export function outerProduct(extent: number): Runnable {
  const tensors = ["i", "j"].map((label) => ({ name: label, labels: [label] }));
  const extents = { i: extent, j: extent };
  const network = { name: "outer", dtype: "complex64", tensors, open: ["i", "j"], extents } as const;
  const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] } as const;
  const schedule = distribute(network, tree, threadsMachine(2, Infinity), 2);
  return { schedule, entries: tensors.map(() => ({ re: new Float64Array(extent) })) };
}
