/**
 * What one worker thread of this computer reaches, measured on the spot in about a tenth of a second and kept in the user's cache
 * folder, since the model of `threads(n)` needs it. Never fails: where the cache cannot be read or written, it measures.
 */
import { availableParallelism, cpus } from "node:os";
import { DTYPES, type Dtype, type ThreadRates } from "../../dsl/core.ts";
import type { Native } from "../tensor/blas/native.ts";
import { widthOf } from "../tensor/floats.ts";
import { leastSeconds, THIN } from "../tensor/timing.ts";
import { compileKernels, hasRelaxedSimd, makeKernels, WORKSPACE_BYTES } from "../tensor/wasm/kernels.ts";
import { keep, recall } from "./kept.ts";
import { isRelaxed, type Multiplier } from "./multiplier.ts";
import { floatsOf } from "./steps.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 5;

/** Side of a product that fills no cache but is long enough for full speed. */
const SIDE = 128;
/** Holds the largest operand or result of that and of THIN, in complex128. */
const SLOT_BYTES = 2 ** 19;

/** Elements copied for the bandwidth: 16 MiB, more than most caches hold of it. */
const COPIED = 2 ** 21;

/** Measured time of each figure, and goes where one takes longer, of which the shortest counts: others may use the core too. */
const MILLISECONDS = 8;
const LEAST_GOES = 3;

/**
 * A barrier of worker threads: a wake-up, some 20 us, and what threads that share a computer with others are uneven by. Seen in whole
 * contractions: plans that took a barrier for its wake-up alone were slower than one worker wherever steps take some 100 us.
 */
const LATENCY_SECONDS = 1e-4;
const LAUNCH_SECONDS = 2e-6;

/** Share of a memory that ranks may fill. */
export const USABLE_MEMORY = 0.8;

type MeasuredRates = ThreadRates & { readonly halfExtent: number };

/** Figures of one thread where `workers` share this computer's cores and `multiplier`, where it is given, multiplies. */
export function threadRates(workers: number, multiplier?: Multiplier): ThreadRates {
  const rates =
    multiplier === undefined || isRelaxed(multiplier)
      ? known(isRelaxed(multiplier))
      : withNative(known(), multiplier);
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

/** Products go to the faster one, which for long thin ones may still be the kernels. */
function withNative(own: MeasuredRates, native: Native): MeasuredRates {
  const { flopsPerSecond, halfExtent } = own;
  const faster = (dtype: Dtype): number => Math.max(flopsPerSecond[dtype], native.flopsPerSecond[dtype]);
  const ownThin = (flopsPerSecond.complex64 * THIN.k) / (THIN.k + halfExtent);
  const thin =
    native.choices === undefined ? native.thinFlopsPerSecond : Math.max(ownThin, native.thinFlopsPerSecond);
  return {
    ...own,
    source: `measured on one thread of this computer with ${native.description}`,
    flopsPerSecond: {
      float32: faster("float32"),
      float64: faster("float64"),
      complex64: faster("complex64"),
      complex128: faster("complex128"),
    },
    halfExtent: halfExtentOf(thin / faster("complex64")),
  };
}

/** d / (d + h) = share, for d the smallest extent of THIN. */
function halfExtentOf(share: number): number {
  return Math.max(0.01, THIN.k * (1 / Math.min(1, share) - 1));
}

/** By the name under which they are kept. */
const measuredHere = new Map<string, MeasuredRates>();

function known(relaxed = false): MeasuredRates {
  const name = relaxed ? "threads-relaxed" : "threads";
  const before = measuredHere.get(name);
  if (before !== undefined) return before;
  const kept = recall(name, keyOfComputer()) as Partial<MeasuredRates> | undefined;
  const rates = isComplete(kept) ? kept : measure(relaxed);
  measuredHere.set(name, rates);
  if (rates !== kept) keep(name, keyOfComputer(), rates);
  return rates;
}

/** Measures anew, and neither reads nor writes the cache. `relaxed`: the kernels of relaxed SIMD. */
export function measure(relaxed = false): MeasuredRates {
  const rate = rateOf(SLOT_BYTES, relaxed);
  const large = DTYPES.map((dtype) => [dtype, rate(dtype, { m: SIDE, n: SIDE, k: SIDE })] as const);
  const flopsPerSecond = Object.fromEntries(large) as Record<Dtype, number>;
  const [from, to] = [0, 1].map(() => new Float64Array(new SharedArrayBuffer(8 * COPIED)).fill(0.5));
  const bytesPerSecond = (16 * COPIED) / leastSeconds(() => to?.set(from ?? []), MILLISECONDS, LEAST_GOES);
  return {
    source: `measured on one thread of this computer${relaxed ? " with relaxed SIMD" : ""}`,
    flopsPerSecond,
    memoryBytesPerSecond: bytesPerSecond,
    launchSeconds: LAUNCH_SECONDS,
    halfExtent: halfExtentOf(rate("complex64", THIN) / flopsPerSecond.complex64),
    linkBytesPerSecond: bytesPerSecond / 2,
    linkLatencySeconds: LATENCY_SECONDS,
  };
}

/** The same with relaxed SIMD; undefined where this runtime has none. */
export function measureRelaxed(): MeasuredRates | undefined {
  return hasRelaxedSimd() ? measure(true) : undefined;
}

/** Flops a second of products whose operands and result fill at most `slot` bytes each. */
function rateOf(
  slot: number,
  relaxed: boolean,
): (dtype: Dtype, extents: { m: number; n: number; k: number }) => number {
  const bytes = WORKSPACE_BYTES + 3 * slot;
  const pages = Math.ceil(bytes / 2 ** 16);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const kernels = makeKernels(compileKernels(relaxed), memory, 0);
  const [a, b, out] = [0, 1, 2].map((place) => WORKSPACE_BYTES + place * slot) as [number, number, number];
  return (dtype, extents) => {
    floatsOf(dtype, { block: memory, start: a, bytes: 2 * slot }).fill(0.5);
    const product = { batch: 1, ...extents, formA: "mk", formB: "kn" } as const;
    const flops = extents.m * extents.n * extents.k * (widthOf(dtype) === 1 ? 2 : 8);
    return flops / leastSeconds(() => kernels.multiply(out, a, b, product, dtype), MILLISECONDS, LEAST_GOES);
  };
}

/** Figures of another computer that shares the home folder, or of another engine, do not count. */
function keyOfComputer(): string {
  return [VERSION, cpus()[0]?.model ?? "", availableParallelism(), process.version].join("|");
}

function isComplete(rates: Partial<MeasuredRates> | undefined): rates is MeasuredRates {
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
