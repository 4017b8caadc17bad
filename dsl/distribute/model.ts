/** What local work costs on a machine: a roofline, with the rates that small extents reach. All modelled. */
import { elementBytes, isComplex, type Dtype } from "../network/network.ts";
import type { MeshDigit, StepModel } from "../schedule/schedule.ts";
import { HALF_EXTENT, type Machine } from "./machine.ts";
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

/** `shares`: of the device's rate and of its memory bandwidth, that the step reaches. */
function roofline(
  { machine: { device }, dtype }: CostModel,
  multiplyAdds: number,
  elements: number,
  shares: { readonly rate: number; readonly bandwidth: number },
): StepModel {
  const flops = multiplyAdds * realFlops(dtype);
  const localBytes = elements * elementBytes(dtype);
  const arithmetic = flops / (device.flopsPerSecond[dtype] * shares.rate);
  const traffic = localBytes / (device.memoryBytesPerSecond * shares.bandwidth);
  const seconds = device.launchSeconds + Math.max(arithmetic, traffic);
  return { seconds, flops, localBytes, sentBytes: NOTHING_SENT, messages: 0 };
}

/**
 * Share of the device's rate that a product reaches: d / (d + h), d the smallest of m, n and k, h the device's half extent.
 * Batches that share an operand are one product, of as many rows or columns more.
 */
function productEfficiency({ device }: Machine, { batch, m, n, k, shared }: ProductExtents): number {
  const rows = shared === "b" ? batch * m : m;
  const columns = shared === "a" ? batch * n : n;
  const least = Math.min(rows, columns, k);
  return least / (least + (device.halfExtent ?? HALF_EXTENT));
}

/**
 * One batched product; both operands are read once and the result is written once. Where the machine's products were measured, their
 * rate is what counts: it has the traffic in it.
 */
export function contractStep(model: CostModel, extents: ProductExtents): StepModel {
  const { batch, m, n, k, shared } = extents;
  const ofA = (shared === "a" ? 1 : batch) * m * k;
  const ofB = (shared === "b" ? 1 : batch) * k * n;
  const rate = measuredShare(model, extents);
  const shares =
    rate > 0
      ? { rate, bandwidth: Infinity }
      : { rate: productEfficiency(model.machine, extents), bandwidth: 1 };
  return roofline(model, batch * m * n * k, ofA + ofB + batch * m * n, shares);
}

/** Share of the device's rate that such a product was measured to reach; NaN where none like it was. */
function measuredShare({ machine: { device }, dtype }: CostModel, extents: ProductExtents): number {
  const rates = device.products?.[dtype];
  if (rates === undefined) return NaN;
  return productRate(rates, extents, DOUBLES.has(dtype)) / device.flopsPerSecond[dtype];
}

const DOUBLES: ReadonlySet<Dtype> = new Set(["float64", "complex128"]);

/** Bytes that memory moves at once; a run that is shorter costs as much. Kernels turn tiles, so that no run is. */
const SECTOR_BYTES = 32;

/**
 * A permutation of `elements`, read in their order and written so that runs of `run` neighbours stay together. Share of the memory's
 * bandwidth: r / (r + s), r the bytes of a run, at least s = 32: half of it where no two elements stay neighbours; as measured
 * where it was.
 */
export function permuteStep(model: CostModel, elements: number, run: number): StepModel {
  const { permutations, memoryBytesPerSecond } = model.machine.device;
  const own = run * elementBytes(model.dtype);
  const bytes = Math.max(SECTOR_BYTES, own);
  const bandwidth =
    permutations === undefined
      ? bytes / (bytes + SECTOR_BYTES)
      : permutationRate(permutations, own) / memoryBytesPerSecond;
  return roofline(model, 0, 2 * elements, { rate: 1, bandwidth });
}

/** Bytes a second, as of the nearest run that was measured; of shorter ones, elements take as long as those of the shortest. */
function permutationRate({ runBytes, bytesPerSecond }: Permutations, own: number): number {
  const distance = (bytes: number): number => Math.abs(Math.log(bytes / own));
  const nearest = runBytes.reduce(
    (best, bytes, at) => (distance(bytes) < distance(runBytes[best] ?? NaN) ? at : best),
    0,
  );
  return (bytesPerSecond[nearest] ?? NaN) * Math.min(1, own / (runBytes[0] ?? NaN));
}

type Permutations = NonNullable<Machine["device"]["permutations"]>;

/** Multiply-adds of the dtype that take a device as long as moving one element between it and its memory. */
export function movedWeight({ device }: Machine, dtype: Dtype): number {
  const multiplyAddsPerSecond = device.flopsPerSecond[dtype] / realFlops(dtype);
  return multiplyAddsPerSecond / (device.memoryBytesPerSecond / elementBytes(dtype));
}
