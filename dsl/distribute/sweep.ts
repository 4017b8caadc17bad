/**
 * One network on more and more devices. In: network, tree, machine, device counts. Out: one plain row a count, distribution
 * beside slicing alone, after arXiv 2606.01852. Every figure is modelled.
 */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, type Network } from "../network/network.ts";
import { cost, plainCost } from "../plan/cost.ts";
import { withSliced } from "../plan/hypergraph.ts";
import { slice } from "../plan/slice.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { assertSound } from "../schedule/verify.ts";
import { fastestOver, type Chosen } from "./choose.ts";
import { fitsOneDevice } from "./distribute.ts";
import { deviceCount, type Machine } from "./machine.ts";
import { meshOf } from "./mesh.ts";
import type { CostModel } from "./model.ts";
import { finerTrees, workOf } from "./sharing.ts";
import { communicationShare } from "./time.ts";
import type { Wanted } from "./wanted.ts";

/** All modelled. */
export interface SpeedupPoint {
  readonly devices: number;
  /**
   * Slicing alone on as many devices: each takes slices of its own, at least as many as its memory needs. The time of one device over
   * their count where there are slices for all; more where these are too few to be shared equally, or repeat work.
   */
  readonly slicingSeconds: number;
  readonly distributedSeconds: number;
  /** S: the time of one device, which slices until its own memory suffices, over distributedSeconds. */
  readonly speedup: number;
  /** E: slicingSeconds / distributedSeconds; 1 is what slicing alone reaches, and no plan for the same pairs is below. */
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
  /** With the order that was searched for this count, or the one for all where that is faster; absent where none was searched. */
  readonly searched?: Omit<SpeedupPoint, "searched">;
}

/** A schedule with the tree, sliced, that it contracts. */
export interface SlicedSchedule {
  readonly tree: ContractionTree;
  readonly schedule: Schedule;
  /** The tree with the fewest slices of which any schedule fits; absent where slices were not chosen. */
  readonly fewest?: ContractionTree;
}

/** A plan beside slicing alone. */
export type Gain = Pick<SpeedupPoint, "slicingSeconds" | "speedup" | "extraSpeedup" | "complexityReduction">;

/**
 * Rows for the given counts of devices, all for the pairs of one tree; slices are chosen anew for each count. `own`: for each count a
 * tree that was searched for it. All are beside slicing alone with the one tree. Throws UserError where a count does not suit the
 * machine, and where even the finest slicing does not fit a device.
 */
