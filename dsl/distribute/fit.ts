/** Slices until a contraction fits a device's memory. */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, type Network } from "../network/network.ts";
import { slice } from "../plan/slice.ts";
import { cost } from "../plan/cost.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { sliceCount } from "./assemble.ts";
import { peakBytesOnOneDevice } from "./distribute.ts";
import type { Machine } from "./machine.ts";

/**
 * The tree with as few slices as bring the schedule's peak (all live buffers, not only the largest tensor)
 * under `bytes`. Throws UserError where slicing cannot: inputs or result alone are larger, or the slices are beyond all numbers.
 */
export function slicedToFit(network: Network, tree: ContractionTree, bytes: number): ContractionTree {
  let peak = peakBytesOnOneDevice(network, tree);
  let fitted = tree;
  // One tensor alone must fit; what is sliced for a limit is sliced for any lower one too, so that slices are added.
  const most = Math.max(0, Math.log2(bytes / elementBytes(network.dtype)));
  let limit = Math.min(Math.ceil(cost(network, tree).log2Size) - 1, most);
  for (; peak > bytes && limit >= 0; limit = Math.ceil(limit) - 1) {
    const finer = slice(network, fitted, limit);
    if (!Number.isFinite(sliceCount(network, finer)))
      throw new UserError(
        `${network.name} comes under ${formatBytes(bytes)} only in more than 10^308 slices: allow it more memory`,
      );
    fitted = finer;
    peak = peakBytesOnOneDevice(network, fitted);
  }
  if (peak > bytes)
    throw new UserError(
      `no slicing brings ${network.name} under ${formatBytes(bytes)}; the least found is ${formatBytes(peak)}`,
    );
  return fitted;
}

/** Of the memory of all devices, what the largest tensor may take: a move needs it twice. */
const LARGEST_SHARE = 1 / 2;

/** log2 of the elements that a tensor may have in an order which is searched for a count of devices; what then does not fit is sliced further. */
export function log2RoomOf({ dtype }: Network, { device }: Machine, devices: number): number {
  return Math.max(0, Math.log2((devices * device.memoryBytes * LARGEST_SHARE) / elementBytes(dtype)));
}
