import { expect, test } from "vitest";
import type { Schedule } from "../../../dsl/index.ts";
import { buffersInPlace } from "../../../kernel/engine/loads.ts";

const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };

/** One tensor of axes `labels`, which two ranks load with these modes: i, j, k, and s, which is sliced, in that order; i is split first. */
function loaded(labels: string, modes: readonly number[], split: number | null = null): Schedule {
  const extents = { i: 2, j: 3, k: 5, s: 7 };
  const placement = { modes, split: [split], partial: [] };
  const body = [{ kind: "load", tensor: 0, out: 0, model }] as const;
  return {
    version: 1,
    network: "T",
    machine: "by hand",
    dtype: "float64",
    mesh: [{ radix: 2, tier: "node" }],
    extents,
    tensors: [{ name: "T", labels: labels.split("") }],
    open: [],
    modes: Object.entries(extents).map(([label, extent]) => ({ label, extent, stride: 1 })),
    buffers: [
      { name: "T", placement, elements: 1 },
      { name: "sum", placement, elements: 1 },
    ],
    steps: [{ kind: "slice-loop", labels: ["s"], digits: [], body, from: 0, into: 1, model }],
    result: 1,
    slices: 7,
    peakBytes: 0,
    modelledSeconds: 0,
    method: "by hand",
  };
}

const [I, J, K] = [0, 1, 2];

test.each([
  ["as it lies", loaded("ijk", [I, J, K]), [[11, 11]]],
  ["a leading shard", loaded("ijk", [J, K], I), [[11, 26]]],
  ["a shard between others", loaded("jik", [J, K], I), []],
  ["permuted", loaded("ijk", [J, I, K]), []],
  ["a diagonal", loaded("iij", [I, J]), []],
  ["another one in every slice", loaded("sij", [I, J]), []],
  ["the result", { ...loaded("ijk", [I, J, K]), result: 0 }, []],
] as const)("a tensor is read in place where it is loaded whole: %s", (_, schedule, places) => {
  expect([...buffersInPlace(schedule, [11]).values()]).toEqual(places);
});

test.each([
  [2 ** 12, true],
  [2 ** 12 + 1, false],
  [2 ** 18, false],
  [2 ** 18 + 1, true],
])("of %d elements it is better read in place: %s", (elements, inPlace) => {
  const { buffers, ...schedule } = loaded("ijk", [I, J, K]);
  const sized = buffers.map((buffer) => ({ ...buffer, elements }));
  expect(buffersInPlace({ ...schedule, buffers: sized }, [11]).size).toBe(inPlace ? 1 : 0);
});
