/**
 * The torch engine: one contraction through tensors of 2^26 elements beside the same arithmetic and moves written by hand in PyTorch, in
 * turns; then every step of at least 10 ms, measured beside modelled on the calibrated machine.
 * `npm run bench torch -- [--goes 3] [--processes 2] [--device cpu|cuda] [--scale 1]`; `--scale 2` takes 16 times the elements.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { distribute, type ContractionTree, type Network } from "tnlab/dsl/index.js";
import type { RunReport, StepReport } from "tnlab/kernel/engine/report.js";
import { readJobReport, writeJob } from "tnlab/kernel/engine/torch/job.js";
import { findPython, interpreterParent } from "tnlab/kernel/engine/torch/python.js";
import { measureTorch, torchRates } from "tnlab/kernel/engine/torch/rates.js";
import { torchMachine } from "tnlab/kernel/engine/torch/machine.js";
import { filled } from "./instances.ts";

const PYTHON = findPython();
const BY_HAND = path.resolve("test/bench/peer/torch_by_hand.py");

interface Options {
  readonly goes: number;
  readonly processes: number;
  readonly device: "cpu" | "cuda";
  readonly scale: number;
}

/** Gates on a state of three sites of 64 and one of 256, closed by two tensors: 2^26 elements all the way. */
const LETTERS = ["abq", "qcd", "xa", "yb", "zc", "wd", "xyr", "rzw"];

function gates(scale: number): Network {
  const large = { a: 64, b: 64, c: 64, d: 256, x: 64, y: 64, z: 64, w: 256 };
  const extents = Object.entries(large).map(([label, extent]) => [label, scale * extent] as const);
  return {
    name: "gates",
    dtype: "complex64",
    tensors: LETTERS.map((labels, position) => ({ name: `T${position}`, labels: [...labels] })),
    open: [],
    extents: { ...Object.fromEntries(extents), q: 16, r: 16 },
  };
}

const tree: ContractionTree = {
  leaves: 8,
  pairs: [[0, 1], ...[2, 3, 4, 5, 6, 7].map((leaf, step) => [8 + step, leaf] as const)],
  sliced: [],
};

/** Steps shorter than this are mostly the launch, and the clock. */
const LEAST_SECONDS = 0.01;

function launch(processes: number, ...program: readonly string[]): string {
  const launcher = ["-m", "torch.distributed.run", "--standalone", `--nproc-per-node=${processes}`];
  const threads = Math.max(1, Math.floor(availableParallelism() / processes));
  return execFileSync(PYTHON, ["-B", ...launcher, ...program], {
    cwd: interpreterParent,
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

interface ByHand {
  readonly seconds: number;
  readonly value: readonly [number, number];
}

function byHand(folder: string, { processes, device }: Options): ByHand {
  const line = launch(processes, BY_HAND, folder, device)
    .split("\n")
    .find((one) => one.startsWith("{"));
  return JSON.parse(line ?? "") as ByHand;
}

export async function torch(args: string[]): Promise<void> {
  const option = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args,
    options: { goes: option("3"), processes: option("2"), device: option("cpu"), scale: option("1") },
  });
  const [goes, processes, scale] = [values.goes, values.processes, values.scale].map(Number) as [
    number,
    number,
    number,
  ];
  await measured({ goes, processes, scale, device: values.device === "cuda" ? "cuda" : "cpu" });
}

async function measured(options: Options): Promise<void> {
  const { goes, processes, device, scale } = options;
  await measureTorch(processes, new AbortController().signal);
  if (torchRates(processes) === undefined)
    throw new RangeError("PyTorch is missing: bash test/torch/setup.sh");
  const network = gates(scale);
  const wanted = processes === 1 ? {} : { over: [{ labels: ["d"], step: 0 }] };
  const schedule = distribute(network, tree, torchMachine(processes), processes, wanted);
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-bench-"));
  try {
    await writeJob(folder, schedule, filled(network), { device });
    const pairs = Array.from({ length: goes }, () => {
      launch(processes, "-m", "interpreter", folder);
      return { ours: readJobReport(folder), hand: byHand(folder, options) };
    });
    console.log(
      `tensors of 2^${26 + 4 * Math.log2(scale)} elements, complex64, ${processes} process(es) on ${device}`,
    );
    compare(pairs);
    judge(pairs.map(({ ours }) => ours));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(pairs: readonly { readonly ours: RunReport; readonly hand: ByHand }[]): void {
  const ours = Math.min(...pairs.map((one) => one.ours.measuredSeconds ?? NaN));
  const hand = Math.min(...pairs.map((one) => one.hand.seconds));
  const [last] = pairs;
  const value = last?.ours.value;
  const [re, im] = last?.hand.value ?? [NaN, NaN];
  const off = Math.hypot((value?.re[0] ?? NaN) - re, (value?.im?.[0] ?? NaN) - im) / Math.hypot(re, im);
  console.log(
    `ours ${ours.toFixed(3)} s, by hand ${hand.toFixed(3)} s, ratio ${(ours / hand).toFixed(3)} ` +
      `(measured, best of ${pairs.length}); values differ by ${off.toExponential(1)}`,
  );
}

/** Who comes first to a move waits there: the last to come shows what the move itself takes. */
function secondsOf({ model, measuredSeconds = [] }: StepReport): number {
  return model.messages > 0 ? Math.min(...measuredSeconds) : Math.max(...measuredSeconds);
}

function judge(reports: readonly RunReport[]): void {
  console.log(
    `\nsteps of at least ${1000 * LEAST_SECONDS} ms: measured (best of ${reports.length}), modelled, ratio`,
  );
  let worst = 1;
  for (const [position, { name, model }] of (reports[0]?.steps ?? []).entries()) {
    const measured = Math.min(
      ...reports.map(({ steps }) => steps[position]).map((step) => (step ? secondsOf(step) : NaN)),
    );
    if (measured < LEAST_SECONDS) continue;
    const ratio = measured / model.seconds;
    worst = Math.max(worst, ratio, 1 / ratio);
    const figures = [measured, model.seconds].map((seconds) =>
      `${(1000 * seconds).toFixed(1)} ms`.padStart(11),
    );
    console.log(`${name.padEnd(44)}${figures.join("")}${ratio.toFixed(2).padStart(8)}`);
  }
  console.log(`farthest apart: a factor of ${worst.toFixed(2)}`);
}
