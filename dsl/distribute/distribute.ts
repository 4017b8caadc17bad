/**
 * Stage four: a contraction tree becomes a schedule for a machine. Tries every way to share the ranks between
 * slices (groups, each with slices of its own) and distributed modes, and keeps the fastest that fits.
 */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, type Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { assertSound } from "../schedule/verify.ts";
import { scheduleOf, sliceCount } from "./assemble.ts";
import { sliceDigitChoices } from "./groups.ts";
import type { Machine } from "./machine.ts";
import { meshOf } from "./mesh.ts";
import { modeTree } from "./modes.ts";
import { placeGreedy } from "./place.ts";
import { planGreedy, planSlicing } from "./planners.ts";
import type { Planner, Problem } from "./problem.ts";
import { planPrefix, planTree } from "./programmes.ts";
import { threadsMachine } from "./presets.ts";
import type { Method, Wanted, WrittenDistribution } from "./wanted.ts";

/**
 * The fastest schedule that fits, of those that the wanted method makes, or of all methods but `joint`. The tree's slices stay as they
 * are; only slicing alone adds some, where there are fewer than devices. Throws UserError where the tensors do not fit the memory
 * of a device, with what would, and where the machine has not the devices or the wanted groups.
 */
export function distribute(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  wanted: Wanted = {},
): Schedule {
  const mesh = meshOf(machine, devices);
  const { over, groupSize } = wanted;
  const problem: Problem = {
    network,
    tree,
    modes: modeTree(network, tree, mesh),
    model: { machine, dtype: network.dtype, mesh },
    choices: sliceDigitChoices(mesh, sliceCount(network, tree), groupSize),
    ...(over !== undefined && over.length > 0 && { over: checkedOver(network, tree, over) }),
  };
  let best: Schedule | undefined;
  let least = Infinity;
  for (const planner of plannersFor(wanted)) {
    const { schedule, leastBytes } = planner(problem, best?.modelledSeconds ?? Infinity);
    least = Math.min(least, leastBytes);
    if (schedule !== undefined && schedule.modelledSeconds < (best?.modelledSeconds ?? Infinity))
      best = schedule;
  }
  if (best === undefined) throw unplaced(problem, least);
  return assertSound(best);
}

/** A method falls back on those that it improves on: it never is slower. */
function plannersFor({ method, groupSize, over }: Wanted): readonly Planner[] {
  if (over !== undefined && over.length > 0) return [planTree];
  if (groupSize !== undefined && groupSize > 1) return plannersOfGroups(method);
  switch (method) {
    case "slicing":
      return [planSlicing];
    case "greedy":
      return [planGreedy, planSlicing];
    case "prefix":
      return [planPrefix, planSlicing];
    case "tree":
    case "joint":
    case undefined:
      return [planTree, planPrefix, planGreedy, planSlicing];
    default:
      return method satisfies never;
  }
}

/** Largest tensors alive at the same time, about: what one device can hold is a guess until it is planned. */
const LIVE_TENSORS = 2.5;

/** With groups of a given size, slicing alone is no way out: its groups are single devices. */
function plannersOfGroups(method: Method | undefined): readonly Planner[] {
  if (method === "slicing") return [planSlicing];
  if (method === "greedy") return [planGreedy];
  return method === "prefix" ? [planPrefix] : [planTree, planPrefix, planGreedy];
}

/** Throws UserError for an index that the network lacks or that is sliced. */
function checkedOver(
  network: Network,
  { sliced }: ContractionTree,
  over: readonly WrittenDistribution[],
): readonly WrittenDistribution[] {
  for (const label of over.flatMap(({ labels }) => labels)) {
    if (network.extents[label] === undefined)
      throw new UserError(`cannot distribute ${network.name} over ${label}: the network has no such index`);
    if (sliced.includes(label))
      throw new UserError(`cannot distribute ${network.name} over ${label}: it is sliced already`);
  }
  return over;
}

/** Peak of all live buffers where one device contracts the tree, slice by slice. */
export function peakBytesOnOneDevice(network: Network, tree: ContractionTree): number {
  const model = { machine: threadsMachine(1, Infinity), dtype: network.dtype, mesh: [] };
  const shared = { network, tree, modes: modeTree(network, tree, []), model, sliceDigits: [] };
  return scheduleOf(shared, placeGreedy(shared.modes, [], []), "greedy").peakBytes;
}

/** `least`: bytes on each device of the schedule that needs least; Infinity where none came so far. */
function unplaced(problem: Problem, least: number): UserError {
  const { network, model, over } = problem;
  if (least < Infinity) return tooLarge(problem, least);
  if (over === undefined) return tooLarge(problem, planGreedy(problem, Infinity).leastBytes);
  const labels = over.flatMap((one) => one.labels).join(", ");
  return new UserError(
    `no placement over ${labels} lets ${network.name} fit ${model.machine.name}; ` +
      "slice it, or distribute it over other indices or over none in particular",
  );
}

function tooLarge(problem: Problem, least: number): UserError {
  const { network, model } = problem;
  const { name, device } = model.machine;
  const devices = rankCount(model.mesh) * 2 ** Math.max(1, Math.ceil(Math.log2(least / device.memoryBytes)));
  const log2Elements = Math.log2(device.memoryBytes / elementBytes(network.dtype) / LIVE_TENSORS);
  return new UserError(
    `${network.name} needs ${formatBytes(least)} on each device, and ${name} has ` +
      `${formatBytes(device.memoryBytes)}; slice it (slice ${network.name} to fit ...: tensors of about ` +
      `2^${Math.max(0, Math.floor(log2Elements))} elements fit one device) or use more devices (about ${devices})`,
  );
}
