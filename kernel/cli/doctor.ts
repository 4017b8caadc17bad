/** `tnlab doctor`: what tnlab found on this computer, and how fast it is. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { formatBytes } from "../../dsl/index.ts";
import { measure, measureRelaxed } from "../engine/calibrate.ts";
import { NO_RELAXED_SIMD } from "../engine/choose.ts";
import { findNative, type Search } from "../engine/native.ts";
import { measuredPeak, type Peak } from "../engine/peak.ts";
import { findPython } from "../engine/torch/python.ts";
import { kernelSpec, userDataFolder } from "../install.ts";
import { OK, type Run } from "./command.ts";
import { print, printJson } from "./print.ts";
import { listing } from "./table.ts";

interface Torch {
  readonly python: string;
  /** null where that Python has no torch, or where there is no Python. */
  readonly version: string | null;
}

interface Findings {
  readonly rates: Rates;
  /** Where this runtime has relaxed SIMD. */
  readonly relaxed: Rates | undefined;
  readonly blas: Search;
  readonly peak: Peak | undefined;
  readonly torch: Torch;
  readonly jupyter: Registration;
}

type Rates = ReturnType<typeof measure>;

type Registration = "registered" | "another installation" | "not registered";

export const run: Run = async ({ flags }) => {
  // One after the other, since all of them measure.
  const found: Findings = {
    rates: measure(),
    relaxed: measureRelaxed(),
    blas: await findNative(),
    peak: await measuredPeak(),
    torch: await findTorch(),
    jupyter: registration(path.join(userDataFolder(), "kernels", "tnlab", "kernel.json")),
  };
  const { rates, relaxed, blas, peak, torch, jupyter } = found;
  if (flags.has("json"))
    printJson({
      node: process.version,
      platform: `${platform()} ${arch()}`,
      cores: availableParallelism(),
      memory_bytes: totalmem(),
      flops_per_second: rates.flopsPerSecond,
      relaxed_flops_per_second: relaxed?.flopsPerSecond ?? null,
      memory_bytes_per_second: rates.memoryBytesPerSecond,
      blas: blas.native
        ? {
            file: blas.native.file,
            description: blas.native.description,
            flops_per_second: blas.native.flopsPerSecond,
          }
        : null,
      blas_troubles: blas.troubles,
      peak_flops_per_second: peak ?? null,
      torch,
      jupyter,
    });
  else print(described(found));
  return OK;
};

function described({ rates, relaxed, blas, peak, torch, jupyter }: Findings): string {
  return listing([
    ["Node", `${process.version} on ${platform()} ${arch()}`],
    [
      "computer",
      `${availableParallelism()} cores (${cpus()[0]?.model ?? "of an unknown kind"}), ${formatBytes(totalmem())}`,
    ],
    ["WebAssembly", `${speeds(rates.flopsPerSecond)}, measured on one thread`],
    ["relaxed SIMD", relaxedState(relaxed)],
    ["BLAS", blasState(blas)],
    ["peak", peak ? `${speeds(peak)} of multiply-adds, measured on one thread` : NO_PEAK],
    ["memory", `${formatBytes(rates.memoryBytesPerSecond)}/s read and written, measured on one thread`],
    ["engine threads", "ready"],
    ["engine torch", torchState(torch)],
    ["Jupyter", jupyterState(jupyter)],
  ]);
}

const NO_PEAK = "not measured, since there is no C compiler (cc) that makes the program for it";

function speeds(flopsPerSecond: Readonly<Record<string, number>>): string {
  const each = Object.entries(flopsPerSecond).map(([name, flops]) => `${name} ${(flops / 1e9).toFixed(1)}`);
  return `${each.join(", ")} GFLOP/s`;
}

function relaxedState(relaxed: Rates | undefined): string {
  if (relaxed === undefined) return `none: ${NO_RELAXED_SIMD}`;
  return `${speeds(relaxed.flopsPerSecond)}, measured on one thread; used with --arithmetic wasm-relaxed`;
}

function blasState({ native, troubles }: Search): string {
  const found =
    native &&
    `${native.description} (${native.file}): ${speeds(native.flopsPerSecond)}, measured on one thread; used with --arithmetic auto`;
  return [found ?? [], troubles].flat().join("; ");
}

function torchState({ python, version }: Torch): string {
  if (version !== null) return `ready: torch ${version} of ${python}`;
  return `no torch in ${python}; pip install torch there, or name another Python in TNLAB_PYTHON`;
}

function jupyterState(state: Registration): string {
  switch (state) {
    case "registered":
      return "the kernel is registered for this user";
    case "another installation":
      return "the registered kernel is that of another installation; tnlab install registers this one";
    case "not registered":
      return "the kernel is not registered for this user; tnlab install does it (tnlab lab needs no Jupyter)";
    default:
      return state satisfies never;
  }
}

/** Asks the installed packages, since importing torch takes seconds. */
async function findTorch(): Promise<Torch> {
  const python = findPython();
  const source = "import importlib.metadata as m; print(m.version('torch'))";
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", source], { timeout: 20_000 });
    return { python, version: stdout.trim() };
  } catch {
    return { python, version: null };
  }
}

function registration(file: string): Registration {
  if (!existsSync(file)) return "not registered";
  try {
    const { argv } = JSON.parse(readFileSync(file, "utf8")) as { readonly argv?: unknown };
    return JSON.stringify(argv) === JSON.stringify(kernelSpec().argv) ? "registered" : "another installation";
  } catch {
    return "another installation";
  }
}
