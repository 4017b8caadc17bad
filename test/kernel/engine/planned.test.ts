/** Planned placements of every kind, run for real: the threads engine against the definition. */
import { expect, test } from "vitest";
import { distribute, threadsMachine, walkSteps, type Machine, type StepKind } from "../../../dsl/index.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";

/** Links so fast that moving tensors pays, however small they are. */
function fastThreads(devices: number): Machine {
  const base = threadsMachine(devices, devices * 2 ** 30);
  const node = { ...base.node, bytesPerSecond: 1e9, latencySeconds: 0 };
  return { ...base, device: { ...base.device, launchSeconds: 0 }, node };
}

test.each([2, 3, 4])("what is planned for %i workers keeps its value", async (devices) => {
  const kinds = new Set<StepKind>();
  for (let seed = 1; seed <= 12; seed += 1) {
    const shape = { tensors: 5, labels: 7, extents: [2, 3, 4], dtype: "complex128" } as const;
    const { network, entries } = randomNetwork(seed * 17 + devices, shape);
    const sliced = Object.keys(network.extents).filter((_, position) => (seed + position) % 6 === 0);
    const tree = { leaves: 5, pairs: randomPairs(seed, 5), sliced };
    const wanted = { method: "tree", groupSize: devices } as const;
    const schedule = distribute(network, tree, fastThreads(devices), devices, wanted);
    walkSteps(schedule.steps, ({ kind }) => kinds.add(kind));
    const { value } = await threadsEngine.run(schedule, entries);
    const expected = bruteForce({ network, entries });
    const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
    expected.re.forEach((re, at) => {
      const off = Math.hypot((value?.re[at] ?? NaN) - re, (value?.im?.[at] ?? 0) - (expected.im[at] ?? NaN));
      expect(off / scale).toBeLessThan(1e-12);
    });
  }
  expect([...kinds]).toEqual(expect.arrayContaining(["reduce", "gather"]));
});
