/**
 * Stage four: a contraction tree becomes a schedule for a machine. Tries every way to share the ranks between
 * slices (groups, each with slices of its own) and distributed modes, and keeps the fastest that fits.
 */
import type { Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { assertSound } from "../schedule/verify.ts";
import { fastestOver } from "./choose.ts";
import { fitted } from "./fitted.ts";
import type { Machine } from "./machine.ts";
import { meshOf } from "./mesh.ts";
import type { CostModel } from "./model.ts";
import { modeTree } from "./modes.ts";
import { placeGreedy } from "./place.ts";
import { threadsMachine } from "./presets.ts";
import { finerTrees, sharedSeconds, workOf } from "./sharing.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The fastest schedule that fits, of those that the wanted method makes, or of all methods but `joint`. The tree's slices stay, and
 * where they are fewer than the devices, or not shared equally, more are tried too. Throws UserError where the tensors do not fit
 * the memory of a device, with what would, and where the machine has not the devices or the wanted groups.
 */
export function distribute(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
  wanted: Wanted = {},
): Schedule {
  const model: CostModel = { machine, dtype: network.dtype, mesh: meshOf(machine, devices) };
  const written = wanted.over !== undefined && wanted.over.length > 0;
  const trees = written ? [tree] : [tree, ...finer(network, tree, model)];
  return assertSound(fastestOver({ network, model, wanted }, { coarse: [], fine: trees }).schedule);
}

/** The tree with those further slices that the devices would share best, each of them taking some; none where they do not help. */
function finer(network: Network, tree: ContractionTree, model: CostModel): ContractionTree[] {
  const work = workOf(network, tree, model);
  let best = { tree, seconds: sharedSeconds(work, tree) };
  for (const one of finerTrees(work, tree)) {
    const seconds = sharedSeconds(work, one);
    if (seconds < best.seconds) best = { tree: one, seconds };
  }
  return best.tree === tree ? [] : [best.tree];
}

/** Peak of all live buffers where one device contracts the tree, slice by slice. */
export function peakBytesOnOneDevice(network: Network, tree: ContractionTree): number {
  return onOneDevice(network, tree, Infinity).bytes;
}

/** Whether one device can contract the tree, slice by slice, in this much memory. */
export function fitsOneDevice(network: Network, tree: ContractionTree, memoryBytes: number): boolean {
  return onOneDevice(network, tree, memoryBytes).schedule !== undefined;
}

function onOneDevice(
  network: Network,
  tree: ContractionTree,
  memoryBytes: number,
): ReturnType<typeof fitted> {
  const model = { machine: threadsMachine(1, memoryBytes), dtype: network.dtype, mesh: [] };
  const shared = { network, tree, modes: modeTree(network, tree, []), model, sliceDigits: [] };
  return fitted(shared, placeGreedy(shared.modes, [], []), "greedy");
}
