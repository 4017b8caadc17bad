import { expect, test } from "vitest";
import { mulberry32 } from "../../../dsl/base/random.ts";
import { peakBytesOnOneDevice } from "../../../dsl/distribute/distribute.ts";
import { slicedToFit } from "../../../dsl/distribute/fit.ts";
import type { Network } from "../../../dsl/network/network.ts";
import { greedyTree } from "../../../dsl/plan/search.ts";
import { slice } from "../../../dsl/plan/slice.ts";

/** Sites of a square lattice, closed. */
function lattice(side: number, extent: number): Network {
  const labels = (x: number, y: number): string[] => [
    ...(x > 0 ? [`h_${x - 1}_${y}`] : []),
    ...(x + 1 < side ? [`h_${x}_${y}`] : []),
    ...(y > 0 ? [`v_${x}_${y - 1}`] : []),
    ...(y + 1 < side ? [`v_${x}_${y}`] : []),
  ];
  const tensors = Array.from({ length: side * side }, (_, at) => {
    return { name: "T", labels: labels(at % side, Math.floor(at / side)) };
  });
  const extents = Object.fromEntries(
    tensors.flatMap((tensor) => tensor.labels.map((label) => [label, extent])),
  );
  return { name: "Z", dtype: "float64", tensors, open: [], extents };
}

test.each([2, 3, 4])(
  "a lattice of extents of %d is sliced until it fits, and no more than limit by limit",
  (extent) => {
    const network = lattice(6, extent);
    const tree = greedyTree(network, mulberry32(1));
    for (const bytes of [500, 2000]) {
      const { sliced } = slicedToFit(network, tree, bytes);
      expect(peakBytesOnOneDevice(network, { ...tree, sliced })).toBeLessThanOrEqual(bytes);
      // Every limit from scratch, which takes longer.
      const limits = Array.from({ length: 40 }, (_, down) => 39 - down);
      const first = limits
        .map((limit) => slice(network, tree, limit))
        .find((one) => peakBytesOnOneDevice(network, one) <= bytes);
      expect(sliced.length).toBeLessThanOrEqual(first?.sliced.length ?? NaN);
      expect(first?.sliced.slice(0, sliced.length)).toEqual(sliced);
    }
  },
);

test("what would take more slices than there are numbers for is refused", () => {
  const network = lattice(12, 256);
  const tree = greedyTree(network, mulberry32(1));
  expect(() => slicedToFit(network, tree, 8)).toThrow(
    "Z comes under 8 B only in more than 10^308 slices: allow it more memory",
  );
});
