/**
 * The schedule: what every rank does, step by step. This page declares the whole IR. A schedule is SPMD:
 * all ranks run the same steps on shards of equal shape. Plain data; survives JSON; engines execute it as
 * it stands and decide nothing.
 */
import type { Dtype, Label } from "../network/network.ts";

export type BufferId = number;
export type ModeId = number;

/**
 * A mode is an index, or one mixed-radix digit of it where the index is split over several mesh digits.
 * The value of index `label` is the sum over its modes of `stride` times the mode's value.
 */
export interface Mode {
  readonly label: Label;
  readonly extent: number;
  readonly stride: number;
}

/** One digit of the rank number. Rank = mixed-radix number over the digits, most significant first. */
export interface MeshDigit {
  readonly radix: number;
  /** Which links a move over this digit uses. */
  readonly tier: "node" | "cluster";
}

/** Where the elements of a buffer live. */
export interface Placement {
  /** Storage order on each rank, row-major, without the split modes. */
  readonly modes: readonly ModeId[];
  /**
   * For every mesh digit: the mode split over it (rank digit = value of the mode; extents equal the radix),
   * or null: the ranks along this digit hold copies.
   */
  readonly split: readonly (ModeId | null)[];
  /** Mesh digits along which the buffer holds partial sums that are still owed. Disjoint from split digits. */
  readonly partial: readonly number[];
}

export interface Buffer {
  /** What it holds, for people: a tensor's name or `#12`. */
  readonly name: string;
  readonly placement: Placement;
  /** Elements on each rank: the product of the extents of `placement.modes`. */
  readonly elements: number;
}

/** Modelled cost of a step, per rank, for one execution (steps within a slice loop: for one slice). */
export interface StepModel {
  readonly seconds: number;
  /** Real floating-point operations (8 for a complex multiply-add, 2 for a real one). */
  readonly flops: number;
  /** Bytes read and written in local memory. */
  readonly localBytes: number;
  /** Bytes each rank sends, per tier. */
  readonly sentBytes: { readonly node: number; readonly cluster: number };
  /** Messages each rank sends. */
  readonly messages: number;
}

/** Storage form of a contraction's operand; the batch dimension leads. */
export type FormA = "mk" | "km";
export type FormB = "kn" | "nk";

