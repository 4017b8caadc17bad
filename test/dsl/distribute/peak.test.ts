import { expect, test } from "vitest";
import { scheduleOf } from "../../../dsl/distribute/assemble.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import { modeTree } from "../../../dsl/distribute/modes.ts";
import { leastPeak } from "../../../dsl/distribute/peak.ts";
import { placeGreedy } from "../../../dsl/distribute/place.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

test.each([1, 2, 4, 6])("on %i devices no schedule needs less than its placements say", (devices) => {
  const machine = threadsMachine(devices, 2 ** 30);
  const mesh = meshOf(machine, devices);
  for (let seed = 1; seed <= 60; seed += 1) {
    const shape = { tensors: 7, labels: 9, extents: [2, 3, 4, 6], dtype: "float64" } as const;
    const { network } = randomNetwork(seed, shape);
    const sliced = Object.keys(network.extents).filter((_, place) => (seed + place) % 5 === 0);
    const tree = { leaves: 7, pairs: randomPairs(seed, 7), sliced };
    const modes = modeTree(network, tree, mesh);
    const placements = placeGreedy(
      modes,
      mesh,
      mesh.map(() => true),
    );
    const model = { machine, dtype: network.dtype, mesh };
    const schedule = scheduleOf({ network, tree, modes, model, sliceDigits: [] }, placements, "greedy");
    expect(8 * leastPeak(modes, placements)).toBeLessThanOrEqual(schedule.peakBytes);
    expect(8 * leastPeak(modes, placements)).toBeGreaterThan(0);
  }
});
