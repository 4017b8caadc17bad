/** The slice loop: which slices a rank runs, and the sum over them. */
import { copyFloats, type Floats } from "../tensor/floats.ts";
import { bufferOf, type Rank } from "./rank.ts";
import { groupSize, unravel, type SliceLoop } from "./steps.ts";

/** Elements up to which float32 slices are added up in float64 outside the arena: at most 64 MiB. */
const MOST_PRECISE_ELEMENTS = 2 ** 22;

const ZEROED_AT_ONCE = 2 ** 21;

/** So many slices, from the first on, so far apart: there may be more of them than a list should hold. */
interface Slices {
  readonly first: number;
  readonly apart: number;
  readonly count: number;
}

/** Slices of this rank's group. */
export function slicesOf({ schedule, digits }: Rank, loop: SliceLoop): Slices {
  const group = loop.digits.reduce(
    (number, digit) => number * (schedule.mesh[digit]?.radix ?? 1) + (digits[digit] ?? 0),
    0,
  );
  const groups = groupSize(schedule.mesh, loop.digits);
  return { first: group, apart: groups, count: Math.max(0, Math.ceil((schedule.slices - group) / groups)) };
}

/** Fixes the sliced labels. */
export function enterSlice(rank: Rank, loop: SliceLoop, slice: number): void {
  const extents = loop.labels.map((label) => rank.schedule.extents[label] ?? 1);
  unravel(slice, extents).forEach((value, position) => rank.slice.set(loop.labels[position] ?? "", value));
}

/** What slices are added up in. */
export interface Sums {
  /** The arena's buffer, or a float64 copy where many float32 slices would lose digits. */
  readonly floats: Floats;
  /** By place of a slice in them, 1 once its numbers are those of the sum. */
  readonly isBegun: Uint8Array;
}

/** `isKept`: the sums are read before the last slice, and begin with zeros. Else each of their places begins with a slice. */
export function startSums(rank: Rank, loop: SliceLoop, isKept: boolean): Sums {
  const into = bufferOf(rank, loop.into);
  const places = into.length / bufferOf(rank, loop.from).length;
  const precise = into instanceof Float32Array && into.length <= MOST_PRECISE_ELEMENTS * rank.width;
  const sums = {
    floats: precise ? new Float64Array(into.length) : into,
    isBegun: new Uint8Array(places).fill(precise ? 1 : 0),
  };
  if (isKept) beginAll(sums);
  return sums;
}

/** Zeros where no slice was added. */
function beginAll({ floats, isBegun }: Sums): void {
  const length = floats.length / isBegun.length;
  for (let place = isBegun.indexOf(0); place >= 0; place = isBegun.indexOf(0, place)) {
    isBegun[place] = 1;
    zero(floats.subarray(place * length, (place + 1) * length));
  }
}

/** In stretches: a thread that is to end does so between two of them. */
function zero(floats: Floats): void {
  for (let begin = 0; begin < floats.length; begin += ZEROED_AT_ONCE)
    floats.fill(0, begin, begin + ZEROED_AT_ONCE);
}

export function finishSums(rank: Rank, loop: SliceLoop, sums: Sums): void {
  const into = bufferOf(rank, loop.into);
  beginAll(sums);
  if (sums.floats !== into) into.set(sums.floats);
}

/** Adds the slice into its place: the whole sum, or the part that sliced open indices say. */
export function addSlice(rank: Rank, loop: SliceLoop, { floats, isBegun }: Sums): void {
  const from = bufferOf(rank, loop.from);
  const place = placeOf(rank, loop);
  if (isBegun[place] === 1) rank.arithmetic.addInto(floats, place * from.length, from);
  else copyFloats(floats, place * from.length, from);
  isBegun[place] = 1;
}

function placeOf({ schedule: { buffers, modes }, slice }: Rank, loop: SliceLoop): number {
  const held = buffers[loop.into]?.placement.modes ?? [];
  const leading = held.slice(0, held.length - (buffers[loop.from]?.placement.modes.length ?? 0));
  let place = 0;
  for (const id of leading) {
    const { label, extent, stride } = modes[id] ?? { label: "", extent: 1, stride: 1 };
    place = place * extent + (Math.floor((slice.get(label) ?? 0) / stride) % extent);
  }
  return place;
}
