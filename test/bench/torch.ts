/**
 * The torch engine: one contraction through tensors of 2^26 elements beside the same arithmetic and moves written by hand in PyTorch, in
 * turns; then every step of at least 10 ms (on a GPU 1 ms), measured beside modelled on the calibrated machine, of that and of other contractions.
 * `npm run bench torch -- [--goes 3] [--processes 2] [--device cpu|cuda] [--scale 1] [--only NAME]`; `--scale 2`, for a
 * GPU, takes some 16 times the elements; the names are gates, circuit, lattice, sums, chain and batch.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  distribute,
  mulberry32,
  walkSteps,
  type ContractionTree,
  type Dtype,
  type Network,
  type Schedule,
  type Step,
} from "tnlab/dsl/index.js";
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

/** One leaf after the other. */
function chain({ tensors: { length: leaves } }: Network): ContractionTree {
  const further = Array.from({ length: leaves - 2 }, (_, step) => [leaves + step, 2 + step] as const);
  return { leaves, pairs: [[0, 1], ...further], sliced: [] };
}

/** A register of two halves whose qubits meet at random in gates of two and three, and are then summed: extents of 2 all the way. */
function circuit(dtype: Dtype, qubits: number, gateCount: number, seed: number): Network {
  const random = mulberry32(seed);
  const wire = Array.from({ length: qubits }, (_, qubit) => `q${qubit}`);
  const half = qubits / 2;
  const tensors = [wire.slice(0, half), wire.slice(half)];
  for (let gate = 0; gate < gateCount; gate += 1) {
    const qubitsOfGate = new Set<number>();
    while (qubitsOfGate.size < 2 + (gate % 2)) qubitsOfGate.add(Math.floor(random() * qubits));
    const [from, to] = [0, 1].map((side) =>
      [...qubitsOfGate].map((qubit) => (side === 0 ? (wire[qubit] ?? "") : `g${gate}_${qubit}`)),
    ) as [string[], string[]];
    tensors.push([...to, ...from]);
    [...qubitsOfGate].forEach((qubit, place) => (wire[qubit] = to[place] ?? ""));
  }
  tensors.push(wire.slice(0, half), wire.slice(half));
  return networkOf(`circuit of ${qubits} qubits`, dtype, tensors, () => 2);
}

/** The partition function of a lattice of `rows` sites by as many columns, with bonds of `bond` states; column by column. */
function lattice(dtype: Dtype, rows: number, bond: number): Network {
  const at = (row: number, column: number): string[] => [
    ...(row > 0 ? [`v${row}_${column}`] : []),
    ...(column > 0 ? [`h${row}_${column}`] : []),
    ...(row < rows - 1 ? [`v${row + 1}_${column}`] : []),
    ...(column < rows - 1 ? [`h${row}_${column + 1}`] : []),
  ];
  const sites = Array.from({ length: rows * rows }, (_, site) => at(site % rows, Math.floor(site / rows)));
  return networkOf(`lattice of ${rows} by ${rows}`, dtype, sites, () => bond);
}

/** Two large matrices whose product is summed over an index that the ranks share: partial sums of 2^24 elements are scattered. */
function sums(dtype: Dtype, side: number): Network {
  const extents: Readonly<Record<string, number>> = { a: side, k: 64, j: 64, q: 16, b: side, c: 16 };
  const tensors = ["akq", "qj", "jkb", "bc", "ac"].map((labels) => [...labels]);
  return networkOf("partial sums", dtype, tensors, (label) => extents[label] ?? 1);
}

/** A chain of `sites` tensors of bond `bond` above an operator of bond 6 and a chain below, of three states a site; site by site. */
function sandwich(dtype: Dtype, sites: number, bond: number): Network {
  const tensors = Array.from({ length: sites }, (_, site) => [
    [`u${site}`, `s${site}`, `u${site + 1}`],
    [`w${site}`, `s${site}`, `t${site}`, `w${site + 1}`],
    [`l${site}`, `t${site}`, `l${site + 1}`],
  ]).flat();
  const ends = [["u0", "w0", "l0"], ...tensors, [`u${sites}`, `w${sites}`, `l${sites}`]];
  const extents: Readonly<Record<string, number>> = { u: bond, l: bond, w: 6, s: 3, t: 3 };
  return networkOf(`chain of ${sites} sites`, dtype, ends, (label) => extents[label[0] ?? ""] ?? 1);
}

/** Products of `count` matrices each of many rings, all told apart by one index that all tensors share, and summed at the end. */
function rings(dtype: Dtype, many: number, count: number, side: number): Network {
  const tensors = Array.from({ length: count }, (_, k) => ["r", `a${k}`, `a${(k + 1) % count}`]);
  return networkOf(`${many} rings`, dtype, tensors, (label) => (label === "r" ? many : side));
}

function networkOf(
  name: string,
  dtype: Dtype,
  tensors: readonly (readonly string[])[],
  extentOf: (label: string) => number,
): Network {
  return {
    name,
    dtype,
    tensors: tensors.map((labels, position) => ({ name: `T${position}`, labels })),
    open: [],
    extents: Object.fromEntries(tensors.flat().map((label) => [label, extentOf(label)])),
  };
}

/** A network and, where that is not left to the planner, what it is split over on more than one rank. */
interface Case {
  readonly network: Network;
  readonly over?: readonly { readonly labels: readonly string[]; readonly step: number }[];
}

