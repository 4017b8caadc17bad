/** What a plan gains over slicing alone, and what a method over those that it improves on: on whatever networks and machines. */
import { expect, test } from "vitest";
import { mulberry32, type Random } from "../../../dsl/base/random.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { distributeJointly } from "../../../dsl/distribute/joint.ts";
import { machineFrom, type Machine } from "../../../dsl/distribute/machine.ts";
import { distributeSliced, gainOf, speedups } from "../../../dsl/distribute/sweep.ts";
import { METHODS, type Method } from "../../../dsl/distribute/wanted.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

interface Posed {
  readonly network: Network;
  readonly tree: ContractionTree;
  readonly machine: Machine;
  readonly devices: number;
}

/** A square lattice, closed, with extents of one to four times 2, 3, 4 or 6. */
function lattice(random: Random, side: number): Network {
  const base = [2, 3, 4, 6][Math.floor(4 * random())] ?? 2;
  const extents: Record<string, number> = {};
  const tensors = Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [Math.floor(at / side), at % side];
    const labels = [
      ...(x > 0 ? [`v_${x - 1}_${y}`] : []),
      ...(x < side - 1 ? [`v_${x}_${y}`] : []),
      ...(y > 0 ? [`h_${x}_${y - 1}`] : []),
      ...(y < side - 1 ? [`h_${x}_${y}`] : []),
    ];
    for (const label of labels) extents[label] ??= random() < 0.3 ? 2 * base : base;
    return { name: `T${at}`, labels };
  });
  return { name: "lattice", dtype: "complex64", tensors, open: [], extents };
}

/** Links, latencies and memory over many orders of magnitude: some make distribution pay, some make it worthless. */
function machineOf(random: Random, devices: number, memoryBytes: number): Machine {
  const perNode = [1, 2, 4, 8].filter((count) => devices % count === 0 && random() < 0.7).at(-1) ?? 1;
  return machineFrom({
    name: "any",
    peak: 1e12,
    memoryBytes,
    memoryBytesPerSecond: 10 ** (10 + 2 * random()),
    launchSeconds: 10 ** (-12 + 7 * random()),
    node: {
      count: perNode,
      bytesPerSecond: 10 ** (7 + 4 * random()),
      latencySeconds: 10 ** (-10 + 5 * random()),
    },
    cluster: {
      count: devices / perNode,
      bytesPerSecond: 10 ** (7 + 3 * random()),
      latencySeconds: 10 ** (-9 + 5 * random()),
    },
    overlaps: random() < 0.2,
  });
}

function latticePosed(seed: number): Posed {
  const random = mulberry32(seed);
  const network = lattice(random, 2 + Math.floor(3 * random()));
  const tree = greedyTree(network, random);
  const devices = [2, 3, 4, 6, 8, 12, 16, 64][Math.floor(8 * random())] ?? 2;
  const room = 2 ** (cost(network, tree).log2Size - 4 + 8 * random());
  return { network, tree, devices, machine: machineOf(random, devices, 8 * 4 * Math.max(room, 4096)) };
}

function randomPosed(seed: number): Posed {
  const random = mulberry32(seed);
  const shape = { tensors: 2 + (seed % 7), labels: 8, extents: [2, 3, 4, 6], dtype: "float64" } as const;
  const { network } = randomNetwork(seed, shape);
  const pairs = randomPairs(seed, network.tensors.length);
  const sliced = Object.keys(network.extents).filter((_, place) => (seed + place) % 4 === 0);
  const devices = [2, 3, 4, 5, 6, 8, 12, 16, 60][Math.floor(9 * random())] ?? 2;
  const tree = { leaves: network.tensors.length, pairs, sliced };
  return { network, tree, devices, machine: machineOf(random, devices, 2 ** 30) };
}

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed + 1);

test.each([
  ["lattices", latticePosed],
  ["networks of any kind", randomPosed],
])("no method is below slicing alone, or below one that it improves on: %s", (_, posed) => {
  for (const seed of SEEDS) {
    const { network, tree, machine, devices } = posed(seed);
    const plans = METHODS.map((method) => {
      const plan = distributeSliced(network, tree, machine, devices, { method });
      if (method !== "joint") return plan;
      const budget = { trials: 3, expired: () => false };
      return distributeJointly(network, plan.tree, machine, devices, budget, mulberry32(seed), { method });
    });
    const gains = plans.map((plan) => gainOf(network, tree, machine, plan).extraSpeedup);
    const [slicing, greedy, prefix, whole, joint] = gains as [number, number, number, number, number];
    expect(slicing).toBe(1);
    expect(Math.min(greedy, prefix), `seed ${seed}`).toBeGreaterThanOrEqual(1);
    expect(whole, `seed ${seed}`).toBeGreaterThanOrEqual(Math.max(greedy, prefix));
    expect(joint, `seed ${seed}`).toBeGreaterThanOrEqual(whole);
    const [point] = speedups(network, tree, machine, [devices]);
    expect(point?.extraSpeedup).toBeGreaterThanOrEqual(1);
  }
});

test.each([
  ["lattices", latticePosed],
  ["networks of any kind", randomPosed],
])("the same where the slices are given: %s", (_, posed) => {
  for (const seed of SEEDS) {
    const { network, tree, machine, devices } = posed(1000 + seed);
    const { tree: sliced } = distributeSliced(network, tree, machine, 1);
    const seconds = (method: Method): number =>
      distribute(network, sliced, machine, devices, { method }).modelledSeconds;
    const [slicing, greedy, prefix, whole] = METHODS.map(seconds) as [number, number, number, number];
    expect(Math.max(greedy, prefix), `seed ${seed}`).toBeLessThanOrEqual(slicing);
    expect(whole, `seed ${seed}`).toBeLessThanOrEqual(Math.min(greedy, prefix));
  }
});

test("an order that was searched for a count is taken where it is faster, beside slicing alone with the one order", () => {
  for (const seed of [1, 2, 3]) {
    const { network, tree, machine, devices } = randomPosed(seed);
    const other = { ...tree, pairs: randomPairs(seed, tree.leaves), sliced: [] };
    const [point] = speedups(network, tree, machine, [devices], {}, [other]);
    const [alone] = speedups(network, tree, machine, [devices]);
    const own = distributeSliced(network, other, machine, devices).schedule.modelledSeconds;
    const faster = Math.min(own, alone?.distributedSeconds ?? NaN);
    const { searched, ...one } = point ?? {};
    expect(one).toEqual(alone);
    expect(searched?.distributedSeconds).toBe(faster);
    expect(searched?.extraSpeedup).toBe((alone?.slicingSeconds ?? NaN) / faster);
  }
});
