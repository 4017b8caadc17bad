/** What local work costs on a machine: a roofline, with the rates that small extents reach. All modelled. */
import { elementBytes, isComplex, type Dtype } from "../network/network.ts";
import type { MeshDigit, StepModel, Strided } from "../schedule/schedule.ts";
import { HALF_EXTENT, type Machine } from "./machine.ts";
import { permutationRate, unbrokenRun, type Permutation } from "./permutations.ts";
import { productRate, type ProductExtents } from "./products.ts";

/** The machine as the lowering sees it. */
export interface CostModel {
  readonly machine: Machine;
  readonly dtype: Dtype;
  readonly mesh: readonly MeshDigit[];
  /** True: the plan was made for whole links, and is priced as it stands. Absent: it is being made for this machine. */
  readonly unaware?: boolean;
}

const NOTHING_SENT = { node: 0, cluster: 0 };

export const FREE: StepModel = { seconds: 0, flops: 0, localBytes: 0, sentBytes: NOTHING_SENT, messages: 0 };

/** Real operations of one multiply-add. */
export function realFlops(dtype: Dtype): number {
  return isComplex(dtype) ? 8 : 2;
}

/** A local step: `multiplyAdds` of arithmetic, `elements` read and written in all. Seconds = max of both rates. */
export function localStep(model: CostModel, multiplyAdds: number, elements: number): StepModel {
  return roofline(model, multiplyAdds, elements, { rate: 1, bandwidth: 1 });
}

/** The seconds of such a step alone; `rate` and `bandwidth`: shares of the device's that it reaches. */
export function localSeconds(
  { machine: { device }, dtype }: CostModel,
  multiplyAdds: number,
  elements: number,
  rate = 1,
  bandwidth = 1,
): number {
  const arithmetic = (multiplyAdds * realFlops(dtype)) / (device.flopsPerSecond[dtype] * rate);
  const traffic = (elements * elementBytes(dtype)) / (device.memoryBytesPerSecond * bandwidth);
  return device.launchSeconds + Math.max(arithmetic, traffic);
}

/** So many slices added up, one after the other: each is read, and so are the sums, which are written again. */
export function addingStep(model: CostModel, elements: number, slices: number): StepModel {
  const { seconds, localBytes } = localStep(model, 0, 3 * elements);
  return { ...FREE, seconds: seconds * slices, localBytes: localBytes * slices };
}

/**
 * Numbers that are read where they lie before the run, and written as `elements` of a shard: as long as a plain copy from there, or as the
 * permutation on the way takes in memory, whichever is longer.
 */
export function loadStep(model: CostModel, elements: number, permutation: Permutation): StepModel {
  const { memoryBytesPerSecond, loadedBytesPerSecond } = model.machine.device;
  const bandwidth = loadedBytesPerSecond === undefined ? 1 : loadedBytesPerSecond / memoryBytesPerSecond;
  const plain = roofline(model, 0, 2 * elements, { rate: 1, bandwidth });
  if (permutation.axes.length < 2) return plain;
  return { ...plain, seconds: Math.max(plain.seconds, permuteStep(model, elements, permutation).seconds) };
}

/** `shares`: of the device's rate and of its memory bandwidth, that the step reaches. */
function roofline(
  model: CostModel,
  multiplyAdds: number,
  elements: number,
  shares: { readonly rate: number; readonly bandwidth: number },
): StepModel {
  const flops = multiplyAdds * realFlops(model.dtype);
  const localBytes = elements * elementBytes(model.dtype);
  const seconds = localSeconds(model, multiplyAdds, elements, shares.rate, shares.bandwidth);
  return { seconds, flops, localBytes, sentBytes: NOTHING_SENT, messages: 0 };
}

/**
 * Share of the device's rate that a product reaches: d / (d + h), d the smallest of m, n and k, h the device's half extent.
 * Batches that share an operand are one product, of as many rows or columns more.
 */
function productEfficiency({ device }: Machine, extents: ProductExtents): number {
  const { batch, m, n, k, shared, strided } = extents;
  const rows = (shared === "b" ? batch * m : m) * repeats(strided, "b");
  const columns = (shared === "a" ? batch * n : n) * repeats(strided, "a");
  const least = Math.min(rows, columns, k);
  return least / (least + (device.halfExtent ?? HALF_EXTENT));
}

/** How many of the products read the same matrix of an operand. */
function repeats(strided: Strided | undefined, operand: "a" | "b"): number {
  if (strided === undefined) return 1;
  const { loops } = strided;
  return loops.reduce((count, loop) => (loop[operand] === 0 ? count * loop.extent : count), 1);
}

/**
 * One batched product; both operands are read once and the result is written once. Where the machine's products were measured, their
 * rate is what counts: it has the traffic in it.
 */
