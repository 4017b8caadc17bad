/** Runs laid-out products on numbers, with whatever keeps the numbers in range. */
import { InvariantError } from "../base/diagnostic.ts";
import type { Entries } from "../network/network.ts";
import { gathered, type Gather } from "./gather.ts";
import { addProduct } from "./product.ts";
import type { LeafStep, PairStep, Steps } from "./steps.ts";

export interface Arithmetic {
  /** Entries of a tensor of the network; not changed. */
  readonly entriesOf: (leaf: number) => Entries;
  /** How many products may be added before `settle`. */
  readonly chunk: number;
  /** Brings the values of a tensor of the tree back into range, in place; called once they are complete, and after each chunk. */
  readonly settle: (values: Entries, id: number) => void;
}

/** The result row-major over the open indices, the sliced ones at the given values. */
export function evaluate(steps: Steps, arithmetic: Arithmetic, slice: readonly number[]): Entries {
  const leaves = steps.leaves.length;
  const made = new Map<number, Entries>();
  const take = (id: number): Entries => {
    if (id < leaves) return leafValues(steps, arithmetic, id, slice);
    const values = made.get(id);
    if (values === undefined) throw new InvariantError(`expected the result ${id} to be there`);
    made.delete(id);
    return values;
  };
  steps.pairs.forEach((pair, position) => {
    const id = leaves + position;
    made.set(
      id,
      product(pair, arrange(take(pair.x), pair.gatherX), arrange(take(pair.y), pair.gatherY), arithmetic, id),
    );
  });
  return leaves === 0
    ? { re: Float64Array.of(1) }
    : arrange(take(leaves + steps.pairs.length - 1), steps.result);
}

/** Values of the sliced indices, slice by slice; one empty slice where nothing is sliced. */
export function* slicesOf({ slices }: Steps): Generator<readonly number[]> {
  const total = slices.reduce((product, extent) => product * extent, 1);
  for (let flat = 0; flat < total; flat += 1) {
    let rest = flat;
    yield slices.map((extent) => {
      const value = rest % extent;
      rest = Math.floor(rest / extent);
      return value;
    });
  }
}

function mapPlanes({ re, im }: Entries, change: (plane: Float64Array) => Float64Array): Entries {
  return im === undefined ? { re: change(re) } : { re: change(re), im: change(im) };
}

function arrange(values: Entries, how: Gather): Entries {
  return how.identity ? values : mapPlanes(values, (plane) => gathered(plane, how, 0));
}

function leafValues(steps: Steps, arithmetic: Arithmetic, id: number, slice: readonly number[]): Entries {
  const leaf = steps.leaves[id] as LeafStep;
  const base = leaf.sliceStrides.reduce((sum, stride, k) => sum + stride * (slice[k] ?? 0), 0);
  const values = mapPlanes(arithmetic.entriesOf(id), (plane) =>
    summed(gathered(plane, leaf.gather, base), leaf),
  );
  arithmetic.settle(values, id);
  return values;
}

function summed(values: Float64Array, leaf: LeafStep): Float64Array {
  if (leaf.summed === 1) return values;
  const sums = new Float64Array(leaf.kept);
  for (let at = 0; at < values.length; at += 1) {
    const place = Math.floor(at / leaf.summed);
    sums[place] = (sums[place] as number) + (values[at] as number);
  }
  return sums;
}

function product({ shape }: PairStep, x: Entries, y: Entries, arithmetic: Arithmetic, id: number): Entries {
  const { chunk, settle } = arithmetic;
  const size = shape.batch * shape.rows * shape.columns;
  const re = new Float64Array(size);
  const im = x.im === undefined && y.im === undefined ? undefined : new Float64Array(size);
  const values: Entries = im === undefined ? { re } : { re, im };
  for (let from = 0; from < shape.sums; from += chunk) {
    const to = Math.min(shape.sums, from + chunk);
    const plus = { sign: 1, from, to };
    addProduct(shape, x.re, y.re, re, plus);
    if (im !== undefined) {
      if (x.im !== undefined) addProduct(shape, x.im, y.re, im, plus);
      if (y.im !== undefined) addProduct(shape, x.re, y.im, im, plus);
      if (x.im !== undefined && y.im !== undefined) addProduct(shape, x.im, y.im, re, { sign: -1, from, to });
    }
    settle(values, id);
  }
  return values;
}
