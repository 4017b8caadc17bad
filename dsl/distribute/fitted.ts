/** Placements lowered where they may fit: what is too large for sure is not worth a schedule. */
import { elementBytes } from "../network/network.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { scheduleWithin, type Shared } from "./assemble.ts";
import { leastPeak } from "./peak.ts";
import type { NodePlacements } from "./place.ts";
import type { Method } from "./wanted.ts";

/** Elements that were found to be needed at the least. */
const peaks = new WeakMap<NodePlacements, number>();

/** Bytes that placements need on a device at the least. */
export function leastBytesOf(
  { modes, model }: Pick<Shared, "modes" | "model">,
  placements: NodePlacements,
): number {
  let elements = peaks.get(placements);
  if (elements === undefined) peaks.set(placements, (elements = leastPeak(modes, placements)));
  return elements * elementBytes(model.dtype);
}

/**
 * The schedule if it fits the memory of a device and takes less than `limit` modelled seconds; and the bytes that it needs there, at the
 * least where it was not made.
 */
export function fitted(
  shared: Shared,
  placements: NodePlacements,
  method: Method,
  limit = Infinity,
): { readonly schedule?: Schedule; readonly bytes: number } {
  const { memoryBytes } = shared.model.machine.device;
  const least = leastBytesOf(shared, placements);
  if (least > memoryBytes) return { bytes: least };
  const schedule = scheduleWithin(shared, placements, method, limit);
  if (schedule === undefined) return { bytes: least };
  const bytes = schedule.peakBytes;
  return bytes > memoryBytes || schedule.modelledSeconds >= limit ? { bytes } : { schedule, bytes };
}
