/**
 * Shared memory of a run: one arena a rank, and the inputs, converted once and read by all ranks. The WebAssembly kernels reach 4 GiB:
 * up to that all lies in one memory, beyond it each rank has one of its own where it fits, and else TypeScript does the arithmetic.
 */
import { totalmem } from "node:os";
import {
  elementBytes,
  formatBytes,
  InvariantError,
  isComplex,
  planArena,
  rankCount,
  UserError,
  type BufferId,
  type Dtype,
  type Entries,
  type Schedule,
} from "../../dsl/core.ts";
import type { Floats } from "../tensor/floats.ts";
import { askForLargePages } from "./pages.ts";
import { compileKernels, WORKSPACE_BYTES } from "../tensor/wasm/kernels.ts";
import { layEntries } from "./entries.ts";
import { buffersInPlace } from "./loads.ts";
import type { SharedMemory } from "./rank.ts";
import { floatsOf, type Stretch } from "./steps.ts";
import { inTurns } from "./turns.ts";

/** Memory that this process may use: the computer's, or less where the process is held to less. */
export function usableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const PAGE_BYTES = 2 ** 16;
/** What begins a stretch of memory: cache lines, and the vectors of the kernels. */
const ALIGNMENT = 64;

/**
 * Between the stretches of one memory. Ranks go through arenas of 2^n bytes in step: where these lie 2^n bytes apart, they all wait for
 * the same bank of the memory, and take up to half as long again.
 */
const STAGGER_BYTES = 2 ** 18 + 2 ** 11 + ALIGNMENT;

/** What 32-bit addresses reach, less a page, so that no end of a block is address 0. */
export const KERNEL_REACH_BYTES = 2 ** 32 - PAGE_BYTES;

/** Bytes of a run. */
interface Sizes {
  readonly ranks: number;
  /** Of one rank. */
  readonly arena: number;
  readonly inputs: number;
}

