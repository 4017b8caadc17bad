import { expect, test } from "vitest";
import { machineFrom, withDegradedLink, type MachineFigures } from "../../../dsl/distribute/machine.ts";
import { meshOf } from "../../../dsl/distribute/mesh.ts";
import { presetNamed, presets } from "../../../dsl/distribute/presets.ts";

const figures: MachineFigures = {
  name: "eos",
  peak: 60e12,
  memoryBytes: 80e9,
  memoryBytesPerSecond: 3.35e12,
  node: { count: 8, bytesPerSecond: 450e9, latencySeconds: 3e-6 },
  cluster: { count: 128, bytesPerSecond: 50e9, latencySeconds: 8e-6 },
};

test.each([
  [60, { float32: 60, complex64: 60, float64: 30, complex128: 30 }],
  [{ complex64: 40 }, { float32: 40, complex64: 40, float64: 20, complex128: 20 }],
  [{ float64: 10 }, { float32: 20, complex64: 20, float64: 10, complex128: 10 }],
  [
    { float32: 8, complex128: 1 },
    { float32: 8, complex64: 8, float64: 1, complex128: 1 },
  ],
])("a peak of %j holds for every dtype", (peak, expected) => {
  expect(machineFrom({ ...figures, peak }).device.flopsPerSecond).toEqual(expected);
});

test.each<[Partial<MachineFigures>, RegExp]>([
  [{ peak: 0 }, /peak \(float32\) of machine eos must be a positive number, got 0/],
  [{ peak: {} }, /machine eos has no peak/],
  [{ memoryBytes: -1 }, /memoryBytes of machine eos/],
  [{ memoryBytesPerSecond: NaN }, /memoryBytesPerSecond of machine eos/],
  [{ launchSeconds: Infinity }, /launchSeconds of machine eos/],
  [{ halfExtent: 0 }, /halfExtent of machine eos/],
  [
    { node: { ...figures.node, count: 2.5 } },
    /node count of machine eos must be a positive integer, got 2.5/,
  ],
  [{ cluster: { ...figures.node, bytesPerSecond: 0 } }, /cluster bytesPerSecond of machine eos/],
  [{ node: { ...figures.node, latencySeconds: -1 } }, /node latencySeconds of machine eos must be 0 or more/],
])("the figures %j are refused", (wrong, message) => {
  expect(() => machineFrom({ ...figures, ...wrong })).toThrow(message);
});

test("links degrade one by one", () => {
  const once = withDegradedLink(machineFrom(figures), { node: 3, device: 5, share: 0.5 });
  expect(once.name).toBe("eos with link(node 3, device 5) at 50 %");
  const twice = withDegradedLink(once, { node: 0, device: 0, share: 1 });
  expect(twice.degraded).toHaveLength(2);
});

test.each([
  [{ node: 128, device: 0, share: 0.5 }, /eos has no device 0 in node 128; nodes are 0 to 127/],
  [{ node: 0, device: 8, share: 0.5 }, /devices in a node 0 to 7/],
  [{ node: 0, device: -1, share: 0.5 }, /no device -1/],
  [{ node: 0, device: 0, share: 0 }, /above 0 and at most 1, got 0/],
  [{ node: 0, device: 0, share: 1.5 }, /above 0 and at most 1, got 1.5/],
])("the link %j is refused", (link, message) => {
  expect(() => withDegradedLink(machineFrom(figures), link)).toThrow(message);
});

/** Devices, memory of each in GB, from the vendors' data sheets. */
test.each([
  ["dgx-h100", 8, 80],
  ["h100-cluster", 1024, 80],
  ["dgx-a100", 8, 80],
  ["h200", 8, 141],
  ["gb200-nvl72", 72, 186],
  ["gb200-cluster", 1152, 186],
  ["ethernet-cpu", 32, 128],
])("preset %s has %i devices of %i GB, and says where its numbers come from", (name, devices, gigabytes) => {
  const machine = presetNamed(name);
  expect(machine.node.count * (machine.cluster?.count ?? 1)).toBe(devices);
  expect(machine.device.memoryBytes).toBe(gigabytes * 1e9);
  expect(machine.source).toMatch(/data sheet|reference architecture|Xeon/);
});

test("an unknown preset is answered with the known ones", () => {
  expect(() => presetNamed("dgx")).toThrow(/no machine preset "dgx"; known: dgx-h100, h100-cluster/);
  expect(presets.has("dgx")).toBe(false);
});

test.each([
  ["gb200-nvl72", 72, "n2 n2 n2 n3 n3"],
  ["gb200-cluster", 1024, "c2 c2 c2 c2 n2 n2 n2 n2 n2 n2"],
  ["gb200-cluster", 144, "c2 n2 n2 n2 n3 n3"],
  ["h100-cluster", 12, "c2 n2 n3"],
  ["h100-cluster", 7, "n7"],
  ["ethernet-cpu", 5, "c5"],
])("on %s %i devices are the digits %s", (name, devices, digits) => {
  const mesh = meshOf(presetNamed(name), devices);
  expect(mesh.map(({ tier, radix }) => `${tier.slice(0, 1)}${radix}`).join(" ")).toBe(digits);
});
