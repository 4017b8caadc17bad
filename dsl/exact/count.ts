/** Contraction of integer tensors, exactly: what counts models, colourings and independent sets. */
import { UserError } from "../base/diagnostic.ts";
import type { Entries, ValuedNetwork } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { evaluate, slicesOf, type Arithmetic } from "./evaluate.ts";
import { joined, primesFor, remainders, type Residues } from "./modular.ts";
import { upperBound } from "./scaled.ts";
import { DEFAULT_LIMITS, stepsOf, type Steps } from "./steps.ts";

/** Integers up to here are float64 numbers, and so are their sums as long as they stay below. */
const SAFE_BITS = 53;

/**
 * The value of a network without open indices, as an exact decimal integer. Throws UserError: open indices, entries that
 * are not integers between -2^53 and 2^53, a tree that does not fit, more memory than the limits allow.
 */
export function exactCount(valued: ValuedNetwork, tree: ContractionTree, limits = DEFAULT_LIMITS): string {
  const { open, name } = valued.network;
  if (open.length > 0)
    throw new UserError(`${name} has open indices (${open.join(", ")}): its value is no single number`);
  return exactCounts(valued, tree, limits)[0] ?? "1";
}

/** Row-major over the open indices. Throws as `exactCount` does. */
export function exactCounts(
  valued: ValuedNetwork,
  tree: ContractionTree,
  limits = DEFAULT_LIMITS,
): readonly string[] {
  const first = countFirst(valued, tree, limits);
  if (first.kind === "counts") return first.counts;
  return countsFrom(first.primes, countModulo(valued, tree, first.primes, limits));
}

/** What a first contraction finds out: the integers themselves, or how many more contractions it takes. */
export type FirstCount =
  | { readonly kind: "counts"; readonly counts: readonly string[] }
  /** Each prime takes one contraction, whose intermediates take so many bytes at once; they can be done side by side. */
  | { readonly kind: "primes"; readonly primes: readonly number[]; readonly bytes: number };

/**
 * In float64, rounded upwards, it bounds all intermediates of the absolute values. Where they stay below 2^53, float64 is exact;
 * else the network is to be contracted modulo as many primes as the bound of the result needs. Throws as `exactCount` does.
 */
export function countFirst(
  valued: ValuedNetwork,
  tree: ContractionTree,
  limits = DEFAULT_LIMITS,
): FirstCount {
  checkIntegers(valued);
  const steps = stepsOf(valued.network, tree, 1, limits);
  const bound = boundOf(valued, steps);
  if (bound.log2Largest <= SAFE_BITS)
    return { kind: "counts", counts: Array.from(directly(valued, steps), String) };
  // Twice the bound, and one for zero: the remainders of -bound..bound are all different.
  return { kind: "primes", primes: primesFor(bound.log2Result + 2), bytes: steps.bytes };
}

/** The contraction modulo each of the primes, row-major over the open indices. */
export function countModulo(
  { network, entries }: ValuedNetwork,
  tree: ContractionTree,
  primes: readonly number[],
  limits = DEFAULT_LIMITS,
): readonly Float64Array[] {
  const steps = stepsOf(network, tree, 1, limits);
  return primes.map((prime) => remainders(entries, steps, prime));
}

/** The integers with these remainders by all the primes that `countFirst` asked for. */
export function countsFrom(primes: readonly number[], parts: readonly Float64Array[]): readonly string[] {
  let residues: Residues = { values: Array.from(parts[0] ?? [], () => 0n), modulus: 1n };
  primes.forEach((prime, k) => {
    residues = joined(residues, parts[k] as Float64Array, prime);
  });
  const { values, modulus } = residues;
  return values.map((value) => String(2n * value > modulus ? value - modulus : value));
}

function checkIntegers({ network, entries }: ValuedNetwork): void {
  const seen = new Set<Entries>();
  entries.forEach((own, position) => {
    if (seen.has(own)) return;
    seen.add(own);
    const bad = own.re.find((value) => !Number.isSafeInteger(value));
    const imaginary = own.im?.find((value) => value !== 0);
    if (bad === undefined && imaginary === undefined) return;
    const found = bad === undefined ? "a complex entry" : `the entry ${bad}`;
    throw new UserError(
      `tensor ${network.tensors[position]?.name ?? position} has ${found}; an exact value needs integers below 2^53`,
    );
  });
}

interface Bound {
  /** log2 of what no entry of any intermediate, over all slices, exceeds in magnitude. */
  readonly log2Largest: number;
  /** log2 of what no entry of the result exceeds in magnitude; 0 where all are 0. */
  readonly log2Result: number;
}

function boundOf(valued: ValuedNetwork, steps: Steps): Bound {
  const known = new Map<Entries, Entries>();
  const absolute = (own: Entries): Entries => {
    const made = known.get(own) ?? { re: own.re.map(Math.abs) };
    known.set(own, made);
    return made;
  };
  const { scaled, log2Largest } = upperBound({ ...valued, entries: valued.entries.map(absolute) }, steps);
  const most = scaled.entries.re.reduce((so, value) => Math.max(so, value), 0);
  const log2Slices = steps.slices.reduce((sum, extent) => sum + Math.log2(extent), 0);
  // Roundings are at most a factor of 2 for any contraction that ends in a lifetime.
  const log2Result = most === 0 ? 0 : Math.log2(most) + scaled.exponent2 + 1;
  return { log2Largest: log2Largest + log2Slices + 1, log2Result };
}

function directly(valued: ValuedNetwork, steps: Steps): Float64Array {
  const arithmetic: Arithmetic = {
    entriesOf: (leaf) => ({ re: (valued.entries[leaf] as Entries).re }),
    chunk: Infinity,
    settle: () => undefined,
  };
  let total = new Float64Array(steps.result.size);
  for (const slice of slicesOf(steps)) {
    const next = evaluate(steps, arithmetic, slice).re;
    total = total.map((value, at) => value + (next[at] ?? 0));
  }
  return total;
}