export interface ShareOptions {
  /** Bytes up to which a memory is one for the kernels. */
  readonly reach?: number;
  /** A memory that an earlier run has left, which is taken where all fits into it, and grows where it can. */
  readonly left?: WebAssembly.Memory | undefined;
  /** Whether the kernels are those of relaxed SIMD. */
  readonly relaxed?: boolean;
  /** Ends the copying of the inputs. */
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with UserError, before anything is allocated, where the run cannot fit, and where a block cannot be had. */
export async function shareMemory(
  schedule: Schedule,
  entries: readonly Entries[],
  { reach = KERNEL_REACH_BYTES, left, relaxed = false, signal }: ShareOptions = {},
): Promise<SharedMemory> {
  const { network, dtype, mesh } = schedule;
  const ranks = rankCount(mesh);
  const { offsets, elements } = planArena(schedule);
  const layout = layEntries(entries);
  const sizes = {
    ranks,
    arena: aligned(elements * elementBytes(dtype)),
    inputs: aligned(layout.elements * elementBytes(dtype)),
  };
  refuseUnfit(schedule, sizes);
  const blocks =
    oneMemory(sizes, reach, left) ?? memoryEach(network, sizes, reach) ?? plainBlocks(network, sizes);
  const inputs = floatsOf(dtype, blocks.inputs);
  for (const [own, start] of layout.starts) await writeEntries(inputs, start, { own, dtype, signal });
  const inputOffsets = entries.map((own) => layout.starts.get(own) ?? 0);
  const isOneBlock = blocks.arenas.every(({ block }) => block === blocks.inputs.block);
  const inPlace = isOneBlock
    ? buffersInPlace(schedule, inputOffsets)
    : new Map<BufferId, readonly number[]>();
  const { workspaces, ...stretches } = blocks;
  const kernels = workspaces && { module: compileKernels(relaxed), workspaces };
  return { ...stretches, ...(kernels && { kernels }), offsets, inputOffsets, inPlace };
}

/** All that a run allocates, the float64 copy of its value with it. Throws UserError where this process may not use as much. */
function refuseUnfit({ network, dtype, buffers, result }: Schedule, { ranks, arena, inputs }: Sizes): void {
  const value = (buffers[result]?.elements ?? 0) * elementBytes(isComplex(dtype) ? "complex128" : "float64");
  const needed = ranks * inPages(WORKSPACE_BYTES + arena + STAGGER_BYTES) + inPages(inputs) + value;
  const usable = usableBytes();
  if (needed > usable)
    throw new UserError(
      `${network} needs ${formatBytes(needed)} on ${ranks} workers (${formatBytes(arena)} each and, once, its inputs and its value), ` +
        `and this computer has ${formatBytes(usable)}; slice it (slice ${network} to ...)`,
    );
}

function inPages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

interface Blocks extends Pick<SharedMemory, "arenas" | "inputs"> {
  /** By rank, in the memory of its arena, where kernels reach it. */
  readonly workspaces?: readonly number[];
}

/** Workspaces, arenas, inputs; staggered where the kernels reach that far. */
function oneMemory(
  { ranks, arena, inputs }: Sizes,
  reach: number,
  left: WebAssembly.Memory | undefined,
): Blocks | undefined {
  const start = ranks * WORKSPACE_BYTES;
  const closely = start + ranks * arena + inputs;
  const stagger = closely + ranks * STAGGER_BYTES <= reach ? STAGGER_BYTES : 0;
  const bytes = closely + ranks * stagger;
  const memory = grown(left, bytes) ?? kernelMemory(bytes, reach);
  if (memory === undefined) return undefined;
  askForLargePages(memory);
  const perRank = Array.from({ length: ranks }, (_, rank) => rank);
  const startOf = (rank: number): number => start + rank * (arena + stagger);
  return {
    arenas: perRank.map((rank) => ({ block: memory, start: startOf(rank), bytes: arena })),
    inputs: { block: memory, start: startOf(ranks), bytes: inputs },
    workspaces: perRank.map((rank) => rank * WORKSPACE_BYTES),
  };
}

/** Each rank's workspace and arena in a memory of its own. */
function memoryEach(network: string, { ranks, arena, inputs }: Sizes, reach: number): Blocks | undefined {
  const arenas: Stretch[] = [];
  for (let rank = 0; rank < ranks; rank += 1) {
    const block = kernelMemory(WORKSPACE_BYTES + arena, reach);
    if (block === undefined) return undefined;
    askForLargePages(block);
    arenas.push({ block, start: WORKSPACE_BYTES, bytes: arena });
  }
  return { arenas, inputs: wholeBlock(network, inputs), workspaces: arenas.map(() => 0) };
}

function plainBlocks(network: string, { ranks, arena, inputs }: Sizes): Blocks {
  const arenas = Array.from({ length: ranks }, () => wholeBlock(network, arena));
  return { arenas, inputs: wholeBlock(network, inputs) };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The memory that a run has left, where all of it lies in one. */
export function memoryLeft({ inputs: { block } }: SharedMemory): WebAssembly.Memory | undefined {
  return block instanceof SharedArrayBuffer ? undefined : block;
}

/** Bytes of all blocks. */
export function bytesOf({ arenas, inputs }: SharedMemory): number {
  const blocks = new Set([...arenas, inputs].map(({ block }) => block));
  return [...blocks].reduce(
    (sum, block) => sum + (block instanceof SharedArrayBuffer ? block : block.buffer).byteLength,
    0,
  );
}

/** None where it would be too large, or the runtime gives none. It can grow to the reach. */
function kernelMemory(bytes: number, reach: number): WebAssembly.Memory | undefined {
  if (bytes > reach) return undefined;
  const [initial, maximum] = [bytes, reach].map((size) => Math.ceil(size / PAGE_BYTES)) as [number, number];
  return unlessRefused(() => new WebAssembly.Memory({ initial, maximum, shared: true }));
}

/** The same memory, with at least so many bytes; undefined where it cannot have them. */
function grown(memory: WebAssembly.Memory | undefined, bytes: number): WebAssembly.Memory | undefined {
  if (memory === undefined) return undefined;
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  return unlessRefused(() => {
    if (missing > 0) memory.grow(missing);
    return memory;
  });
}

/** Undefined where the runtime gives no such memory. */
function unlessRefused(ask: () => WebAssembly.Memory): WebAssembly.Memory | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function wholeBlock(network: string, bytes: number): Stretch {
  return { block: sharedBlock(network, bytes), start: 0, bytes };
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

async function writeEntries(
  into: Floats,
  start: number,
  { own, dtype, signal }: { own: Entries; dtype: Dtype; signal: AbortSignal | undefined },
): Promise<void> {
  const { re, im } = own;
  const isWide = isComplex(dtype);
  await inTurns(re.length, signal, (begin, end) => {
    if (!isWide) {
      if (im?.subarray(begin, end).some((part) => part !== 0) === true)
        throw new InvariantError(`expected real entries for ${dtype}, got complex ones`);
      into.set(re.subarray(begin, end), start + begin);
      return;
    }
    for (let element = begin, at = 2 * (start + begin); element < end; element += 1, at += 2) {
      into[at] = re[element] as number;
      into[at + 1] = im === undefined ? 0 : (im[element] as number);
    }
  });
}
