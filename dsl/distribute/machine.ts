/** The model of a machine: what a step costs there. */
import { UserError } from "../base/diagnostic.ts";
import type { Dtype } from "../network/network.ts";
import type { PermutationRates } from "./permutations.ts";
import type { ProductRates } from "./products.ts";

/** One tier of links; a rank reaches its peers over it. */
export interface Tier {
  /** Ranks that share this tier's group (node: devices in a node; cluster: nodes). */
  readonly count: number;
  /** Bytes per second that one device sends, one direction. */
  readonly bytesPerSecond: number;
  readonly latencySeconds: number;
}

/** A device whose links are slower than its peers'. */
export interface DegradedLink {
  /** Number of the node and of the device in it, from 0. */
  readonly node: number;
  readonly device: number;
  /** What is left of the bandwidth, above 0 and at most 1. */
  readonly share: number;
}

export interface Device {
  /** Sustained real floating-point operations per second of a large matrix product, by dtype. */
  readonly flopsPerSecond: Readonly<Record<Dtype, number>>;
  readonly memoryBytes: number;
  readonly memoryBytesPerSecond: number;
  /** Fixed cost of starting a local step. */
  readonly launchSeconds: number;
  /** Extent of the smallest of m, n and k at which a product runs at half the rate; `HALF_EXTENT` where absent. */
  readonly halfExtent?: number;
  /** Where products of a dtype were measured by their shape, which then counts in place of the half extent. */
  readonly products?: Readonly<Partial<Record<Dtype, ProductRates>>>;
  /** Where permutations were measured by their shape. */
  readonly permutations?: PermutationRates;
  /** Of numbers that are loaded, how much is read and written in a second; that of the memory where absent. */
  readonly loadedBytesPerSecond?: number;
  /** Of partial sums that have come, how much is added up in a second; absent where that hides behind their coming. */
  readonly addedBytesPerSecond?: number;
}

/** Of current GPUs, whose kernels multiply small tiles: a product with k = 4 gets half the rate, one with k = 64 gets 94 %. */
export const HALF_EXTENT = 4;

/** A machine as the model sees it: nodes of equal devices, joined by links of two tiers. */
export interface Machine {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly device: Device;
  readonly node: Tier;
  /** Absent on a single node. */
  readonly cluster?: Tier;
  /** Absent where all links are whole. */
  readonly degraded?: readonly DegradedLink[];
  /** True: a move runs beside the contraction next to it, tile by tile; absent: one after the other. */
  readonly overlaps?: boolean;
  /** The engine that `run Z on <machine>` uses: threads or torch for this computer, dry where only the model exists. */
  readonly engine: "threads" | "torch" | "dry";
}

export function deviceCount(machine: Machine): number {
  return machine.node.count * (machine.cluster?.count ?? 1);
}

/** Figures of a machine as a person gives them. */
export interface MachineFigures {
  readonly name: string;
  readonly source?: string;
  /**
   * Real operations per second: one figure, for single precision, half of which holds for double; or a table, in which complex and
   * real of one precision stand in for each other, and single and double too, by that factor of two.
   */
  readonly peak: number | Readonly<Partial<Record<Dtype, number>>>;
  readonly memoryBytes: number;
  readonly memoryBytesPerSecond: number;
  /** That of a GPU's kernel where absent. */
  readonly launchSeconds?: number;
  readonly halfExtent?: number;
  readonly node: Tier;
  readonly cluster?: Tier;
  readonly overlaps?: boolean;
}

const LAUNCH_SECONDS = 5e-6;

/** A machine whose schedules are modelled. Throws UserError that names the figure that is not a positive number. */
export function machineFrom(figures: MachineFigures): Machine {
  const { name, source, peak, node, cluster, overlaps, halfExtent, launchSeconds } = figures;
  const { memoryBytes, memoryBytesPerSecond } = figures;
  const positive = Object.entries({ memoryBytes, memoryBytesPerSecond, halfExtent, launchSeconds });
  for (const [what, value] of positive) if (value !== undefined) checkPositive(name, what, value);
  checkTier(name, "node", node);
  if (cluster !== undefined) checkTier(name, "cluster", cluster);
  const device = {
    flopsPerSecond: rates(name, peak),
    memoryBytes,
    memoryBytesPerSecond,
    launchSeconds: launchSeconds ?? LAUNCH_SECONDS,
    ...(halfExtent !== undefined && { halfExtent }),
  };
  return {
    name,
    source: source ?? "figures of the program",
    device,
    node,
    ...(cluster !== undefined && { cluster }),
    ...(overlaps !== undefined && { overlaps }),
    engine: "dry",
  };
}

function checkPositive(machine: string, what: string, value: number): void {
  if (!(value > 0) || !Number.isFinite(value))
    throw new UserError(`${what} of machine ${machine} must be a positive number, got ${value}`);
}

function checkTier(machine: string, tier: string, { count, bytesPerSecond, latencySeconds }: Tier): void {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UserError(`${tier} count of machine ${machine} must be a positive integer, got ${count}`);
  checkPositive(machine, `${tier} bytesPerSecond`, bytesPerSecond);
  if (!(latencySeconds >= 0) || !Number.isFinite(latencySeconds))
    throw new UserError(
      `${tier} latencySeconds of machine ${machine} must be 0 or more, got ${latencySeconds}`,
    );
}

/** Single precision runs at this many times the rate of double where only one of them is given. */
const SINGLE_PER_DOUBLE = 2;

function rates(name: string, peak: MachineFigures["peak"]): Record<Dtype, number> {
  const table: Readonly<Partial<Record<Dtype, number>>> = typeof peak === "number" ? { float32: peak } : peak;
  for (const [dtype, value] of Object.entries(table)) checkPositive(name, `peak (${dtype})`, value);
  const single = table.float32 ?? table.complex64;
  const double = table.float64 ?? table.complex128;
  if (single === undefined && double === undefined)
    throw new UserError(`machine ${name} has no peak; give one, such as 60 TFLOP/s`);
  const ofSingle = single ?? SINGLE_PER_DOUBLE * (double ?? NaN);
  const ofDouble = double ?? (single ?? NaN) / SINGLE_PER_DOUBLE;
  return {
    float32: table.float32 ?? ofSingle,
    complex64: table.complex64 ?? ofSingle,
    float64: table.float64 ?? ofDouble,
    complex128: table.complex128 ?? ofDouble,
  };
}

/**
 * The machine with the links of one device slowed. Throws UserError where there is no such device, or the share is not above 0
 * and at most 1.
 */
export function withDegradedLink(machine: Machine, link: DegradedLink): Machine {
  const { node, device, share } = link;
  const nodes = machine.cluster?.count ?? 1;
  const within = (place: number, count: number): boolean =>
    Number.isSafeInteger(place) && place >= 0 && place < count;
  if (!within(node, nodes) || !within(device, machine.node.count))
    throw new UserError(
      `${machine.name} has no device ${device} in node ${node}; ` +
        `nodes are 0 to ${nodes - 1}, devices in a node 0 to ${machine.node.count - 1}`,
    );
  if (!(share > 0 && share <= 1))
    throw new UserError(`the share of a degraded link must be above 0 and at most 1, got ${share}`);
  const name = `${machine.name} with link(node ${node}, device ${device}) at ${Number((100 * share).toPrecision(3))} %`;
  return { ...machine, name, degraded: [...(machine.degraded ?? []), link] };
}
