import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { run } from "../../../kernel/cli/doctor.ts";
import { installKernelSpec } from "../../../kernel/install.ts";
import { folderWith } from "./tnlab.ts";
import { allowRelaxedSimd } from "../../support/relaxed.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Findings {
  readonly node: string;
  readonly flops_per_second: Readonly<Record<string, number>>;
  readonly memory_bytes_per_second: number;
  readonly blas: { readonly file: string } | null;
  readonly blas_troubles: readonly string[];
  readonly peak_flops_per_second: { readonly float32: number; readonly float64: number } | null;
  readonly torch: { readonly python: string; readonly version: string | null };
  readonly jupyter: string;
}

async function doctor(...flags: readonly string[]): Promise<string> {
  let text = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await run({ argument: "", values: new Map(), flags: new Set(flags) });
  vi.restoreAllMocks();
  return text;
}

const findings = async (): Promise<Findings> => JSON.parse(await doctor("json")) as Findings;

/** A folder with programs that answer as a Python with and without torch would. */
const pythons = folderWith({ with: "#!/bin/sh\necho 2.13.0\n", without: "#!/bin/sh\nexit 1\n" });

const blasFile = path.join(pythons, "absent.so");

// Looked for once a process, so it is the same in all tests.
beforeEach(() => {
  vi.stubEnv("TNLAB_BLAS", blasFile);
});

test("rates are measured, each dtype's own", async () => {
  vi.stubEnv("TNLAB_PYTHON", path.join(pythons, "absent"));
  const { node, flops_per_second: rates, memory_bytes_per_second: bytes } = await findings();
  expect(node).toBe(process.version);
  expect(Object.keys(rates)).toEqual(["float32", "float64", "complex64", "complex128"]);
  // No computer that runs Node is slower than ten million multiply-adds a second, and none does a thousand billion on a thread.
  for (const rate of [...Object.values(rates), bytes]) {
    expect(rate).toBeGreaterThan(1e7);
    expect(rate).toBeLessThan(1e12);
  }
});

test("relaxed SIMD is measured where this Node has it, else doctor says which one does", async () => {
  if (Number(process.versions.node.split(".")[0]) < 22)
    expect(await doctor()).toMatch(/^relaxed SIMD +none: .* has no relaxed SIMD: Node 22 and later have it/m);
  allowRelaxedSimd();
  expect(await doctor()).toMatch(
    /^relaxed SIMD +float32 [\d.]+, .*complex128 [\d.]+ GFLOP\/s, measured .*--arithmetic wasm-relaxed$/m,
  );
});

test.each([
  ["absent", null],
  ["without", null],
  ["with", "2.13.0"],
])("the torch of a Python that is %s", async (name, version) => {
  const python = path.join(pythons, name);
  if (name !== "absent") chmodSync(python, 0o755);
  vi.stubEnv("TNLAB_PYTHON", python);
  expect((await findings()).torch).toEqual({ python, version });
  const line = (await doctor()).split("\n").find((one) => one.startsWith("engine torch"));
  expect(line).toContain(
    version === null ? `no torch in ${python}; pip install torch` : "ready: torch 2.13.0",
  );
});

test("a BLAS that is not there, and what would help", async () => {
  vi.stubEnv("TNLAB_PYTHON", path.join(pythons, "absent"));
  const { blas, blas_troubles: troubles } = await findings();
  expect(blas).toBeNull();
  expect(troubles[0]).toContain(`TNLAB_BLAS: ${blasFile}`);
  expect(await doctor()).toMatch(/^BLAS +TNLAB_BLAS: /m);
});

test("the peak is above what the kernels reach, or why it is not known is said", async () => {
  vi.stubEnv("TNLAB_PYTHON", path.join(pythons, "absent"));
  const { peak_flops_per_second: peak, flops_per_second: rates } = await findings();
  if (peak === null) expect(await doctor()).toMatch(/^peak +not measured, since there is no C compiler/m);
  else expect(peak.float64).toBeGreaterThan(rates["float64"] ?? Infinity);
});

test("whether Jupyter knows the kernel, and whether it is this one", async () => {
  vi.stubEnv("TNLAB_PYTHON", path.join(pythons, "absent"));
  vi.stubEnv("JUPYTER_DATA_DIR", folderWith({}));
  expect((await findings()).jupyter).toBe("not registered");
  const folder = installKernelSpec();
  expect((await findings()).jupyter).toBe("registered");
  writeFileSync(path.join(folder, "kernel.json"), '{"argv": ["node", "elsewhere.js"]}');
  expect((await findings()).jupyter).toBe("another installation");
  writeFileSync(path.join(folder, "kernel.json"), "{");
  expect(await doctor()).toContain("tnlab install registers this one");
});