/** An axis around a product: in each buffer the elements from one of its values to the next, 0 where the buffer has no such axis. */
export interface Loop {
  readonly extent: number;
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/**
 * Where the matrices of a contraction lie in larger buffers: the product is made once for all values of the loops together, in any order.
 * `a`, `b`, `out`: elements from one row of the matrix as it is stored (`formA`, `formB`; m rows of the result) to the next.
 */
export interface Strided {
  readonly loops: readonly Loop[];
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

/**
 * How a move goes beside a contraction, tile by tile: a tile moves while the contraction is at another one. Engines that cannot, run the
 * two one after the other, to the same value. Contraction and move are neighbours in the list of steps, both in whole and each beside no
 * other; what either reads is freed after both.
 */
export interface Tiles {
  /** `before`: the contraction comes first and makes `in`; `after`: it comes next and reads `out`. */
  readonly beside: "before" | "after";
  /**
   * The axis of the contraction that is cut. Seen as [outer][count][rest], tile t of it is [:, t, :]: `outer` products. The buffer
   * that makes or reads it is then [before][count][inner], with axes before and after it merged; the blocks of the move divide `before`,
   * so that each stretch of `inner` elements goes to, or comes from, one member.
   */
  readonly axis: "batch" | "m" | "n";
  readonly outer: number;
  /** Tiles, at least two. */
  readonly count: number;
}

export type Step = { readonly model: StepModel } & (
  | {
      /** out := the rank's shard of network tensor `tensor` at the current slice (diagonals taken, dtype converted). */
      readonly kind: "load";
      readonly tensor: number;
      readonly out: BufferId;
    }
  | {
      /** out[outer, inner] := sum over r of in[outer, r, inner]. */
      readonly kind: "sum";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly outer: number;
      readonly reduced: number;
      readonly inner: number;
    }
  | {
      /**
       * out[batch, m, n] := sum over k of a[batch, m, k] * b[batch, k, n], as one batched GEMM on views. The operand that is `shared`
       * has no batch dimension: every batch reads all of it. Absent: both have one.
       */
      readonly kind: "contract";
      readonly shared?: "a" | "b";
      /** Absent: the matrices lie one after the other, without gaps. Else there is no batch (1), and nothing moves beside it. */
      readonly strided?: Strided;
      readonly a: BufferId;
      readonly b: BufferId;
      readonly out: BufferId;
      readonly batch: number;
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly formA: FormA;
      readonly formB: FormB;
      /** The step of the contraction tree (0-based pair) that this is. */
      readonly pair: number;
    }
  | {
      /** out := in with axes permuted: output axis d is input axis `axes[d]`; `shape` is the input's fused shape. */
      readonly kind: "permute";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly shape: readonly number[];
      readonly axes: readonly number[];
    }
  | {
      /**
       * All-to-all over `digits` (a group of G = product of radices ranks). `in` begins with the modes that come
       * (G blocks, block j goes to member j of the group); `out` begins with the modes that leave (block i came
       * from member i). Members are numbered mixed-radix over `digits` in the order listed.
       */
      readonly kind: "redistribute";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly digits: readonly number[];
      /** Absent: nothing goes on beside it. */
      readonly tiles?: Tiles;
    }
  | {
      /** All-gather over `digits`: out[i, ...] := member i's in; the modes that were split lead. */
      readonly kind: "gather";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly digits: readonly number[];
      /** Absent: nothing goes on beside it. */
      readonly tiles?: Tiles;
    }
  | {
      /** All-reduce over `digits`: out := sum of the members' in, in member order on every rank. */
      readonly kind: "reduce";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly digits: readonly number[];
    }
  | {
      /** Reduce-scatter over `digits`: member i gets block i (leading modes) of the sum of the members' in. */
      readonly kind: "reduce-scatter";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly digits: readonly number[];
      /** Absent: nothing goes on beside it. */
      readonly tiles?: Tiles;
    }
  | {
      /** out := the in of member 0 of the group over `digits`. */
      readonly kind: "broadcast";
      readonly in: BufferId;
      readonly out: BufferId;
      readonly digits: readonly number[];
    }
  | {
      /**
       * Runs `body` once a slice. Slices are numbered mixed-radix over `labels`, first label most significant.
       * Along `digits` the groups share the slices: the group with number g over `digits` (of G) runs slices
       * g, g+G, ... (every group runs count/G rounded up; a missing slice contributes nothing).
       * `add`: after each slice, buffer `from` is added into `into` (defined before the loop as zeros by the engine);
       * where open indices are sliced, `into` has them as its leading modes and the slice is added into its place. `model`: of adding
       * up all slices of a group; what makes them is in the body's.
       */
      readonly kind: "slice-loop";
      readonly labels: readonly Label[];
      readonly digits: readonly number[];
      readonly body: readonly Step[];
      readonly from: BufferId;
      readonly into: BufferId;
    }
  | { readonly kind: "free"; readonly buffer: BufferId }
);

export type StepKind = Step["kind"];

/** Version of the JSON form; raised when a reader of an older form would go wrong. */
export const SCHEDULE_VERSION = 1;

/**
 * Invariants (checked by `verify`): buffers are defined before use and freed once; partial sums are settled
 * before they are read as values; shapes multiply out; a tiled move has its contraction beside it, with an axis that the
 * tiles divide; `result` is whole on rank 0 with its modes in the order of `open`; the live peak fits the machine.
 */
export interface Schedule {
  readonly version: typeof SCHEDULE_VERSION;
  readonly network: string;
  readonly machine: string;
  readonly dtype: Dtype;
  readonly mesh: readonly MeshDigit[];
  /** Extents of every index of the network, and the axes of every tensor: enough to load without the network. */
  readonly extents: Readonly<Record<Label, number>>;
  readonly tensors: readonly { readonly name: string; readonly labels: readonly Label[] }[];
  readonly open: readonly Label[];
  readonly modes: readonly Mode[];
  readonly buffers: readonly Buffer[];
  readonly steps: readonly Step[];
  readonly result: BufferId;
  /** Number of slices, 1 where nothing is sliced. */
  readonly slices: number;
  /** Largest sum of live buffers on one rank, in bytes, workspace included. */
  readonly peakBytes: number;
  /** Modelled seconds of the whole schedule. */
  readonly modelledSeconds: number;
  /** Who planned it. */
  readonly method: string;
}

export function rankCount(mesh: readonly MeshDigit[]): number {
  return mesh.reduce((product, digit) => product * digit.radix, 1);
}
