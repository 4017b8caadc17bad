import { expect, test } from "vitest";
import { scheduleOf } from "../../../dsl/distribute/assemble.ts";
import { wholeCandidates } from "../../../dsl/distribute/candidates.ts";
import { estimateOf, leastSecondsOf } from "../../../dsl/distribute/estimate.ts";
import { treeFacts, treeShape } from "../../../dsl/distribute/facts.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import { modeTree } from "../../../dsl/distribute/modes.ts";
import { placementsOf } from "../../../dsl/distribute/number.ts";
import { placeGreedy } from "../../../dsl/distribute/place.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import { pricing } from "../../../dsl/distribute/price.ts";
import { digitClasses } from "../../../dsl/distribute/spread.ts";
import { placeTree } from "../../../dsl/distribute/tree.ts";
import { COLLECTIVES } from "../../../dsl/distribute/time.ts";
import { walkSteps } from "../../../dsl/schedule/arena.ts";
import { randomNetwork, randomPairs } from "../../support/networks.ts";

test.each([1, 2, 4, 6])("on %i devices no schedule beats what its placements say at the least", (devices) => {
  const base = threadsMachine(devices, 2 ** 40);
  const { device } = base;
  expect(device.products).toBeUndefined();
  const mesh = meshOf(base, devices);
  const classes = digitClasses(mesh, []);
  let [near, moving, all] = [0, 0, 0];
  for (let seed = 1; seed <= 40; seed += 1) {
    // Launches that cost nothing leave the rates to be compared.
    const launchSeconds = seed % 3 === 0 ? device.launchSeconds : 0;
    const machine = { ...base, device: { ...device, launchSeconds }, overlaps: seed % 4 === 0 };
    const shape = { tensors: 7, labels: 9, extents: [2, 3, 4, 6], dtype: "float64" } as const;
    const { network } = randomNetwork(seed, shape);
    const sliced = Object.keys(network.extents).filter((_, place) => (seed + place) % 5 === 0);
    const tree = { leaves: 7, pairs: randomPairs(seed, 7), sliced };
    const modes = modeTree(network, tree, mesh);
    const model = { machine, dtype: network.dtype, mesh };
    const shared = { network, tree, modes, model, sliceDigits: [] };
    const facts = treeFacts(treeShape(modes), model, 1, devices);
    const placed = placeTree(pricing(facts, model, classes, 1), wholeCandidates(facts, classes));
    const greedy = placeGreedy(
      modes,
      mesh,
      mesh.map(() => true),
    );
    for (const placements of [
      greedy,
      ...(placed ? [placementsOf(facts, classes, mesh.length, placed)] : []),
    ]) {
      const { modelledSeconds, steps } = scheduleOf(shared, placements, "tree");
      const least = leastSecondsOf(model, estimateOf(shared, placements, []));
      expect(least).toBeLessThanOrEqual(modelledSeconds * (1 + 1e-12));
      walkSteps(steps, ({ kind }) => (moving += COLLECTIVES.includes(kind) ? 1 : 0));
      if (least > 0.8 * modelledSeconds) near += 1;
      all += 1;
    }
  }
  if (devices > 1) expect(moving).toBeGreaterThan(20);
  // Near enough to spare schedules.
  expect(near).toBeGreaterThan(all / 3);
});
