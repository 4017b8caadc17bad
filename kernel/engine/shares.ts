/** Shares of a rank's work that other ranks do with it: parts of about the same size. */
import { rowMajor, type View } from "../tensor/strided.ts";

/** One of so many ranks, counted from 0. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** Of a rank that works alone. */
export const WHOLE: Share = { index: 0, count: 1 };

/** Of a copy: `out` and `from` are where the part begins on either side, in elements. */
export interface ViewPart {
  readonly view: View;
  readonly out: number;
  readonly from: number;
}

/**
 * Elements from which a copy is shared: half a millisecond or so. Threads of a computer that does other things, too, are uneven by tenths
 * of that: shared copies of 20 us each were slower than the same copies alone.
 */
const LEAST_COPIED = 2 ** 19;

/** An axis with so many values for each rank has parts of about the same size. */
const EVEN = 8;

/** Of a long axis parts begin at multiples of this: at cache lines, where these lie along it. */
const UNIT = 16;

/** Where a share of so many values begins, and how many they are. */
export function stretchOf(
  extent: number,
  { index, count }: Share,
): { readonly first: number; readonly length: number } {
  const unit = extent >= EVEN * UNIT * count ? UNIT : 1;
  const begin = (at: number): number =>
    at === count ? extent : unit * Math.floor((extent * at) / (count * unit));
  const first = begin(index);
  return { first, length: begin(index + 1) - first };
}

/** Undefined for a copy that is not shared. The axis that is cut is the one whose parts are the largest stretches on both sides. */
export function partOfView(whole: View, share: Share): ViewPart | undefined {
  if (share.count === 1) return { view: whole, out: 0, from: 0 };
  const { extents, strides } = whole;
  const to = rowMajor(extents);
  const reach = (axis: number): number => Math.min(to[axis] ?? 0, strides[axis] ?? 0);
  const isEven = (extent: number): boolean => extent % share.count === 0 || extent >= EVEN * share.count;
  const axes = [...extents.keys()].filter((axis) => isEven(extents[axis] ?? 1));
  const [cut] = axes.sort((x, y) => reach(y) - reach(x));
  const elements = extents.reduce((product, extent) => product * extent, 1);
  if (cut === undefined || elements < LEAST_COPIED) return undefined;
  const { first, length } = stretchOf(extents[cut] ?? 1, share);
  return {
    view: { extents: extents.with(cut, length), strides, to },
    out: first * (to[cut] ?? 0),
    from: first * (strides[cut] ?? 0),
  };
}
