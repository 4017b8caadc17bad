/** One rank of a run: which shard it holds, where its buffers lie, and which slice it is at. */
import type { BufferId, Label, Schedule, Step } from "../../dsl/core.ts";
import { widthOf, type Floats, type Width } from "../tensor/floats.ts";
import { makeKernels } from "../tensor/wasm/kernels.ts";
import { kernelArithmetic, nativeArithmetic, plainArithmetic, type Arithmetic } from "./arithmetic.ts";
import { barrierTable, looksOf, type BarrierTable } from "./barrier.ts";
import type { RankCheckpoint } from "./checkpoint.ts";
import { isRelaxed, type Multiplier } from "./multiplier.ts";
import type { Rescaling } from "./rescale.ts";
import { floatsOf, unravel, type Stretch } from "./steps.ts";

/** What a worker needs to see the numbers. Offsets in elements. */
export interface SharedMemory {
  /** By rank. */
  readonly arenas: readonly Stretch[];
  /** By buffer, the same in every arena. */
  readonly offsets: readonly number[];
  readonly inputs: Stretch;
  /** By tensor. */
  readonly inputOffsets: readonly number[];
  /** Buffers that lie in the inputs, where all is in one memory: where each begins, by rank. */
  readonly inPlace: ReadonlyMap<BufferId, readonly number[]>;
  /** Where each rank's arena lies in a WebAssembly memory: the module, and by rank where its workspace begins there. */
  readonly kernels?: { readonly module: WebAssembly.Module; readonly workspaces: readonly number[] };
}

/** What a worker is given. */
export interface RankTask {
  readonly schedule: Schedule;
  readonly rank: number;
  readonly memory: SharedMemory;
  /** Int32 words of the barriers. */
  readonly barriers: SharedArrayBuffer;
  /** Int32 word 0 becomes 1 when the run begins; BigInt64 word 1 is then its time. Int32 word 1 counts the ranks whose numbers are lost. */
  readonly start: SharedArrayBuffer;
  /** Where rank 0 notes how far it is (progress.ts). */
  readonly progress: SharedArrayBuffer;
  /** Absent where nothing is to be scaled. */
  readonly rescaling?: Rescaling | undefined;
  /** Of the run, where it is to end after the first slices if another is better: it may be with other powers of two. */
  readonly probed?: { readonly round: number } | undefined;
  /** Absent where no sums are kept. */
  readonly checkpoint?: RankCheckpoint | undefined;
  /** Multiplies; absent where the usual kernels do. */
  readonly multiplier?: Multiplier | undefined;
}

/** A step that is planned; calling it runs it. */
export type Work = () => void;

/** A buffer that a collective has given to its members to read: nothing is written there until all have come to its end. */
export interface Lent {
  readonly step: Step;
  readonly buffer: BufferId;
  /** The barrier at the end, and what to wait for there. */
  readonly exit: number;
  readonly generation: number;
}

export interface Rank {
  readonly schedule: Schedule;
  readonly rank: number;
  /** Digits of the rank's number. */
  readonly digits: readonly number[];
  readonly width: Width;
  readonly arenas: readonly Floats[];
  readonly offsets: readonly number[];
  readonly inputs: Floats;
  readonly inputOffsets: readonly number[];
  /** Buffers that are read where the inputs lie, and never written to: where each begins, by rank. */
  readonly inPlace: ReadonlyMap<BufferId, readonly number[]>;
  readonly barriers: Int32Array;
  readonly barrierTable: BarrierTable;
  /** How often a barrier is looked at before the thread sleeps. */
  readonly looks: number;
  readonly arithmetic: Arithmetic;
  /** Views of buffers by peer, made on first use. */
  readonly views: Map<BufferId, Floats>[];
  /** Own buffers that peers may still be reading. */
  readonly lent: Lent[];
  /** Values of the sliced labels; empty outside a loop. */
  readonly slice: Map<Label, number>;
  /** Whether the others help rank 0 with what is its alone: all have one memory and a core each. */
  readonly isSharing: boolean;
}

export function makeRank({ schedule, rank, memory, barriers, multiplier, rescaling }: RankTask): Rank {
  const arenas = memory.arenas.map((arena) => floatsOf(schedule.dtype, arena));
  const own = arithmeticOf(schedule, rank, memory);
  const looks = looksOf(arenas.length);
  const isOneBlock = memory.arenas.every(({ block }) => block === memory.inputs.block);
  return {
    schedule,
    rank,
    digits: unravel(
      rank,
      schedule.mesh.map(({ radix }) => radix),
    ),
    width: widthOf(schedule.dtype),
    arenas,
    offsets: memory.offsets,
    inputs: floatsOf(schedule.dtype, memory.inputs),
    inputOffsets: memory.inputOffsets,
    // What is rescaled is a copy.
    inPlace: rescaling === undefined ? memory.inPlace : new Map<BufferId, readonly number[]>(),
    barriers: new Int32Array(barriers),
    barrierTable: barrierTable(schedule),
    looks,
    arithmetic:
      multiplier === undefined || isRelaxed(multiplier)
        ? own
        : nativeArithmetic(schedule.dtype, multiplier, own),
    views: arenas.map(() => new Map<BufferId, Floats>()),
    lent: [],
    slice: new Map(),
    isSharing: arenas.length > 1 && isOneBlock && looks > 0,
  };
}

/** Rank 0, as this thread works for it. */
export function firstRank(rank: Rank): Rank {
  return { ...rank, rank: 0, digits: rank.digits.map(() => 0) };
}

function arithmeticOf({ dtype }: Schedule, rank: number, { arenas, kernels }: SharedMemory): Arithmetic {
  const block = arenas[rank]?.block;
  if (kernels === undefined || !(block instanceof WebAssembly.Memory)) return plainArithmetic(dtype);
  const own = makeKernels(kernels.module, block, kernels.workspaces[rank] ?? 0);
  return kernelArithmetic(dtype, own, block);
}

/** The floats of a buffer on `peer`, in shared memory: its arena, or the inputs. */
export function bufferOf(rank: Rank, id: BufferId, peer = rank.rank): Floats {
  const known = rank.views[peer]?.get(id);
  if (known !== undefined) return known;
  const { arenas, inputs, inPlace, offsets, schedule, width } = rank;
  const place = inPlace.get(id)?.[peer];
  const arena = place === undefined ? arenas[peer] : inputs;
  const [offset, buffer] = [place ?? offsets[id], schedule.buffers[id]];
  if (arena === undefined || offset === undefined || buffer === undefined)
    throw new RangeError(`expected buffer ${id} on rank ${peer}, got none`);
  const view = arena.subarray(offset * width, (offset + buffer.elements) * width);
  rank.views[peer]?.set(id, view);
  return view;
}
