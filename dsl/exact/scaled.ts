/** Contraction in float64 that never over- or underflows: each intermediate keeps a power of two of its own. */
import { UserError } from "../base/diagnostic.ts";
import type { Entries, ValuedNetwork } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { decimalOf, powerOfTwo, type Decimal } from "./decimal.ts";
import { evaluate, slicesOf } from "./evaluate.ts";
import { DEFAULT_LIMITS, stepsOf, type Steps } from "./steps.ts";

/** Row-major over the open indices: entry k is entries[k] * 2^exponent2, the largest entry between 1/2 and 4 (or all are 0). */
export interface Scaled {
  readonly entries: Entries;
  readonly exponent2: number;
  /**
   * Proven bound of |computed - true| / true for every entry, the network's entries taken as exact: where none of them is
   * negative or complex, nothing cancels and roundings only add up. Undefined where there is no such bound.
   */
  readonly relativeError?: number;
}

/**
 * Smallest magnitude, beside the largest of the same tensor, whose products cannot underflow. Smaller ones lose the bound
 * of the error.
 */
const LEAST = powerOfTwo(-500);

/** Powers of two between slices that float64 surely bridges. */
const FAR = 500;

/** Unit roundoff of float64. */
const ROUNDOFF = powerOfTwo(-53);

/** Throws UserError: a tree that does not fit, entries that are not finite, more memory than the limits allow. */
export function scaledContract(
  valued: ValuedNetwork,
  tree: ContractionTree,
  limits = DEFAULT_LIMITS,
): Scaled {
  checkFinite(valued);
  const steps = stepsOf(valued.network, tree, isAnyComplex(valued) ? 2 : 1, limits);
  return run(valued, steps, { raise: false });
}

/**
 * An upper bound of the contraction of entries that are not negative, and log2 of one of all entries of all intermediates
 * over all slices.
 */
export function upperBound(
  valued: ValuedNetwork,
  steps: Steps,
): { readonly scaled: Scaled; readonly log2Largest: number } {
  const track = { raise: true, log2Largest: -Infinity };
  const scaled = run(valued, steps, track);
  return { scaled, log2Largest: track.log2Largest };
}

/** Entry `position` as a decimal number; `im` is 0 where the entries are real. */
export function decimalEntry(scaled: Scaled, position = 0): { readonly re: Decimal; readonly im: Decimal } {
  const { re, im } = scaled.entries;
  return {
    re: decimalOf(re[position] ?? NaN, scaled.exponent2),
    im: decimalOf(im?.[position] ?? 0, scaled.exponent2),
  };
}

interface Track {
  /** Whether entries too small for the bound of the error are raised, so that the result is an upper bound. */
  readonly raise: boolean;
  log2Largest?: number;
}

function run(valued: ValuedNetwork, steps: Steps, track: Track): Scaled {
  let certain = isNonNegative(valued);
  let total: Scaled | undefined;
  let slices = 0;
  for (const slice of slicesOf(steps)) {
    const exponents: number[] = [];
    const settle = (values: Entries, id: number): void => {
      const { shift, underflows } = rescale(values, track.raise);
      if (underflows) certain = false;
      const pair = steps.pairs[id - steps.leaves.length];
      const before = pair === undefined ? 0 : (exponents[pair.x] ?? 0) + (exponents[pair.y] ?? 0);
      exponents[id] = before + shift;
      // What is in range is below 4.
      track.log2Largest = Math.max(track.log2Largest ?? -Infinity, before + shift + 2);
    };
    const entriesOf = (leaf: number): Entries => valued.entries[leaf] as Entries;
    const entries = evaluate(steps, { entriesOf, chunk: Infinity, settle }, slice);
    const next = { entries, exponent2: exponents.at(-1) ?? 0 };
    // Entries of a far smaller slice are lost where the larger one has none.
    if (total !== undefined && Math.abs(total.exponent2 - next.exponent2) > FAR) certain = false;
    total = sum(total, next);
    slices += 1;
  }
  const scaled = total ?? { entries: { re: Float64Array.of(1) }, exponent2: 0 };
  const units = (steps.roundings + slices) * ROUNDOFF;
  return certain && units < 0.5 ? { ...scaled, relativeError: units / (1 - units) } : scaled;
}

/** Divides in place by a power of two, so that the largest magnitude is about 1; `shift` is its exponent. */
function rescale(values: Entries, raise: boolean): { readonly shift: number; readonly underflows: boolean } {
  const planes = values.im === undefined ? [values.re] : [values.re, values.im];
  let [least, most] = [Infinity, 0];
  for (const plane of planes)
    for (let at = 0; at < plane.length; at += 1) {
      const size = Math.abs(plane[at] as number);
      if (size > most) most = size;
      if (size < least && size > 0) least = size;
    }
  if (most === 0) return { shift: 0, underflows: false };
  const underflows = least < most * LEAST;
  const shift = Math.floor(Math.log2(most));
  for (const plane of planes) {
    if (underflows && raise) raised(plane, most * LEAST);
    scaleBy(plane, -shift);
  }
  return { shift, underflows: underflows && !raise };
}

function raised(plane: Float64Array, least: number): void {
  plane.forEach((value, at) => {
    if (value !== 0 && value < least) plane[at] = least;
  });
}

/** In two factors, since one may be out of range. */
function scaleBy(plane: Float64Array, exponent: number): void {
  if (exponent === 0) return;
  const half = Math.trunc(exponent / 2);
  const [first, second] = [powerOfTwo(half), powerOfTwo(exponent - half)];
  for (let at = 0; at < plane.length; at += 1) plane[at] = (plane[at] as number) * first * second;
}

function sum(total: Scaled | undefined, next: Scaled): Scaled {
  if (total === undefined || isZero(total)) return next;
  if (isZero(next)) return total;
  const [large, small] = next.exponent2 > total.exponent2 ? [next, total] : [total, next];
  const factor = powerOfTwo(small.exponent2 - large.exponent2);
  const added = (to: Float64Array | undefined, plane: Float64Array | undefined): Float64Array =>
    Float64Array.from(large.entries.re, (_, at) => (to?.[at] ?? 0) + (plane?.[at] ?? 0) * factor);
  const re = added(large.entries.re, small.entries.re);
  const complex = (large.entries.im ?? small.entries.im) !== undefined;
  const entries = complex ? { re, im: added(large.entries.im, small.entries.im) } : { re };
  const { shift } = rescale(entries, false);
  return { entries, exponent2: large.exponent2 + shift };
}

function isZero({ entries }: Scaled): boolean {
  return entries.re.every((value) => value === 0) && (entries.im?.every((value) => value === 0) ?? true);
}

function isAnyComplex({ entries }: ValuedNetwork): boolean {
  return entries.some(({ im }) => im !== undefined);
}

function isNonNegative({ entries }: ValuedNetwork): boolean {
  return [...new Set(entries)].every(({ re, im }) => im === undefined && re.every((value) => value >= 0));
}

function checkFinite({ network, entries }: ValuedNetwork): void {
  const seen = new Set<Entries>();
  entries.forEach((own, position) => {
    if (seen.has(own)) return;
    seen.add(own);
    for (const plane of own.im === undefined ? [own.re] : [own.re, own.im])
      if (!plane.every(Number.isFinite))
        throw new UserError(
          `tensor ${network.tensors[position]?.name ?? position} has an entry that is not finite`,
        );
  });
}
