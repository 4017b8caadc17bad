import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { because, hasTorch } from "./python.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rates-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  vi.stubEnv("TNLAB_TORCH_DEVICE", "cpu");
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The modules as a new process has them. */
async function fresh() {
  vi.resetModules();
  const { measureTorch, torchRates } = await import("../../../../kernel/engine/torch/rates.ts");
  const { torchMachine } = await import("../../../../kernel/engine/torch/machine.ts");
  return { measureTorch, torchRates, torchMachine };
}

test("ranks that share a core are each as fast as their share of it", async () => {
  const { withShare } = await import("../../../../kernel/engine/torch/rates.ts");
  const of = <T>(value: T) => ({ float32: value, float64: value, complex64: value, complex128: value });
  const made = (rate: number): Parameters<typeof withShare>[0] => {
    const forms = { "mk,kn": [rate, 0], "mk,nk": [rate], "km,kn": [rate], "km,nk": [rate] };
    const kinds = { one: forms, batched: forms, shared: forms, long: forms };
    const permuted = { few: [rate], fewBeside: [rate], many: [rate], fewFar: [rate], manyFar: [rate] };
    return {
      source: "by hand",
      overlaps: true,
      flopsPerSecond: of(rate),
      memoryBytesPerSecond: rate,
      launchSeconds: 1 / rate,
      linkBytesPerSecond: rate,
      linkLatencySeconds: 1 / rate,
      addedBytesPerSecond: rate,
      loadedBytesPerSecond: rate,
      products: of({ extents: [1], longSum: 9, smallResult: 3, flopsPerSecond: kinds }),
      permutations: {
        fewAxes: 5,
        manyAxes: 6,
        runBytes: [8],
        bytesPerSecond: permuted,
        transposedBytesPerSecond: rate,
      },
    };
  };
  expect(withShare(made(8), 0.25)).toEqual(made(2));
  expect(withShare(made(8), 3)).toEqual(made(8));
});

describe.skipIf(!hasTorch)(`rates of PyTorch${because}`, () => {
  test("are measured where it runs, kept for the next process, and make the machine", async () => {
    const first = await fresh();
    expect(first.torchRates(2)).toBeUndefined();
    expect(first.torchMachine(2).source).not.toContain("torch");
    await first.measureTorch(2, new AbortController().signal);
    const rates = first.torchRates(2);
    if (rates === undefined) throw new RangeError("expected rates, got none");
    const { flopsPerSecond, products, memoryBytesPerSecond, launchSeconds } = rates;
    const { linkBytesPerSecond, linkLatencySeconds } = rates;
    for (const rate of Object.values(flopsPerSecond)) expect(rate).toBeGreaterThan(1e8);
    for (const rate of [memoryBytesPerSecond, linkBytesPerSecond]) expect(rate).toBeGreaterThan(1e6);
    for (const seconds of [launchSeconds, linkLatencySeconds]) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(1);
    }
    expect(Object.keys(products ?? {}).sort()).toEqual(Object.keys(flopsPerSecond).sort());
    for (const { extents, flopsPerSecond: tables } of Object.values(products ?? {}))
      for (const [kind, byForms] of Object.entries(tables))
        for (const rates of Object.values(byForms)) {
          expect(rates).toHaveLength(extents.length ** 3);
          // The product of three long extents is measured in all kinds but that of small results.
          expect(rates.at(kind === "long" ? extents.length - 1 : -1)).toBeGreaterThan(1e7);
        }
    expect(rates.source).toMatch(/^measured with torch 2\..* on this computer's cores$/);
    const later = await fresh();
    expect(later.torchRates(2)).toEqual(rates);
    expect(later.torchRates(1)).toBeUndefined();
    const { device, node, engine, overlaps = false } = later.torchMachine(2);
    expect(overlaps).toBe(rates.overlaps);
    expect(device).toMatchObject({ flopsPerSecond, products, memoryBytesPerSecond, launchSeconds });
    expect(node).toEqual({
      count: 2,
      bytesPerSecond: linkBytesPerSecond,
      latencySeconds: linkLatencySeconds,
    });
    expect(engine).toBe("torch");
  });

  // Where nothing has been measured.
  test("asked for, moves go beside contractions whatever was measured", async () => {
    const { torchMachine } = await fresh();
    expect(torchMachine(2, true)).toMatchObject({
      overlaps: true,
      name: "torch(2, overlap)",
      engine: "torch",
    });
    expect(torchMachine(2)).toMatchObject({ name: "torch(2)", engine: "torch" });
    expect(torchMachine(2).overlaps).toBeUndefined();
  });

  test("where PyTorch is missing nothing is measured, and nothing fails", async () => {
    vi.stubEnv("TNLAB_PYTHON", "/nowhere/python3");
    const { measureTorch, torchRates } = await fresh();
    await measureTorch(2, new AbortController().signal);
    expect(torchRates(2)).toBeUndefined();
  });
});