/** None of them is what the calibration measures. */
function others(scale: number): Readonly<Record<string, readonly Case[]>> {
  const more = 4 * Math.log2(scale);
  const bond = 4 + 4 * scale;
  return {
    circuit: [
      { network: circuit("complex64", 24 + more, 12, 1) },
      { network: circuit("complex128", 22 + more, 12, 2) },
    ],
    lattice: [{ network: lattice("float64", 7, bond) }, { network: lattice("float32", 7, bond) }],
    sums: [{ network: sums("float32", 4096 * scale), over: [{ labels: ["k"], step: 0 }] }],
    chain: [{ network: sandwich("float64", 4, 400 * scale ** 2) }],
    batch: [{ network: rings("complex64", 2 ** 15 * scale ** 2, 4, 24) }],
  };
}

/** Steps shorter than this are mostly the launch, and the clock. */
const LEAST_SECONDS = { cpu: 0.01, cuda: 0.001 };

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
    options: {
      goes: option("3"),
      processes: option("2"),
      device: option("cpu"),
      scale: option("1"),
      only: option("all"),
    },
  });
  const [goes, processes, scale] = [values.goes, values.processes, values.scale].map(Number) as [
    number,
    number,
    number,
  ];
  const options: Options = { goes, processes, scale, device: values.device === "cuda" ? "cuda" : "cpu" };
  process.env["TNLAB_TORCH_DEVICE"] = options.device;
  const { only } = values;
  if (only === "all" || only === "gates") await besideByHand(options);
  for (const [name, cases] of Object.entries(others(scale)))
    if (only === "all" || only === name) for (const one of cases) await alone(options, one);
}

async function besideByHand(options: Options): Promise<void> {
  const { processes, device, scale } = options;
  const one = { network: gates(scale), over: [{ labels: ["d"], step: 0 }] };
  const { schedule, done } = await runs(options, one, (folder) => byHand(folder, options));
  console.log(
    `tensors of 2^${26 + 4 * Math.log2(scale)} elements, complex64, ${processes} process(es) on ${device}`,
  );
  compare(done);
  judge(
    schedule,
    done.map(({ ours }) => ours),
    LEAST_SECONDS[device],
  );
}

async function alone(options: Options, one: Case): Promise<void> {
  const { name, dtype } = one.network;
  console.log(`\n${name}, ${dtype}, ${options.processes} process(es) on ${options.device}`);
  const { schedule, done } = await runs(options, one, () => undefined);
  judge(
    schedule,
    done.map(({ ours }) => ours),
    LEAST_SECONDS[options.device],
  );
}

/** Runs of one schedule, and what else is done with its job, in turns. */
async function runs<T>(
  { goes, processes, device }: Options,
  { network, over }: Case,
  beside: (folder: string) => T,
): Promise<{ schedule: Schedule; done: { readonly ours: RunReport; readonly hand: T }[] }> {
  const wanted = processes === 1 || over === undefined ? {} : { over };
  await measureTorch(processes, network.dtype, new AbortController().signal);
  if (torchRates(processes) === undefined)
    throw new RangeError("PyTorch is missing: bash test/torch/setup.sh");
  const schedule = distribute(network, chain(network), torchMachine(processes), processes, wanted);
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-bench-"));
  try {
    await writeJob(folder, schedule, filled(network), { device });
    const done = Array.from({ length: goes }, () => {
      launch(processes, "-m", "interpreter", folder);
      return { ours: readJobReport(folder), hand: beside(folder) };
    });
    return { schedule, done };
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

/** What a step's time depends on. */
function shapeOf(step: Step): string {
  if (step.kind === "permute") return `${step.shape.join("x")} to ${step.axes.join(",")}`;
  if (step.kind !== "contract") return "";
  const { batch, m, n, k, formA, formB, shared, strided } = step;
  const ways = [shared === undefined ? "" : `${shared} shared`, strided === undefined ? "" : "with gaps"];
  return [`${batch}x${m}x${n}x${k}`, `${formA},${formB}`, ...ways].join(" ").trimEnd();
}

function judge(schedule: Schedule, reports: readonly RunReport[], least: number): void {
  const shapes: string[] = [];
  walkSteps(schedule.steps, (step) => {
    if (step.kind !== "free") shapes.push(shapeOf(step));
  });
  console.log(
    `\nsteps of at least ${1000 * least} ms: measured (best of ${reports.length}), modelled, ratio`,
  );
  let worst = 1;
  for (const [position, { kind, name, model }] of (reports[0]?.steps ?? []).entries()) {
    const measured = Math.min(
      ...reports.map(({ steps }) => steps[position]).map((step) => (step ? secondsOf(step) : NaN)),
    );
    if (measured < least) continue;
    const ratio = measured / model.seconds;
    worst = Math.max(worst, ratio, 1 / ratio);
    const figures = [measured, model.seconds].map((seconds) =>
      `${(1000 * seconds).toFixed(1)} ms`.padStart(11),
    );
    console.log(
      `${`${kind} ${name}`.padEnd(52)}${figures.join("")}${ratio.toFixed(2).padStart(8)}  ${shapes[position] ?? ""}`,
    );
  }
  console.log(`farthest apart: a factor of ${worst.toFixed(2)}`);
}
