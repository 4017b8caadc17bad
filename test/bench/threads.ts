/**
 * Whole contractions by the threads engine beside cotengra on numpy and on torch, all by one order, on as many threads, in turns.
 * `seconds` are the best of the goes, of the contraction alone: numbers are in place on both sides, threads and processes are started.
 * `ours` is with the WebAssembly kernels, `auto` with a BLAS of this computer where that is faster, if there is one.
 * `error`: the largest of entries, relative to the largest entry, against numpy in complex128 by the same order; `known`: against the
 * value that reference.json holds. Then permutations beside numpy's: permuting.ts; what more workers bring: scaling.ts, capped.ts; and how soon
 * a run ends that is not wanted: cancel.ts.
 * `npm run bench threads -- [--goes 3] [--search 10] [--only NAME,...] [--workers 2]
 * [--parts contractions,permuting,scaling,capped,cancel]`
 */
import { parseArgs } from "node:util";
import {
  cost,
  distribute,
  threadsMachine,
  type ContractionTree,
  type Dtype,
  type Schedule,
  type ValuedNetwork,
} from "tnlab/dsl/index.js";
import { threadRates } from "tnlab/kernel/engine/calibrate.js";
import type { ArithmeticName } from "tnlab/kernel/engine/engine.js";
import { findNative } from "tnlab/kernel/engine/native.js";
import type { TensorValue } from "tnlab/kernel/engine/report.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import { searchOrder } from "tnlab/kernel/search/search.js";
import type { Native } from "tnlab/kernel/tensor/blas/native.js";
import { cancel } from "./cancel.ts";
import { extraSpeedup } from "./capped.ts";
import { knownValue, valuedInstance, type Known } from "./instances.ts";
import { installPeer } from "./peer/cotengra.ts";
import { isInstalled, startPeer, type Answer, type Backend, type Peer } from "./peer/threads.ts";
import { permuting } from "./permuting.ts";
import { scaling } from "./scaling.ts";

interface Options {
  readonly goes: number;
  readonly search: number;
  readonly workers: number;
}

/** Contractions of 0.1 to 10 s that fit beside both peers. Single precision where the values are in its range. */
const CONTRACTIONS: readonly (readonly [string, Dtype])[] = [
  ["sycamore_m10", "complex64"],
  ["jet_sycamore_m10", "complex64"],
  ["sycamore_m10", "complex128"],
  ["eb_str_nw_mera_closed_120", "float32"],
  ["eb_str_nw_mera_open_26", "float32"],
  ["eb_str_matrix_chain_multiplication_100", "float32"],
  ["ctg_mps_mpo_L100_chi64_D5", "float64"],
  ["gen_ising2d_20x20", "float64"],
  ["bfs_surfacecode_d13", "float64"],
  ["bfs_indset_rg3_n200", "float64"],
  ["bfs_DBN_13", "float64"],
  ["eb_wmc_2022_060", "float64"],
  ["eb_gm_queen5_5_3_wcsp", "float64"],
];

/** Largest tensor of an order, log2 of its elements: all fits beside the peers. */
const LARGEST = 25;
/** Entries of a result that fits beside the peers in complex128. */
const LARGEST_REFERENCE = 2 ** 26;
const MEMORY = 12 * 2 ** 30;

const ARITHMETICS: readonly Arithmetic[] = ["wasm", "auto"];
const BACKENDS: readonly Backend[] = ["numpy", "torch"];

/** Ours by who multiplies. */
type Arithmetic = Exclude<ArithmeticName, "blas">;

/** Best seconds of each. */
interface Line {
  readonly ours: ReadonlyMap<Arithmetic, number>;
  readonly peers: ReadonlyMap<Backend, number>;
}

async function compare(name: string, dtype: Dtype, options: Options): Promise<Line> {
  const valued = valuedInstance(name, dtype);
  const { goes, search, workers } = options;
  const size = { objective: "combo", maxLog2Size: LARGEST, seed: 1, workers } as const;
  const { tree } = await searchOrder(valued.network, { ...size, seconds: search });
  const peers = BACKENDS.filter(isInstalled).map(
    (backend) => [backend, startPeer(backend, valued, tree, workers)] as const,
  );
  try {
    return await measured(valued, tree, { goes, workers }, new Map(peers));
  } finally {
    for (const [, peer] of peers) peer.end();
  }
}

