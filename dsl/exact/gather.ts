/** Elements of a tensor in another order of its axes. */

/** One axis of what is gathered: how many values it takes, and how far apart they lie in the source. */
export interface Axis {
  readonly extent: number;
  readonly stride: number;
}

/** Element i * low.length + j of the result lies at high[i] + low[j] of the source. */
export interface Gather {
  readonly high: Int32Array;
  readonly low: Int32Array;
  /** Whether it takes the elements of a source of `size` elements just as they lie. */
  readonly identity: boolean;
  readonly size: number;
}

/** Elements that the inner table should cover: small enough to stay in the cache. */
const INNER = 2048;

/** Row-major over `axes`, as many elements as the product of their extents, which must stay below 2^31. */
export function gatherOf(axes: readonly Axis[]): Gather {
  let inner = 1;
  let identity = true;
  let split = axes.length;
  let size = 1;
  for (let axis = axes.length - 1; axis >= 0; axis -= 1) {
    const { extent, stride } = axes[axis] as Axis;
    if (extent !== 1 && stride !== size) identity = false;
    if (split === axis + 1 && (inner === 1 || inner * extent <= INNER)) {
      inner *= extent;
      split = axis;
    }
    size *= extent;
  }
  return { high: offsetsOf(axes.slice(0, split)), low: offsetsOf(axes.slice(split)), identity, size };
}

function offsetsOf(axes: readonly Axis[]): Int32Array {
  let offsets = new Int32Array(1);
  for (const { extent, stride } of axes) {
    const next = new Int32Array(offsets.length * extent);
    for (let at = 0; at < next.length; at += 1)
      next[at] = (offsets[Math.floor(at / extent)] as number) + (at % extent) * stride;
    offsets = next;
  }
  return offsets;
}

/** A fresh array, all places moved on by `base`. */
export function gathered(values: Float64Array, { high, low, size }: Gather, base: number): Float64Array {
  const result = new Float64Array(size);
  let at = 0;
  for (let i = 0; i < high.length; i += 1) {
    const from = base + (high[i] as number);
    for (let j = 0; j < low.length; j += 1) {
      result[at] = values[from + (low[j] as number)] as number;
      at += 1;
    }
  }
  return result;
}
