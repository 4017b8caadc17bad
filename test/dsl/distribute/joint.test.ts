import { expect, test } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { distributeJointly } from "../../../dsl/distribute/joint.ts";
import { machineFrom, type Machine } from "../../../dsl/distribute/machine.ts";
import type { Budget, ContractionTree } from "../../../dsl/plan/tree.ts";
import { cost } from "../../../dsl/plan/cost.ts";
import { verify } from "../../../dsl/schedule/verify.ts";
import { referenceEngine } from "../../../kernel/engine/reference.ts";
import { bruteForce, randomNetwork, randomPairs, type Shape } from "../../support/networks.ts";

const trials = (count: number): Budget => ({ trials: count, expired: () => false });

function machineOf(devices: number, memoryBytes: number): Machine {
  return machineFrom({
    name: "small",
    peak: 1e9,
    memoryBytes,
    memoryBytesPerSecond: 1e9,
    launchSeconds: 1e-9,
    node: { count: devices, bytesPerSecond: 1e9, latencySeconds: 1e-9 },
  });
}

function posed(seed: number, tensors: number): ReturnType<typeof randomNetwork> & { tree: ContractionTree } {
  const shape: Shape = { tensors, labels: 10, extents: [2, 3, 4], dtype: "complex128" };
  const valued = randomNetwork(seed, shape);
  return { ...valued, tree: { leaves: tensors, pairs: randomPairs(seed, tensors), sliced: [] } };
}

test.each([1, 2, 4, 6])(
  "on %i devices the tree found keeps the value and is never slower",
  async (devices) => {
    let gains = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      const { network, entries, tree } = posed(seed * 10 + devices, 1 + seed);
      const machine = machineOf(devices, 2 ** 20);
      const given = distribute(network, tree, machine, devices).modelledSeconds;
      const found = distributeJointly(network, tree, machine, devices, trials(6), mulberry32(seed));
      expect(verify(found.schedule, machine.device.memoryBytes)).toEqual([]);
      expect(found.schedule.modelledSeconds).toBeLessThanOrEqual(given);
      expect(2 ** cost(network, found.tree).log2Slices).toBeLessThanOrEqual(found.schedule.slices * 1.0001);
      if (found.schedule.modelledSeconds < 0.9 * given) gains += 1;
      const { value } = await referenceEngine.run(found.schedule, entries);
      const expected = bruteForce({ network, entries });
      const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
      const off = expected.re.map((re, at) => Math.abs((value?.re[at] ?? NaN) - re));
      expect(Math.max(...off) / scale).toBeLessThan(1e-12);
    }
    expect(gains).toBeGreaterThan(0);
  },
);

test("what does not fit as given is ordered anew or sliced until it does", () => {
  const tensors = Array.from({ length: 6 }, (_, k) => ({
    name: `M${k}`,
    labels: [`a_${k}`, `b_${k}`, `a_${k + 1}`, `b_${k + 1}`],
  }));
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, 6])));
  const open = { name: "chain", dtype: "float64", tensors, open: [], extents } as const;
  const pairs = [[0, 3] as const, [1, 4] as const, [6, 7] as const, [8, 2] as const, [9, 5] as const];
  const tree = { leaves: 6, pairs, sliced: [] };
  const needed = distribute(open, tree, machineOf(2, 2 ** 30), 2).peakBytes;
  const machine = machineOf(2, needed / 8);
  expect(() => distribute(open, tree, machine, 2, { method: "tree" })).toThrow(UserError);
  const { schedule } = distributeJointly(open, tree, machine, 2, trials(6), mulberry32(1));
  expect(schedule.peakBytes).toBeLessThanOrEqual(needed / 8);
});

test("the same seed and trials give the same plan", () => {
  const { network, tree } = posed(3, 7);
  const plan = (): unknown =>
    distributeJointly(network, tree, machineOf(4, 2 ** 20), 4, trials(5), mulberry32(9));
  expect(plan()).toEqual(plan());
});

test("groups and written distributions hold", () => {
  const { network, tree } = posed(3, 7);
  const shared = (label: string): boolean =>
    network.tensors.filter(({ labels }) => labels.includes(label)).length > 1;
  const label =
    Object.keys(network.extents).find((one) => (network.extents[one] ?? 0) % 2 === 0 && shared(one)) ?? "";
  const machine = machineOf(4, 2 ** 20);
  const over = [{ labels: [label], step: 0 }];
  expect(distributeJointly(network, tree, machine, 4, trials(3), mulberry32(1), { over }).tree).toBe(tree);
  expect(() =>
    distributeJointly(network, tree, machine, 4, trials(3), mulberry32(1), { groupSize: 3 }),
  ).toThrow(/groups of 3/);
});