async function measured(
  valued: ValuedNetwork,
  tree: ContractionTree,
  { goes, workers }: Pick<Options, "goes" | "workers">,
  peers: ReadonlyMap<Backend, Peer>,
): Promise<Line> {
  const { network, entries } = valued;
  const scheduled = (native: Native | undefined): Schedule =>
    distribute(network, tree, threadsMachine(workers, MEMORY, threadRates(workers, native)), workers);
  const variants = (await arithmetics()).map(([name, native]) => [name, native, scheduled(native)] as const);
  const results = network.open.reduce((product, label) => product * (network.extents[label] ?? 1), 1);
  const reference = results > LARGEST_REFERENCE ? undefined : await peers.get("numpy")?.ask("reference");
  let [error, known] = [NaN, NaN];
  const ours = new Map<Arithmetic, number>();
  const best = new Map<Backend, Answer>();
  // Code and memory are warm on both sides: the peers have goes that are not timed, too.
  for (const [, native, schedule] of variants)
    await threadsEngine.run(schedule, entries, { multiplier: native });
  for (let go = 0; go < goes; go += 1) {
    for (const [name, native, schedule] of variants) {
      const { value, measuredSeconds = NaN } = await threadsEngine.run(schedule, entries, {
        multiplier: native,
      });
      ours.set(name, Math.min(ours.get(name) ?? Infinity, measuredSeconds));
      if (value === undefined) continue;
      if (reference !== undefined) error = larger(error, errorOf(value, reference));
      known = larger(known, differenceFrom(knownValue(network.name), value));
    }
    for (const [backend, peer] of peers) {
      const answer = await peer.ask("go");
      if (answer !== undefined && answer.seconds < (best.get(backend)?.seconds ?? Infinity))
        best.set(backend, answer);
    }
  }
  const seconds = BACKENDS.map((backend) => best.get(backend)?.seconds);
  const { log10Flops, log2Slices } = cost(network, tree);
  row([
    `${network.name} ${network.dtype}`,
    log10Flops.toFixed(2),
    `2^${log2Slices.toFixed(0)}`,
    ...ARITHMETICS.map((name) => shown(ours.get(name))),
    ...seconds.flatMap((other) => [
      shown(other),
      ...ARITHMETICS.map((name) => shown(other && (ours.get(name) ?? NaN) / other)),
    ]),
    error.toExponential(1),
    (best.get("numpy")?.error ?? NaN).toExponential(1),
    Number.isNaN(known) ? "-" : known.toExponential(1),
  ]);
  const times = [...best].map(([backend, answer]) => [backend, answer.seconds] as const);
  return { ours, peers: new Map(times) };
}

async function arithmetics(): Promise<(readonly [Arithmetic, Native | undefined])[]> {
  const { native } = await findNative();
  return native === undefined
    ? [["wasm", undefined]]
    : [
        ["wasm", undefined],
        ["auto", native],
      ];
}

/** The larger of what is known. */
function larger(x: number, y: number): number {
  return Number.isNaN(x) || x < y ? y : x;
}

function errorOf(value: TensorValue, { step = 1, re = [], im = [] }: Answer): number {
  let [most, off] = [0, 0];
  for (const [place, x] of re.entries()) {
    const y = im[place] ?? 0;
    const position = place * step;
    most = Math.max(most, Math.hypot(x, y));
    const far = Math.hypot((value.re[position] ?? NaN) - x, (value.im?.[position] ?? 0) - y);
    off = Number.isNaN(far) ? Infinity : Math.max(off, far);
  }
  return off / most;
}

function differenceFrom(known: Known | undefined, value: TensorValue): number {
  if (known === undefined) return NaN;
  const total = (part: Float64Array | undefined): number => part?.reduce((sum, x) => sum + x, 0) ?? 0;
  const off = Math.hypot(total(value.re) - known.re, total(value.im) - known.im);
  return off / Math.hypot(known.re, known.im);
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "-" : value.toPrecision(3);
}

const COLUMNS = [
  ...[
    "network",
    "log10 C",
    "slices",
    "ours s",
    "auto s",
    "numpy s",
    "ratio",
    "auto",
    "torch s",
    "ratio",
    "auto",
  ],
  ...["error", "numpy's", "known"],
];

function row([name = "", ...cells]: readonly string[]): void {
  console.log([name.padEnd(50), ...cells.map((cell) => cell.padStart(8))].join(" "));
}

function summary(lines: readonly Line[]): void {
  for (const backend of BACKENDS)
    for (const arithmetic of ARITHMETICS) {
      const ratios = lines.flatMap(({ ours, peers }) => {
        const [own, other] = [ours.get(arithmetic), peers.get(backend)];
        return own === undefined || other === undefined ? [] : [own / other];
      });
      if (ratios.length === 0) continue;
      const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
      console.log(
        `${arithmetic} over cotengra + ${backend}: geometric mean ${mean.toFixed(3)}, ` +
          `worst ${Math.max(...ratios).toFixed(3)}, over ${ratios.length} contractions`,
      );
    }
}

export async function threads(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      goes: { type: "string", default: "3" },
      search: { type: "string", default: "10" },
      workers: { type: "string", default: "2" },
      only: { type: "string", default: "" },
      parts: { type: "string", default: "contractions,permuting,scaling,capped,cancel" },
    },
  });
  const { goes, search, workers } = values;
  const options = { goes: Number(goes), search: Number(search), workers: Number(workers) };
  const parts = values.parts.split(",");
  const only = values.only.split(",");
  if (parts.includes("contractions")) await contractions(only, options);
  if (parts.includes("permuting")) await permuting(options);
  if (parts.includes("scaling")) await scaling(options);
  if (parts.includes("capped")) await extraSpeedup(only, options);
  if (parts.includes("cancel")) await cancel(only);
}

async function contractions(only: readonly string[], options: Options): Promise<void> {
  installPeer();
  row(COLUMNS);
  const lines: Line[] = [];
  for (const [name, dtype] of CONTRACTIONS)
    if (only.some((part) => name.includes(part))) lines.push(await compare(name, dtype, options));
  summary(lines);
}
