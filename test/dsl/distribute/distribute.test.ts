import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import { presetNamed, threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Machine } from "../../../dsl/distribute/machine.ts";
import type { Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import { walkSteps } from "../../../dsl/schedule/arena.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";

const GIB = 2 ** 30;

/** Eight devices in nodes of four, made so that both tiers are used. */
const twoNodes: Machine = {
  ...threadsMachine(4, 4 * GIB),
  name: "two-nodes",
  cluster: { count: 3, bytesPerSecond: 1e8, latencySeconds: 1e-4 },
};

function randomTree(seed: number, network: Network): ContractionTree {
  const labels = Object.keys(network.extents);
  const sliced = labels.filter((_, position) => (seed + position) % 5 === 0);
  return { leaves: network.tensors.length, pairs: randomPairs(seed, network.tensors.length), sliced };
}

test.each([1, 2, 3, 4, 6, 8, 12])(
  "on %i devices random networks keep their value, whatever is split, sliced or open",
  async (devices) => {
    const machine = devices > 4 ? twoNodes : threadsMachine(devices, devices * GIB);
    const usable = devices === 6 ? threadsMachine(6, GIB) : machine;
    for (let seed = 1; seed <= 40; seed += 1) {
      const dtype = seed % 2 === 0 ? "float64" : "complex128";
      const valued = randomNetwork(seed * 100 + devices, {
        tensors: 2 + (seed % 6),
        labels: 5,
        extents: [1, 2, 3, 4, 6],
        dtype,
      });
      const schedule = distribute(valued.network, randomTree(seed, valued.network), usable, devices);
      expect(verify(schedule, usable.device.memoryBytes)).toEqual([]);
      const { value } = await referenceEngine.run(schedule, valued.entries);
      const expected = bruteForce(valued);
      const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
      expect(value?.re.length).toBe(expected.re.length);
      expected.re.forEach((re, position) => {
        expect(Math.abs((value?.re[position] ?? NaN) - re) / scale).toBeLessThan(1e-12);
        expect(Math.abs((value?.im?.[position] ?? 0) - (expected.im[position] ?? 0)) / scale).toBeLessThan(
          1e-12,
        );
      });
    }
  },
);

/** A chain of matrices with a large middle: every tensor has room for the digits. */
function chain(length: number): { network: Network; tree: ContractionTree } {
  const tensors = Array.from({ length }, (_, k) => ({
    name: `M${k}`,
    labels: [`a_${k}`, `b_${k}`, `a_${k + 1}`, `b_${k + 1}`],
  }));
  const labels = new Set(tensors.flatMap((tensor) => tensor.labels));
  const extents = Object.fromEntries([...labels].map((label) => [label, 8]));
  const open = ["a_0", "b_0", `a_${length}`, `b_${length}`];
  const pairs = Array.from({ length: length - 1 }, (_, k) => [k === 0 ? 0 : length + k - 1, k + 1] as const);
  return {
    network: { name: "chain", dtype: "float64", tensors, open, extents },
    tree: { leaves: length, pairs, sliced: [] },
  };
}

test("a tensor that is split is smaller on every device, and ranks share the work", () => {
  const { network, tree } = chain(4);
  const one = distribute(network, tree, threadsMachine(1, GIB), 1);
  const four = distribute(network, tree, threadsMachine(4, 4 * GIB), 4);
  const flops = (schedule: typeof one): number => {
    let total = 0;
    walkSteps(schedule.steps, (step) => (total += step.model.flops));
    return total;
  };
  expect(flops(four) * 4).toBe(flops(one));
  expect(four.steps.some((step) => step.kind === "gather")).toBe(true);
});

test("what does not fit is refused with the size it takes", () => {
  const { network, tree } = chain(4);
  expect(() => distribute(network, tree, threadsMachine(2, 4096), 2)).toThrow(
    /chain needs .* KiB on each device, and threads\(2\) has 2 KiB/,
  );
});

test.each([
  [9, /has 8 devices, fewer than the 9/],
  [0, /positive integer/],
  [2.5, /positive integer/],
])("%d devices of a DGX are refused", (devices, message) => {
  expect(() => meshOf(presetNamed("dgx-h100"), devices)).toThrow(message);
});

test("nodes are filled alike", () => {
  expect(() => meshOf(twoNodes, 5)).toThrow(/5 devices cannot be shared equally by the 3 nodes/);
  expect(meshOf(twoNodes, 6)).toEqual([
    { radix: 2, tier: "cluster" },
    { radix: 3, tier: "node" },
  ]);
  expect(meshOf(twoNodes, 12)).toEqual([
    { radix: 3, tier: "cluster" },
    { radix: 2, tier: "node" },
    { radix: 2, tier: "node" },
  ]);
});
