/** Slices until a contraction fits a device's memory. */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import type { Network } from "../network/network.ts";
import { slice } from "../plan/slice.ts";
import { cost } from "../plan/cost.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { peakBytesOnOneDevice } from "./distribute.ts";

/**
 * The tree with as few slices as bring the schedule's peak (all live buffers, not only the largest tensor)
 * under `bytes`. Throws UserError where slicing cannot: inputs or result alone are larger.
 */
export function slicedToFit(network: Network, tree: ContractionTree, bytes: number): ContractionTree {
  let peak = peakBytesOnOneDevice(network, tree);
  let fitted = tree;
  for (let limit = Math.ceil(cost(network, tree).log2Size) - 1; peak > bytes && limit >= 0; limit -= 1) {
    fitted = slice(network, tree, limit);
    peak = peakBytesOnOneDevice(network, fitted);
  }
  if (peak > bytes)
    throw new UserError(
      `no slicing brings ${network.name} under ${formatBytes(bytes)}; the least found is ${formatBytes(peak)}`,
    );
  return fitted;
}
