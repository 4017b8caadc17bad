import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { threadsMachine } from "../../../dsl/index.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "calibrate-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The module as a new process has it, with its cache in a folder. */
async function fresh(cache: string): Promise<typeof import("../../../kernel/engine/calibrate.ts")> {
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.resetModules();
  return import("../../../kernel/engine/calibrate.ts");
}

test("what is measured makes a machine, and the next process takes it from the cache", async () => {
  const first = (await fresh(folder)).threadRates(1);
  const { device, source } = threadsMachine(1, 2 ** 30, first);
  for (const rate of [...Object.values(device.flopsPerSecond), device.memoryBytesPerSecond])
    expect(rate).toBeGreaterThan(0);
  expect(source).toMatch(/^measured on one thread of this computer/);
  expect((await fresh(folder)).threadRates(1)).toEqual(first);
});

test("more workers than cores share them", async () => {
  const { threadRates } = await fresh(folder);
  const [few, many] = [threadRates(1), threadRates(4096)];
  expect(many.flopsPerSecond.float32).toBeLessThan(few.flopsPerSecond.float32 / 4);
});

test("a cache that cannot be written, or holds something else, is no obstacle", async () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  expect((await fresh(file)).threadRates(1).memoryBytesPerSecond).toBeGreaterThan(0);
  await fresh(folder).then(({ threadRates }) => threadRates(1));
  const cache = path.join(folder, "tnlab", "threads.json");
  writeFileSync(cache, "{}");
  expect((await fresh(folder)).threadRates(1).memoryBytesPerSecond).toBeGreaterThan(0);
  expect(existsSync(cache) && readFileSync(cache, "utf8").length).toBeGreaterThan(2);
});
