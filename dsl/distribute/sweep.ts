/**
 * One network on more and more devices. In: network, tree, machine, device counts. Out: one plain row a count, distribution
 * beside slicing alone, after arXiv 2606.01852. Every figure is modelled.
 */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, type Network } from "../network/network.ts";
import { cost } from "../plan/cost.ts";
import { slice } from "../plan/slice.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { distribute, peakBytesOnOneDevice } from "./distribute.ts";
import { deviceCount, type Machine } from "./machine.ts";
import { communicationShare } from "./time.ts";
import type { Wanted } from "./wanted.ts";

/** All modelled. */
export interface SpeedupPoint {
  readonly devices: number;
  /** Slicing alone, ideal: the time of one device, which slices until its own memory suffices, over the count of devices. */
  readonly slicingSeconds: number;
  readonly distributedSeconds: number;
  /** E: slicingSeconds / distributedSeconds; 1 is what slicing alone reaches. */
  readonly extraSpeedup: number;
  /**
   * R: multiply-adds where one device's memory must suffice over those where the memory of all does, each with the fewest
   * slices that fit. What E could be if communication were free and the rate of the devices constant.
   */
  readonly complexityReduction: number;
  /** Of the schedule whose time is `distributedSeconds`. */
  readonly slices: number;
  /** Part of that time in which data moves between devices, 0 to 1. */
  readonly communicationShare: number;
  /** Who planned it. */
  readonly method: string;
}

/** A schedule with the tree, sliced, that it contracts. */
export interface SlicedSchedule {
  readonly tree: ContractionTree;
  readonly schedule: Schedule;
  /** The tree with the fewest slices of which any schedule fits; absent where slices were not chosen. */
  readonly fewest?: ContractionTree;
}

/** A plan beside slicing alone. */
export type Gain = Pick<SpeedupPoint, "slicingSeconds" | "extraSpeedup" | "complexityReduction">;

/**
 * Rows for the given counts of devices, all for the pairs of one tree; slices are chosen anew for each count. Throws UserError where
 * a count does not suit the machine, and where even the finest slicing does not fit a device.
 */
export function speedups(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  counts: readonly number[],
  wanted: Wanted = {},
): readonly SpeedupPoint[] {
  const trees = slicings(network, tree, machine.device.memoryBytes);
  const single = planned(network, trees, machine, 1, {});
  return counts.map((devices) => {
    const plan = planned(network, trees, machine, devices, wanted);
    const { schedule } = plan;
    return {
      devices,
      ...gainOver(network, single, plan),
      distributedSeconds: schedule.modelledSeconds,
      slices: schedule.slices,
      communicationShare: communicationShare(schedule),
      method: schedule.method,
    };
  });
}

/**
 * What a plan gains over slicing alone, which contracts the pairs of `tree` on the memory of one device. Throws UserError where no
 * slicing fits that.
 */
export function gainOf(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  plan: SlicedSchedule,
): Gain {
  const trees = slicings(network, tree, machine.device.memoryBytes);
  return gainOver(network, planned(network, trees, machine, 1, {}), plan);
}

/** The fastest schedule for a count of devices over the slicings of one tree, from none to those that fit a single device. */
export function distributeSliced(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  wanted: Wanted = {},
): SlicedSchedule {
  const trees = slicings(network, tree, machine.device.memoryBytes);
  return planned(network, trees, machine, devices, wanted);
}

/** Counts that fill the machine's nodes whole: `least` doubled up to the node, then whole nodes doubled, up to `most`. */
export function deviceCounts(machine: Machine, least: number, most: number): readonly number[] {
  const node = machine.node.count;
  const within: number[] = [];
  for (let count = Math.max(1, Math.ceil(least)); count < node; count *= 2) within.push(count);
  const nodes: number[] = [];
  for (let count = node; count <= deviceCount(machine); count *= 2) nodes.push(count);
  return [...within, ...nodes].filter((count) => count >= least && count <= most);
}

/** Slices that no longer make a schedule faster, in a row, before only the most are tried. */
const PATIENCE = 4;

function planned(
  network: Network,
  trees: readonly ContractionTree[],
  machine: Machine,
  devices: number,
  wanted: Wanted,
): SlicedSchedule {
  let best: SlicedSchedule | undefined;
  let refused: unknown;
  let idle = 0;
  const { memoryBytes } = machine.device;
  const room = Math.log2((devices * memoryBytes) / elementBytes(network.dtype));
  for (const tree of trees) {
    // The last one fits each device: from there on slicing alone is possible, and no plan needs to be slower.
    const skipped = idle >= PATIENCE || cost(network, tree).log2Size > room;
    if (skipped && tree !== trees.at(-1)) continue;
    const schedule = fitting(
      () => distribute(network, tree, machine, devices, wanted),
      (error) => (refused = error),
    );
    if (schedule === undefined) continue;
    const faster = best === undefined || schedule.modelledSeconds < best.schedule.modelledSeconds;
    if (faster) best = { tree, schedule, fewest: best?.fewest ?? tree };
    idle = faster ? 0 : idle + 1;
  }
  if (best !== undefined) return best;
  throw refused instanceof UserError ? refused : new UserError(`${network.name} has no schedule`);
}

/** A schedule, or nothing where the tensors do not fit, which is told to `refuse`. */
function fitting(place: () => Schedule, refuse: (error: UserError) => void): Schedule | undefined {
  try {
    return place();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refuse(error);
    return undefined;
  }
}

/**
 * The tree with no slices, one, two, ... until one device's memory suffices: first those that it came with, in their order, then
 * others. Throws UserError where none suffices.
 */
function slicings(network: Network, tree: ContractionTree, memoryBytes: number): ContractionTree[] {
  const fits = (one: ContractionTree): boolean => peakBytesOnOneDevice(network, one) <= memoryBytes;
  let finest = tree;
  for (let limit = Math.ceil(cost(network, tree).log2Size) - 1; !fits(finest) && limit >= 0; limit -= 1)
    finest = slice(network, tree, limit);
  if (!fits(finest))
    throw new UserError(`no slicing brings ${network.name} under ${formatBytes(memoryBytes)} on one device`);
  const { sliced } = finest;
  return Array.from({ length: sliced.length + 1 }, (_, count) => ({
    ...tree,
    sliced: sliced.slice(0, count),
  }));
}

function gainOver(network: Network, single: SlicedSchedule, plan: SlicedSchedule): Gain {
  const { mesh, modelledSeconds } = plan.schedule;
  const slicingSeconds = single.schedule.modelledSeconds / rankCount(mesh);
  const log10Flops = ({ tree, fewest = tree }: SlicedSchedule): number => cost(network, fewest).log10Flops;
  const reduction = log10Flops(single) - log10Flops(plan);
  return {
    slicingSeconds,
    extraSpeedup: slicingSeconds / modelledSeconds,
    // A network of one tensor multiplies nothing.
    complexityReduction: Number.isNaN(reduction) ? 1 : 10 ** reduction,
  };
}
