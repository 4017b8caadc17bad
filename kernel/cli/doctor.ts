/** `tnlab doctor`: what tnlab found on this computer, and how fast it is. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { formatBytes, type ThreadRates } from "../../dsl/index.ts";
import { measure } from "../engine/calibrate.ts";
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

type Registration = "registered" | "another installation" | "not registered";

export const run: Run = async ({ flags }) => {
  const rates = measure();
  const torch = await findTorch();
  const jupyter = registration(path.join(userDataFolder(), "kernels", "tnlab", "kernel.json"));
  if (flags.has("json"))
    printJson({
      node: process.version,
      platform: `${platform()} ${arch()}`,
      cores: availableParallelism(),
      memory_bytes: totalmem(),
      flops_per_second: rates.flopsPerSecond,
      memory_bytes_per_second: rates.memoryBytesPerSecond,
      torch,
      jupyter,
    });
  else print(described(rates, torch, jupyter));
  return OK;
};

function described(rates: ThreadRates, torch: Torch, jupyter: Registration): string {
  const speeds = Object.entries(rates.flopsPerSecond).map(
    ([dtype, flops]) => `${dtype} ${(flops / 1e9).toFixed(1)}`,
  );
  return listing([
    ["Node", `${process.version} on ${platform()} ${arch()}`],
    [
      "computer",
      `${availableParallelism()} cores (${cpus()[0]?.model ?? "of an unknown kind"}), ${formatBytes(totalmem())}`,
    ],
    ["arithmetic", `${speeds.join(", ")} GFLOP/s, measured on one thread`],
    ["memory", `${formatBytes(rates.memoryBytesPerSecond)}/s read and written, measured on one thread`],
    ["engine threads", "ready"],
    ["engine torch", torchState(torch)],
    ["Jupyter", jupyterState(jupyter)],
  ]);
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
