/** Shared memory of a run: one arena a rank, and the inputs, converted once and read by all ranks. */
import { totalmem } from "node:os";
import {
  elementBytes,
  formatBytes,
  InvariantError,
  isComplex,
  planArena,
  rankCount,
  UserError,
  type Dtype,
  type Entries,
  type Schedule,
} from "../../dsl/index.ts";
import type { Floats } from "../tensor/floats.ts";
import type { SharedMemory } from "./rank.ts";
import { floatsOf } from "./steps.ts";

/** Memory that this process may use: the computer's, or less where the process is held to less. */
function usableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Throws UserError, before anything is allocated, where the run cannot fit, and where a block cannot be had. */
export function shareMemory(schedule: Schedule, entries: readonly Entries[]): SharedMemory {
  const { network, dtype, mesh } = schedule;
  const ranks = rankCount(mesh);
  const { offsets, elements } = planArena(schedule);
  const layout = layInputs(entries);
  const perRank = elements * elementBytes(dtype);
  const needed = ranks * perRank + layout.elements * elementBytes(dtype);
  const usable = usableBytes();
  if (needed > usable)
    throw new UserError(
      `${network} needs ${formatBytes(needed)} on ${ranks} workers (${formatBytes(perRank)} each and its inputs), ` +
        `and this computer has ${formatBytes(usable)}; slice it (slice ${network} to ...)`,
    );
  const arenas = Array.from({ length: ranks }, () => sharedBlock(network, perRank));
  const inputs = sharedBlock(network, layout.elements * elementBytes(dtype));
  layout.starts.forEach((start, own) => writeEntries(floatsOf(dtype, inputs), start, own, dtype));
  const inputOffsets = entries.map((own) => layout.starts.get(own) ?? 0);
  return { arenas, offsets, inputs, inputOffsets };
}

/** Throws UserError where the runtime gives no block of this size. */
export function sharedBlock(network: string, bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${network} needs one block of ${formatBytes(bytes)} of shared memory, more than this JavaScript runtime gives; ` +
        `slice it (slice ${network} to ...) or use more workers`,
    );
  }
}

/** Where each distinct set of entries begins; tensors that share one share its place. */
function layInputs(entries: readonly Entries[]): { starts: Map<Entries, number>; elements: number } {
  const starts = new Map<Entries, number>();
  let elements = 0;
  for (const own of entries)
    if (!starts.has(own)) {
      starts.set(own, elements);
      elements += own.re.length;
    }
  return { starts, elements };
}

function writeEntries(into: Floats, start: number, { re, im }: Entries, dtype: Dtype): void {
  if (!isComplex(dtype)) {
    if (im?.some((part) => part !== 0) === true)
      throw new InvariantError(`expected real entries for ${dtype}, got complex ones`);
    into.set(re, start);
    return;
  }
  for (let element = 0, at = 2 * start; element < re.length; element += 1, at += 2) {
    into[at] = re[element] as number;
    into[at + 1] = im === undefined ? 0 : (im[element] as number);
  }
}
