/** How fast permutations are by their shape, measured, as a machine's figures say it. */

/** Of an array as it lies, and where each of its axes goes: axis `axes[k]` is the k-th of the result. */
export interface Permutation {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
}

/**
 * Of few axes or of many; beside: neighbours of the result lie close together before; far: less of what lies side by side is read at
 * about the same time than memory moves at once.
 */
export type PermutationKind = "few" | "many" | "fewBeside" | "fewFar" | "manyFar";

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

/** So many runs apart before, neighbours of the result count as close together, and as no more so. */
const [BESIDE, APART] = [2 ** 6, 2 ** 10];

/** An array of no more bytes is in the last cache, where no element is far away. */
const CACHED_BYTES = 2 ** 24;

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
 * Bytes a second: between the measured runs, between few axes and many, between neighbours that come from close together and from apart, and between
 * what is read whole and what is read far apart, linear in the logarithms of the rates. Of shorter runs, elements take as long as those of the shortest.
 */
export function permutationRate(
  { fewAxes, manyAxes, runBytes, bytesPerSecond, transposedBytesPerSecond }: PermutationRates,
  permutation: Permutation,
  elementBytes: number,
): number {
  const axes = permutation.shape.length;
  const run = unbrokenRun(permutation);
  if (axes === 2 && run === 1) return transposedBytesPerSecond;
  const own = run * elementBytes;
  const rate = (kind: PermutationKind): number => rateAt(runBytes, bytesPerSecond[kind], own);
  const apart = share(Math.log2(strideBefore(permutation, run) / run), Math.log2(BESIDE), Math.log2(APART));
  const many = share(axes, fewAxes, manyAxes);
  const near = between(between(rate("fewBeside"), rate("few"), apart), rate("many"), many);
  const together = readTogether(permutation) * elementBytes;
  const bytes = permutation.shape.reduce((product, extent) => product * extent, elementBytes);
  if (together >= LINE_BYTES || bytes <= CACHED_BYTES) return near;
  const far = between(rate("fewFar"), rate("manyFar"), many);
  return between(far, near, Math.log(together / own) / Math.log(LINE_BYTES / own));
}

/** How far apart runs lie before that follow each other in the result, in elements. */
function strideBefore({ shape, axes }: Permutation, run: number): number {
  const first = axes.at(run === 1 ? -1 : -2) ?? 0;
  return shape.slice(first + 1).reduce((product, extent) => product * extent, 1);
}

/** How much of the way a value has gone from one to another, 0 to 1. */
function share(value: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
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
