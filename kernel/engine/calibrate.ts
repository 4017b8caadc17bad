/**
 * What one worker thread of this computer reaches, measured on the spot in about a tenth of a second and kept in the user's cache
 * folder, since the model of `threads(n)` needs it. Never fails: where the cache cannot be read or written, it measures.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, homedir } from "node:os";
import path from "node:path";
import type { Dtype, ThreadRates } from "../../dsl/index.ts";
import { widthOf } from "../tensor/floats.ts";
import { compileKernels, makeKernels, WORKSPACE_BYTES } from "../tensor/wasm/kernels.ts";
import { floatsOf } from "./steps.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 3;

const DTYPES: readonly Dtype[] = ["float32", "float64", "complex64", "complex128"];

/** Side of a product that fills no cache but is long enough for full speed, and its thin counterpart. */
const SIDE = 128;
const THIN = { m: 2048, n: 16, k: 4 } as const;
/** Holds the largest operand or result of either, in complex128. */
const SLOT_BYTES = 2 ** 19;

/** Elements copied for the bandwidth: 16 MiB, more than most caches hold of it. */
const COPIED = 2 ** 21;

/** Measured time of each figure, and goes where one takes longer, of which the shortest counts: others may use the core too. */
const MILLISECONDS = 8;
const LEAST_GOES = 3;

/** A barrier of worker threads, from its implementation: about one wake-up. Too slow to measure here. */
const LATENCY_SECONDS = 2e-5;
const LAUNCH_SECONDS = 2e-6;

/** Share of a memory that ranks may fill. */
export const USABLE_MEMORY = 0.8;

/** Figures of one thread where `workers` share this computer's cores. */
export function threadRates(workers: number): ThreadRates {
  const rates = known();
  const share = Math.min(1, availableParallelism() / workers);
  const of = (dtype: Dtype): number => rates.flopsPerSecond[dtype] * share;
  return {
    ...rates,
    flopsPerSecond: {
      float32: of("float32"),
      float64: of("float64"),
      complex64: of("complex64"),
      complex128: of("complex128"),
    },
    memoryBytesPerSecond: rates.memoryBytesPerSecond * share,
    linkBytesPerSecond: rates.linkBytesPerSecond * share,
  };
}

let measuredHere: ThreadRates | undefined;

function known(): ThreadRates {
  measuredHere ??= cached();
  if (measuredHere === undefined) {
    measuredHere = measure();
    keep(measuredHere);
  }
  return measuredHere;
}

/** Measures anew, and neither reads nor writes the cache. */
export function measure(): ThreadRates {
  const rate = rateOf(SLOT_BYTES);
  const large = DTYPES.map((dtype) => [dtype, rate(dtype, { m: SIDE, n: SIDE, k: SIDE })] as const);
  const flopsPerSecond = Object.fromEntries(large) as Record<Dtype, number>;
  const share = Math.min(1, rate("complex64", THIN) / flopsPerSecond.complex64);
  const [from, to] = [0, 1].map(() => new Float64Array(new SharedArrayBuffer(8 * COPIED)).fill(0.5));
  const bytesPerSecond = (16 * COPIED) / secondsOf(() => to?.set(from ?? []));
  return {
    source: "measured on one thread of this computer",
    flopsPerSecond,
    memoryBytesPerSecond: bytesPerSecond,
    launchSeconds: LAUNCH_SECONDS,
    // d / (d + h) = share, for d the smallest extent.
    halfExtent: Math.max(0.01, THIN.k * (1 / share - 1)),
    linkBytesPerSecond: bytesPerSecond / 2,
    linkLatencySeconds: LATENCY_SECONDS,
  };
}

/** Flops a second of products whose operands and result fill at most `slot` bytes each. */
function rateOf(slot: number): (dtype: Dtype, extents: { m: number; n: number; k: number }) => number {
  const bytes = WORKSPACE_BYTES + 3 * slot;
  const pages = Math.ceil(bytes / 2 ** 16);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const kernels = makeKernels(compileKernels(), memory, 0);
  const [a, b, out] = [0, 1, 2].map((place) => WORKSPACE_BYTES + place * slot) as [number, number, number];
  return (dtype, extents) => {
    floatsOf(dtype, { block: memory, start: a, bytes: 2 * slot }).fill(0.5);
    const product = { batch: 1, ...extents, formA: "mk", formB: "kn" } as const;
    const flops = extents.m * extents.n * extents.k * (widthOf(dtype) === 1 ? 2 : 8);
    return flops / secondsOf(() => kernels.multiply(out, a, b, product, dtype));
  };
}

/** Shortest time of a go, once the code has been compiled for it. */
function secondsOf(go: () => void): number {
  go();
  let least = Infinity;
  const end = performance.now() + MILLISECONDS;
  for (let goes = 0; goes < LEAST_GOES || performance.now() < end; goes += 1) {
    const begun = performance.now();
    go();
    least = Math.min(least, performance.now() - begun);
  }
  return Math.max(least, 1e-4) / 1000;
}

/** Figures of another computer that shares the home folder, or of another engine, do not count. */
function keyOfComputer(): string {
  return [VERSION, cpus()[0]?.model ?? "", availableParallelism(), process.version].join("|");
}

function cacheFile(): string {
  const folder = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return path.join(folder, "tnlab", "threads.json");
}

interface Kept {
  readonly key: string;
  readonly rates: ThreadRates;
}

function cached(): ThreadRates | undefined {
  try {
    const kept = JSON.parse(readFileSync(cacheFile(), "utf8")) as Partial<Kept>;
    return kept.key === keyOfComputer() && isComplete(kept.rates) ? kept.rates : undefined;
  } catch {
    return undefined;
  }
}

function isComplete(rates: Partial<ThreadRates> | undefined): rates is ThreadRates {
  const figures = [
    ...DTYPES.map((dtype) => rates?.flopsPerSecond?.[dtype]),
    rates?.memoryBytesPerSecond,
    rates?.launchSeconds,
    rates?.halfExtent,
    rates?.linkBytesPerSecond,
    rates?.linkLatencySeconds,
  ];
  return typeof rates?.source === "string" && figures.every((one) => typeof one === "number" && one > 0);
}

/** Written beside and renamed, so that no other process reads half of it. */
function keep(rates: ThreadRates): void {
  try {
    const file = cacheFile();
    // One by one: some versions of Node never return from a recursive call where a file system refuses folders.
    for (const folder of [path.dirname(path.dirname(file)), path.dirname(file)])
      if (!existsSync(folder)) mkdirSync(folder);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ key: keyOfComputer(), rates } satisfies Kept));
    renameSync(draft, file);
  } catch {
    // The next process measures again.
  }
}