export function speedups(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  counts: readonly number[],
  wanted: Wanted = {},
  own: readonly ContractionTree[] = [],
): readonly SpeedupPoint[] {
  const subject = subjectOf(network, tree, machine.device.memoryBytes);
  const single = planned(subject, machine, 1, {});
  const pointOf = (plan: SlicedSchedule): SpeedupPoint => ({
    devices: rankCount(plan.schedule.mesh),
    ...gainOver(subject, single, machine, plan),
    distributedSeconds: plan.schedule.modelledSeconds,
    slices: plan.schedule.slices,
    communicationShare: communicationShare(plan.schedule),
    method: plan.schedule.method,
  });
  return counts.map((devices, place) => {
    const plan = planned(subject, machine, devices, wanted);
    const searched = own[place];
    if (searched === undefined) return pointOf(plan);
    const other = distributeSliced(network, searched, machine, devices, wanted);
    const faster = other.schedule.modelledSeconds < plan.schedule.modelledSeconds;
    return { ...pointOf(plan), searched: pointOf(faster ? other : plan) };
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
  const subject = subjectOf(network, tree, machine.device.memoryBytes);
  return gainOver(subject, planned(subject, machine, 1, {}), machine, plan);
}

/**
 * The fastest schedule for a count of devices over the slicings of one tree: from none to those that fit a single device, and on to
 * those that the devices share equally. Throws UserError where nothing fits.
 */
export function distributeSliced(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  wanted: Wanted = {},
): SlicedSchedule {
  return planned(subjectOf(network, tree, machine.device.memoryBytes), machine, devices, wanted);
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

function planned(subject: Subject, machine: Machine, devices: number, wanted: Wanted): Chosen {
  const { network, coarse, fine } = subject;
  const model: CostModel = { machine, dtype: network.dtype, mesh: meshOf(machine, devices) };
  const [fitting] = fine;
  const room = Math.log2((devices * machine.device.memoryBytes) / elementBytes(network.dtype));
  const work = fitting && workOf(network, fitting, model);
  const finer = work === undefined ? [] : finerTrees(work, work.tree);
  const log2Largest = ({ sliced }: ContractionTree): number =>
    work === undefined ? 0 : plainCost(withSliced(work.graph, sliced), work.nodes).log2Size;
  const slicings = {
    coarse: coarse.filter((tree) => log2Largest(tree) <= room),
    fine: distinct([...fine, ...finer]),
  };
  const chosen = fastestOver({ network, model, wanted }, slicings);
  return { ...chosen, schedule: assertSound(chosen.schedule) };
}

/** Of trees with the same slices, in whatever order, the first. */
function distinct(trees: readonly ContractionTree[]): ContractionTree[] {
  const found = new Map<string, ContractionTree>();
  for (const tree of trees) {
    const key = [...tree.sliced].sort().join("\n");
    if (!found.has(key)) found.set(key, tree);
  }
  return [...found.values()];
}

/** Trees of a network's pairs with no slices, one, two, ...; `fine` begins with the first that fits one device. */
interface Subject {
  readonly network: Network;
  readonly coarse: readonly ContractionTree[];
  readonly fine: readonly ContractionTree[];
}

/**
 * Slices until one device's memory suffices: first those that the tree came with, in their order, then others. Throws UserError where
 * none suffices.
 */
function subjectOf(network: Network, tree: ContractionTree, memoryBytes: number): Subject {
  const room = Math.log2(memoryBytes / elementBytes(network.dtype));
  const known = new Map<string, boolean>();
  const fits = (one: ContractionTree): boolean => {
    const key = one.sliced.join("\n");
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const own = cost(network, one).log2Size <= room && fitsOneDevice(network, one, memoryBytes);
    known.set(key, own);
    return own;
  };
  let [finest, refused] = [tree, -1];
  // Whether one slice less fits is asked anyhow, and answers for both.
  const suffices = ({ sliced }: ContractionTree): boolean =>
    (sliced.length - 1 > refused && fits({ ...tree, sliced: sliced.slice(0, -1) })) ||
    fits({ ...tree, sliced });
  let limit = Math.min(Math.ceil(cost(network, tree).log2Size) - 1, Math.floor(room));
  for (; !suffices(finest) && limit >= 0; limit -= 1) {
    refused = finest.sliced.length;
    finest = slice(network, tree, limit);
  }
  if (!suffices(finest))
    throw new UserError(`no slicing brings ${network.name} under ${formatBytes(memoryBytes)} on one device`);
  const { sliced } = finest;
  const trees = Array.from({ length: sliced.length + 1 }, (_, count) => ({
    ...tree,
    sliced: sliced.slice(0, count),
  }));
  let first = sliced.length;
  while (first - 1 > refused && fits(trees[first - 1] as ContractionTree)) first -= 1;
  return { network, coarse: trees.slice(0, first), fine: trees.slice(first) };
}

/** `alone`: the pairs whose slicing the plan is compared with. */
function gainOver(alone: Subject, single: Chosen, machine: Machine, plan: SlicedSchedule): Gain {
  const { mesh, modelledSeconds } = plan.schedule;
  const sliced = planned(alone, machine, rankCount(mesh), { method: "slicing" });
  const slicingSeconds = sliced.schedule.modelledSeconds;
  const log10Flops = ({ tree, fewest = tree }: SlicedSchedule): number =>
    cost(alone.network, fewest).log10Flops;
  const reduction = log10Flops(single) - log10Flops(plan);
  return {
    slicingSeconds,
    speedup: single.schedule.modelledSeconds / modelledSeconds,
    extraSpeedup: slicingSeconds / modelledSeconds,
    // A network of one tensor multiplies nothing.
    complexityReduction: Number.isNaN(reduction) ? 1 : 10 ** reduction,
  };
}
