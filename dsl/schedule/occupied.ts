/**
 * Which places of a block of memory are taken during a stretch of time: a segment tree over the positions of a schedule, whose nodes
 * hold unions of intervals, so that what lives long meets a few intervals instead of all that lives beside it.
 */

/** Disjoint intervals of places, ascending, as starts and ends in turn; those that touch are one. */
type Intervals = number[];

/** One half of the time each below: node n has the children 2n and 2n + 1, as in a heap. */
export interface Occupied {
  /** Positions, rounded up to a power of two. */
  readonly width: number;
  /** Per node: places taken during all of its time; and places taken at some time in it. */
  readonly throughout: (Intervals | undefined)[];
  readonly sometime: (Intervals | undefined)[];
}

export function nothingOccupied(positions: number): Occupied {
  const width = 2 ** Math.ceil(Math.log2(Math.max(1, positions)));
  const none = (): undefined[] => new Array<undefined>(2 * width).fill(undefined);
  return { width, throughout: none(), sometime: none() };
}

/** Marks places from `start` up to `end` as taken from position `first` to `last`, both included. */
export function occupy(
  { width, throughout, sometime }: Occupied,
  [first, last]: readonly [number, number],
  [start, end]: readonly [number, number],
): void {
  for (const node of nodesBetween(width, first, last)) {
    throughout[node] = withInterval(throughout[node], start, end);
    for (let above = node; above >= 1; above >>= 1) {
      const known = sometime[above];
      if (known !== undefined && covers(known, start, end)) break;
      sometime[above] = withInterval(known, start, end);
    }
  }
}

/** The lowest place from which `size` places are free from position `first` to `last`. */
export function lowestFree(
  { width, throughout, sometime }: Occupied,
  [first, last]: readonly [number, number],
  size: number,
): number {
  const lists: Intervals[] = [];
  const seen = new Set<number>();
  for (const node of nodesBetween(width, first, last)) {
    const own = sometime[node];
    if (own !== undefined) lists.push(own);
    for (let above = node >> 1; above >= 1 && !seen.has(above); above >>= 1) {
      seen.add(above);
      const whole = throughout[above];
      if (whole !== undefined) lists.push(whole);
    }
  }
  const next = new Int32Array(lists.length);
  let place = 0;
  for (let moved = true; moved; ) {
    moved = false;
    for (let list = 0; list < lists.length; list += 1) {
      const intervals = lists[list] as Intervals;
      let at = next[list] as number;
      while (at < intervals.length && (intervals[at] as number) < place + size) {
        const end = intervals[at + 1] as number;
        if (end > place) [place, moved] = [end, true];
        at += 2;
      }
      next[list] = at;
    }
  }
  return place;
}

/** The fewest nodes whose times together are the stretch. */
function nodesBetween(width: number, first: number, last: number): number[] {
  const nodes: number[] = [];
  let [from, to] = [width + first, width + last + 1];
  for (; from < to; from >>= 1, to >>= 1) {
    if (from % 2 === 1) nodes.push(from++);
    if (to % 2 === 1) nodes.push(--to);
  }
  return nodes;
}

function covers(intervals: Intervals, start: number, end: number): boolean {
  const at = firstEndingAfter(intervals, start + 1);
  return at < intervals.length && (intervals[at] as number) <= start && (intervals[at + 1] as number) >= end;
}

/** Place of the first interval that ends at `place` or after. */
function firstEndingAfter(intervals: Intervals, place: number): number {
  let [low, high] = [0, intervals.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[2 * middle + 1] as number) < place) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** The same list with one more interval. */
function withInterval(intervals: Intervals | undefined, start: number, end: number): Intervals {
  if (intervals === undefined) return [start, end];
  const at = firstEndingAfter(intervals, start);
  let [low, high, past] = [start, end, at];
  while (past < intervals.length && (intervals[past] as number) <= end) {
    low = Math.min(low, intervals[past] as number);
    high = Math.max(high, intervals[past + 1] as number);
    past += 2;
  }
  intervals.splice(at, past - at, low, high);
  return intervals;
}
