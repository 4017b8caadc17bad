import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { workOnHost } from "../../../../kernel/engine/torch/host.ts";
import { folderWith, tnlab } from "../../cli/tnlab.ts";
import { isingSum, PROGRAM } from "./ising.ts";
import { because, hasTorch } from "./python.ts";

/** For what is measured once and then used. */
const kept = mkdtempSync(path.join(tmpdir(), "rates-kept-"));
let folder = "";

afterAll(() => {
  rmSync(kept, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rates-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  vi.stubEnv("TNLAB_TORCH_DEVICE", "cpu");
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("../../../../kernel/engine/torch/host.ts");
  rmSync(folder, { recursive: true });
});

/** The modules as a new process has them. */
async function fresh() {
  vi.resetModules();
  const { measureTorch, torchRates } = await import("../../../../kernel/engine/torch/rates.ts");
  const { torchMachine } = await import("../../../../kernel/engine/torch/machine.ts");
  return { measureTorch, torchRates, torchMachine };
}

test("products of a further dtype are all that is measured for it, and are kept beside the others", async () => {
  const asked: unknown[] = [];
  const others = {
    torch: "2.0",
    device: "a GPU",
    memoryBytes: 9e9,
    memoryBytesPerSecond: 8e9,
    launchSeconds: 1e-6,
  };
  vi.doMock("../../../../kernel/engine/torch/host.ts", () => ({
    workOnHost: (_: string, { request, onLine }: Parameters<typeof workOnHost>[1]) => {
      asked.push(request);
      const { dtype, rest } = request as { dtype: string; rest: boolean };
      const rates = {
        products: { [dtype]: dtype.length },
        hurried: dtype === "float32",
        ...(rest && { others }),
      };
      onLine({ event: "rates", rates });
    },
  }));
  const { measureTorch, torchRates } = await fresh();
  for (const dtype of ["complex64", "float64", "complex64", "float32"] as const)
    await measureTorch(1, dtype, new AbortController().signal);
  expect(asked).toEqual([
    { calibrate: "cpu", dtype: "complex64", rest: true },
    { calibrate: "cpu", dtype: "float64", rest: false },
    { calibrate: "cpu", dtype: "float32", rest: false },
  ]);
  const both = { complex64: 9, float64: 7 };
  expect(torchRates(1)).toMatchObject({ memoryBytesPerSecond: 8e9, products: { ...both, float32: 7 } });
  // What was measured in a hurry is not kept for the next process.
  expect((await fresh()).torchRates(1)?.products).toEqual(both);
});

test("ranks that share a core are each as fast as their share of it", async () => {
  const { withShare } = await import("../../../../kernel/engine/torch/rates.ts");
  const of = <T>(value: T) => ({ float32: value, float64: value, complex64: value, complex128: value });
  const made = (rate: number): Parameters<typeof withShare>[0] => {
    const forms = { "mk,kn": [rate, 0], "mk,nk": [rate], "km,kn": [rate], "km,nk": [rate] };
    const kinds = { one: forms, cached: forms, batched: forms, shared: forms, long: forms };
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
      products: of({
        extents: [1],
        elements: { one: 4, cached: 2 },
        longSum: 9,
        smallResult: 3,
        flopsPerSecond: kinds,
      }),
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
    vi.stubEnv("XDG_CACHE_HOME", kept);
    const first = await fresh();
    expect(first.torchRates(2)).toBeUndefined();
    expect(first.torchMachine(2).source).not.toContain("torch");
    const { signal } = new AbortController();
    await first.measureTorch(2, "float64", signal);
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
    expect(Object.keys(products ?? {})).toEqual(["float64"]);
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

  test("tnlab run takes the engine from the command line", async () => {
    vi.stubEnv("XDG_CACHE_HOME", kept);
    const folder = folderWith({ "ising.tn": `${PROGRAM}run Z on threads(1)\n` });
    const words = ["run", "ising.tn", "--engine", "torch", "--processes", "2", "--json"];
    const { code, stdout } = await tnlab(words, folder);
    expect(code).toBe(0);
    const { results } = JSON.parse(stdout) as { results: { value: { re: number[] } }[] };
    expect(results).toMatchObject([{ engine: "torch", devices: 2, machine: "torch(2)" }]);
    expect(results[0]?.value.re[0]).toBeCloseTo(isingSum(3, 0.3), 8);
  });

  test.each([
    ["torch(processes 2)", ["--overlap"]],
    ["torch(processes 2, overlap)", []],
  ])("run on %s with %j: what is planned may overlap", async (machine, flags) => {
    vi.stubEnv("XDG_CACHE_HOME", kept);
    const folder = folderWith({ "ising.tn": `${PROGRAM}run Z on ${machine}\n` });
    const { code, stdout, stderr } = await tnlab(["run", "ising.tn", ...flags, "--json"], folder);
    expect([code, stderr]).toEqual([0, ""]);
    const { results } = JSON.parse(stdout) as { results: { value: { re: number[] } }[] };
    expect(results).toMatchObject([{ engine: "torch", machine: "torch(2, overlap)" }]);
    expect(results[0]?.value.re[0]).toBeCloseTo(isingSum(3, 0.3), 8);
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
    await measureTorch(2, "complex64", new AbortController().signal);
    expect(torchRates(2)).toBeUndefined();
  });
});