export function contractStep(model: CostModel, extents: ProductExtents): StepModel {
  const { batch, m, n, k, shared, strided } = extents;
  if (strided !== undefined) return stridedStep(model, extents, strided);
  const ofA = (shared === "a" ? 1 : batch) * m * k;
  const ofB = (shared === "b" ? 1 : batch) * k * n;
  const rate = measuredShare(model, extents);
  const shares =
    rate > 0
      ? { rate, bandwidth: Infinity }
      : { rate: productEfficiency(model.machine, extents), bandwidth: 1 };
  return roofline(model, batch * m * n * k, ofA + ofB + batch * m * n, shares);
}

/** The seconds of a product alone whose operands are dense, each in a batch of its own. */
export function denseSeconds(model: CostModel, extents: ProductExtents): number {
  const { batch, m, n, k } = extents;
  const [multiplyAdds, elements] = [batch * m * n * k, batch * m * k + batch * k * n + batch * m * n];
  const rate = measuredShare(model, extents);
  return rate > 0
    ? localSeconds(model, multiplyAdds, elements, rate, Infinity)
    : localSeconds(model, multiplyAdds, elements, productEfficiency(model.machine, extents));
}

/** Share of the device's rate that such a product was measured to reach; NaN where none like it was. */
function measuredShare({ machine: { device }, dtype }: CostModel, extents: ProductExtents): number {
  const rates = device.products?.[dtype];
  if (rates === undefined) return NaN;
  return productRate(rates, extents, DOUBLES.has(dtype)) / device.flopsPerSecond[dtype];
}

const DOUBLES: ReadonlySet<Dtype> = new Set(["float64", "complex128"]);

/** One axis around matrices with gaps, the longest, is the batch of a launch; each value of the others is a launch of its own. */
export function launchesOf({ strided }: ProductExtents): number {
  const extents = (strided?.loops ?? []).map(({ extent }) => extent);
  return extents.reduce((count, extent) => count * extent, 1) / Math.max(1, ...extents);
}

/** Products of matrices with gaps between their rows, which are read and written in runs of neighbours as in a permutation. */
function stridedStep(model: CostModel, extents: ProductExtents, strided: Strided): StepModel {
  const { m, n, k, formA, formB } = extents;
  const { loops } = strided;
  const products = loops.reduce((count, { extent }) => count * extent, 1);
  const moved = [
    { elements: (products / repeats(strided, "a")) * m * k, row: formA === "mk" ? k : m, step: strided.a },
    { elements: (products / repeats(strided, "b")) * k * n, row: formB === "kn" ? n : k, step: strided.b },
    { elements: products * m * n, row: n, step: strided.out },
  ];
  const all = moved.reduce((sum, { elements }) => sum + elements, 0);
  // Without gaps a whole matrix is one run.
  const slowed = moved.reduce(
    (sum, { elements, row, step }) => sum + elements / (step === row ? 1 : bandwidthShare(model, row)),
    0,
  );
  const batch = Math.max(1, ...loops.map(({ extent }) => extent));
  const measured = measuredShare(model, { ...extents, batch });
  const rate = measured > 0 ? measured : productEfficiency(model.machine, extents);
  const one = roofline(model, products * m * n * k, all, { rate, bandwidth: all / slowed });
  return { ...one, seconds: one.seconds + (launchesOf(extents) - 1) * model.machine.device.launchSeconds };
}

/** Bytes that memory moves at once; a run that is shorter costs as much. Kernels turn tiles, so that no run is. */
const SECTOR_BYTES = 32;

/**
 * A permutation of `elements`, read in their order and written so that runs of neighbours stay together. Share of the memory's
 * bandwidth: r / (r + s), r the bytes of a run, at least s = 32: half of it where no two elements stay neighbours; as measured
 * where it was.
 */
export function permuteStep(model: CostModel, elements: number, permutation: Permutation): StepModel {
  const { permutations, memoryBytesPerSecond } = model.machine.device;
  const bandwidth =
    permutations === undefined
      ? bandwidthShare(model, unbrokenRun(permutation))
      : permutationRate(permutations, permutation, elementBytes(model.dtype)) / memoryBytesPerSecond;
  return roofline(model, 0, 2 * elements, { rate: 1, bandwidth });
}

function bandwidthShare({ dtype }: CostModel, run: number): number {
  const bytes = Math.max(SECTOR_BYTES, run * elementBytes(dtype));
  return bytes / (bytes + SECTOR_BYTES);
}

/** Multiply-adds of the dtype that take a device as long as moving one element between it and its memory. */
export function movedWeight({ device }: Machine, dtype: Dtype): number {
  const multiplyAddsPerSecond = device.flopsPerSecond[dtype] / realFlops(dtype);
  return multiplyAddsPerSecond / (device.memoryBytesPerSecond / elementBytes(dtype));
}
