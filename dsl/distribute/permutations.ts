/** How fast permutations are by their shape, measured, as a machine's figures say it. */

/** Of an array as it lies, and where each of its axes goes: axis `axes[k]` is the k-th of the result. */
export interface Permutation {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
}

/** Of few axes or of many; far: less of what lies side by side is read at about the same time than memory moves at once. */
export type PermutationKind = "few" | "many" | "fewFar" | "manyFar";

export interface PermutationRates {
  /** Up to how many axes are few, and from how many on they are many, where all are fused that can be. */
  readonly fewAxes: number;
  readonly manyAxes: number;
  /** Bytes that stay neighbours, ascending. */
  readonly runBytes: readonly number[];
  /** Bytes a second, read and written, for each of those. */
  readonly bytesPerSecond: Readonly<Record<PermutationKind, readonly number[]>>;
  /** Of a matrix that is transposed. */
  readonly transposedBytesPerSecond: number;
}

/** Bytes that memory moves at once. */
const LINE_BYTES = 64;

/** Elements of the result that are made before what was read for them has left the cache. */
const WINDOW = 2 ** 12;

/** Elements that lie together before and after. */
export function unbrokenRun({ shape, axes }: Permutation): number {
  const last = shape.length - 1;
  return axes.at(-1) === last ? (shape[last] ?? 1) : 1;
}

/** Elements that lie side by side and go into one window of the result. */
export function readTogether({ shape, axes }: Permutation): number {
  const within = new Map<number, number>();
  let room = WINDOW;
  for (const axis of [...axes].reverse()) {
    const extent = shape[axis] ?? 1;
    within.set(axis, Math.min(extent, room));
    room = Math.floor(room / extent);
    if (room <= 1) break;
  }
  let together = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const there = within.get(axis) ?? 1;
    together *= there;
    if (there !== shape[axis]) break;
  }
  return together;
}

/**
 * Bytes a second: between the measured runs, between few axes and many, and between what is read whole and what is read far apart,
 * linear in the logarithms of the rates. Of shorter runs, elements take as long as those of the shortest.
 */
export function permutationRate(
  rates: PermutationRates,
  permutation: Permutation,
  elementBytes: number,
): number {
  const axes = permutation.shape.length;
  const run = unbrokenRun(permutation);
  if (axes === 2 && run === 1) return rates.transposedBytesPerSecond;
  const own = run * elementBytes;
  const near = rateOfAxes(rates, ["few", "many"], axes, own);
  const together = readTogether(permutation) * elementBytes;
  if (together >= LINE_BYTES) return near;
  const far = rateOfAxes(rates, ["fewFar", "manyFar"], axes, own);
  return between(far, near, Math.log(together / own) / Math.log(LINE_BYTES / own));
}

function rateOfAxes(
  { fewAxes, manyAxes, runBytes, bytesPerSecond }: PermutationRates,
  [few, many]: readonly [PermutationKind, PermutationKind],
  axes: number,
  own: number,
): number {
  const share = Math.max(0, Math.min(1, (axes - fewAxes) / (manyAxes - fewAxes)));
  return between(
    rateAt(runBytes, bytesPerSecond[few], own),
    rateAt(runBytes, bytesPerSecond[many], own),
    share,
  );
}

function rateAt(runBytes: readonly number[], rates: readonly number[], own: number): number {
  const below = Math.max(
    0,
    runBytes.findLastIndex((bytes) => bytes <= own),
  );
  const [from, to] = [runBytes[below] ?? NaN, runBytes[below + 1]];
  const [rate, next] = [rates[below] ?? NaN, rates[below + 1] ?? NaN];
  if (own <= from) return (rate * own) / from;
  return to === undefined ? rate : between(rate, next, Math.log(own / from) / Math.log(to / from));
}

function between(from: number, to: number, share: number): number {
  return from * (to / from) ** share;
}
