/**
 * How soon a kernel is ready, and how long a trivial cell takes, as a Jupyter client sees it: ours beside tslab's own and
 * ipykernel, in turns. Medians, measured. `npm run bench kernel -- [--starts 5] [--repeats 30]`
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const ENVIRONMENT = ".build/kernel-env";
const PYTHON = path.resolve(ENVIRONMENT, "bin/python");
const SCRIPT = "test/bench/peer/kernel_latency.py";
const PACKAGES = ["jupyter_client~=8.6", "ipykernel~=7.0"];

const TYPESCRIPT = "1 + 1";
const TN = "%%tn\nindex i: 2\ntensor A[i] = normal(seed 1)";

interface Measured {
  readonly name: string;
  /** Milliseconds. */
  readonly ready: number;
  readonly cells: Readonly<Record<string, number>>;
}

function install(): void {
  if (existsSync(PYTHON)) return;
  console.log(`installing ${PACKAGES.join(" and ")} into ${ENVIRONMENT}`);
  execFileSync("python3", ["-m", "venv", ENVIRONMENT], { stdio: "inherit" });
  execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: "inherit" });
}

function kernels(): object[] {
  const node = (script: string, ...flags: string[]): string[] => [
    process.execPath,
    path.resolve(script),
    ...flags,
  ];
  return [
    {
      name: "tnlab",
      argv: node(".build/js/kernel/main.js", "kernel", "--connection-file", "{connection_file}"),
      cells: { TypeScript: TYPESCRIPT, tn: TN },
    },
    {
      name: "tslab",
      argv: node("node_modules/tslab/bin/tslab", "kernel", "--config-path", "{connection_file}"),
      cells: { TypeScript: TYPESCRIPT },
    },
    {
      name: "ipykernel",
      argv: [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
      cells: { Python: TYPESCRIPT },
    },
  ];
}

export function kernel(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { starts: { type: "string", default: "5" }, repeats: { type: "string", default: "30" } },
  });
  install();
  const request = { kernels: kernels(), starts: Number(values.starts), repeats: Number(values.repeats) };
  const input = JSON.stringify(request);
  const text = execFileSync(PYTHON, [SCRIPT], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  const found = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Measured);
  console.log(`${"kernel".padEnd(12)} ${"ready".padStart(10)}  trivial cell (medians, measured)`);
  for (const { name, ready, cells } of found) {
    const shown = Object.entries(cells).map(([cell, ms]) => `${cell} ${ms.toFixed(1)} ms`);
    console.log(`${name.padEnd(12)} ${ready.toFixed(0).padStart(7)} ms  ${shown.join(", ")}`);
  }
  return Promise.resolve();
}
