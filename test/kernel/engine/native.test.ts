import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Dtype } from "../../../dsl/network/network.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Engine } from "../../../kernel/engine/engine.ts";
import type { Native } from "../../../kernel/tensor/blas/native.ts";
import { isRelaxed } from "../../../kernel/engine/multiplier.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { engineSuite } from "./suite.ts";

const folder = mkdtempSync(path.join(tmpdir(), "native-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SOURCE = fileURLToPath(new URL("blas.c", import.meta.url));

/** A library from the source beside this file. */
function made(name: string, ...flags: readonly string[]): string | undefined {
  const file = path.join(folder, name);
  try {
    execFileSync("cc", ["-O1", "-shared", "-fPIC", ...flags, "-o", file, SOURCE], { stdio: "ignore" });
    return file;
  } catch {
    return undefined;
  }
}

const good = made("good.so");
const compiles = good === undefined ? ": left out, since there is no C compiler (cc)" : "";

let cache = "";

beforeEach(() => {
  cache = mkdtempSync(path.join(folder, "cache-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.resetModules();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The module as a new process has it, told of a library; what it warns of comes with what it finds. */
async function found(
  library: string,
  name: "wasm" | "blas" | "auto" | "usual" = "auto",
): Promise<{ native: Native | undefined; warnings: string[] }> {
  vi.stubEnv("TNLAB_BLAS", library);
  const { multiplierFor } = await import("../../../kernel/engine/choose.ts");
  const warnings: string[] = [];
  const found = await multiplierFor(name === "usual" ? undefined : name, (sentence) =>
    warnings.push(sentence),
  );
  return { native: isRelaxed(found) ? undefined : found, warnings };
}

function multiplyingWith(native: Native): Engine {
  return {
    name: "threads",
    run: (schedule, entries, options) =>
      threadsEngine.run(schedule, entries, { ...options, multiplier: native }),
  };
}

describe("where no BLAS can be used", () => {
  test("a file that is no library", async () => {
    const file = path.join(folder, "text.so");
    writeFileSync(file, "not a library\n");
    const { native, warnings } = await found(file);
    expect(native).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^TNLAB_BLAS: .*text\.so.*; the WebAssembly kernels run$/);
  });

  test("none is wanted, which only the one who insists is told", async () => {
    expect(await found("none")).toEqual({ native: undefined, warnings: [] });
    const { native, warnings } = await found("none", "blas");
    expect(native).toBeUndefined();
    expect(warnings).toEqual(["TNLAB_BLAS says none; the WebAssembly kernels run"]);
  });

  test("the kernels are the default, and TNLAB_ARITHMETIC says otherwise", async () => {
    vi.stubEnv("TNLAB_ARITHMETIC", "");
    expect(await found(path.join(folder, "absent.so"), "usual")).toEqual({ native: undefined, warnings: [] });
    vi.stubEnv("TNLAB_ARITHMETIC", "auto");
    expect((await found(path.join(folder, "absent.so"), "usual")).warnings).toHaveLength(1);
    vi.stubEnv("TNLAB_ARITHMETIC", "fast");
    await expect(found("none", "usual")).rejects.toThrow(
      "TNLAB_ARITHMETIC is fast; it can be wasm, wasm-relaxed, blas, auto",
    );
  });

  test.skipIf(good === undefined).each([
    ["crashes", "-DCRASH", /crashes\.so cannot be used: it ended the process that tried it/],
    ["multiplies wrongly", "-DWRONG", /cannot be used: it multiplies wrongly \(float32, 3 x 5 x 7\)/],
    ["is another", "-Dcblas_dgemm=other", /cannot be used: .* has no function cblas_dgemm/],
  ])(`a library that %s${compiles}`, async (name, flag, why) => {
    const { native, warnings } = await found(made(`${name.replaceAll(" ", "-")}.so`, flag) ?? "");
    expect(native).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(why);
  });
});

test.skipIf(good === undefined)(
  `what was measured is kept until the library changes${compiles}`,
  async () => {
    const file = path.join(folder, "kept.so");
    writeFileSync(file, readFileSync(good ?? ""));
    const { native, warnings } = await found(file);
    expect(warnings).toEqual([]);
    expect(native?.file).toBe(file);
    const digits = Object.values(native?.choices ?? {});
    expect(digits).toHaveLength(4);
    for (const each of digits) expect(each).toMatch(/^[01]{2048}$/);
    expect(existsSync(path.join(cache, "tnlab", "blas.json"))).toBe(true);
    vi.resetModules();
    expect((await found(file)).native).toEqual(native);
    expect((await found(file, "blas")).native).toEqual({ ...native, choices: undefined });
    writeFileSync(file, "no longer one\n");
    vi.resetModules();
    expect((await found(file)).warnings).toHaveLength(1);
  },
);

function compiled(module: string): string {
  const file = createRequire(import.meta.url).resolve(`tnlab/${module}`);
  return JSON.stringify(pathToFileURL(file).href);
}

/**
 * Runs with the library `file`, each on threads that are new, aborted at moments from their start to after they have loaded it; then the
 * value of one that is left alone. A process of its own, since a fault would end it.
 */
const abortedRuns = (file: string): string => `
  import { distribute, threadsMachine } from ${compiled("dsl/core.js")};
  import { threadsEngine } from ${compiled("kernel/engine/threads.js")};
  import { hasKoffi } from ${compiled("kernel/tensor/blas/koffi.js")};
  const each = { float32: 1, float64: 1, complex64: 1, complex128: 1 };
  const figures = { environment: {}, flopsPerSecond: each, thinFlopsPerSecond: 1 };
  const multiplier = { file: ${JSON.stringify(file)}, description: "BLAS", ...figures };
  const tensors = [{ name: "A", labels: ["i", "p"] }, { name: "B", labels: ["p", "j"] }];
  const extents = { i: 64, j: 64, p: 8 };
  const network = { name: "product", dtype: "float64", tensors, open: ["i", "j"], extents };
  const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] };
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 30), 2, { method: "tree" });
  const entries = [0, 1].map(() => ({ re: new Float64Array(512).fill(1) }));
  const run = (signal) => threadsEngine.run(schedule, entries, { multiplier, signal });
  let aborted = 0;
  for (let moment = hasKoffi() ? 0 : NaN; moment < 120; moment += 1) {
    const signal = AbortSignal.timeout(moment);
    try {
      await run(signal);
      // Whoever is aborted at once leaves no threads to the next.
      await run(AbortSignal.timeout(0)).catch(() => undefined);
    } catch (error) {
      if (error !== signal.reason) throw error;
      aborted += 1;
    }
  }
  const { value } = await run();
  console.log(JSON.stringify([aborted > 20, value.re.every((x) => x === 8)]));`;

test.skipIf(good === undefined)(
  `runs that are aborted while their threads load a library leave the process alive${compiles}`,
  { timeout: 120_000 },
  () => {
    const program = path.join(folder, "aborted.mjs");
    writeFileSync(program, abortedRuns(good ?? ""));
    const output = execFileSync(process.execPath, [program], { encoding: "utf8" });
    expect(JSON.parse(output)).toEqual([true, true]);
  },
);

const { findNative } = await import("../../../kernel/engine/native.ts");
const { native: installed } = await findNative();
const unmeasured: Record<Dtype, number> = { float32: 1, float64: 1, complex64: 1, complex128: 1 };
const figures = { environment: {}, flopsPerSecond: unmeasured, thinFlopsPerSecond: 1 };
const native =
  installed ?? (good === undefined ? undefined : { file: good, description: "BLAS", ...figures });

describe.skipIf(native === undefined)(
  `products by a BLAS, ${native?.description ?? "left out: there is none"}`,
  () => {
    if (native === undefined) return;
    engineSuite(multiplyingWith(native));

    test("the report names it", async () => {
      const tensors = [{ name: "A", labels: ["i"] }];
      const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 2 } } as const;
      const tree = { leaves: 1, pairs: [], sliced: [] };
      const schedule = distribute(network, tree, threadsMachine(1, 2 ** 20), 1);
      const report = await multiplyingWith(native).run(schedule, [{ re: Float64Array.of(1, 2) }]);
      expect(report.arithmetic).toBe(native.description);
      expect(report.value?.re).toEqual(Float64Array.of(3));
    });
  },
);
