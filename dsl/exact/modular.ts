/** Integers by their remainders: primes small enough for float64, and the way back. */
import { evaluate, slicesOf, type Arithmetic } from "./evaluate.ts";
import type { Entries } from "../network/network.ts";
import type { Steps } from "./steps.ts";

/** Below 2^24 a product stays below 2^48, so that 31 of them and a remainder add up below 2^53: exactly. */
const BITS = 24;
const CHUNK = 31;

/** Primes below 2^24 whose product is more than 2^bits, largest first. */
export function primesFor(bits: number): number[] {
  const primes: number[] = [];
  let product = 0;
  for (let candidate = 2 ** BITS - 1; product <= bits; candidate -= 2) {
    if (!isPrime(candidate)) continue;
    primes.push(candidate);
    // A little less than it has, so that the sum of the rounded logarithms is no more than the true one.
    product += Math.log2(candidate) - 1e-9;
  }
  return primes;
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false;
  return true;
}

/** The contraction modulo a prime below 2^24, of entries that are safe integers. */
export function remainders(entries: readonly Entries[], steps: Steps, prime: number): Float64Array {
  const known = new Map<Entries, Entries>();
  const reduced = (own: Entries): Entries => {
    const made = known.get(own) ?? { re: own.re.map((value) => ((value % prime) + prime) % prime) };
    known.set(own, made);
    return made;
  };
  const arithmetic: Arithmetic = {
    entriesOf: (leaf) => reduced(entries[leaf] as Entries),
    chunk: CHUNK,
    settle: ({ re }) => reduce(re, prime),
  };
  let total: Float64Array | undefined;
  for (const slice of slicesOf(steps)) {
    const next = evaluate(steps, arithmetic, slice).re;
    const before = total;
    total = before === undefined ? next : next.map((value, at) => (value + (before[at] ?? 0)) % prime);
  }
  return total ?? new Float64Array(0);
}

/** In place; integers from 0 to 2^53. The quotient may be off by one, since it is rounded. */
function reduce(values: Float64Array, prime: number): void {
  const inverse = 1 / prime;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value < prime) continue;
    let rest = value - prime * Math.floor(value * inverse);
    if (rest < 0) rest += prime;
    else if (rest >= prime) rest -= prime;
    values[at] = rest;
  }
}

/** Integers known modulo the product of all primes met so far. */
export interface Residues {
  readonly values: readonly bigint[];
  readonly modulus: bigint;
}

/** Garner's step of the Chinese remainder theorem: the same integers, known modulo one more prime. */
export function joined({ values, modulus }: Residues, remainder: Float64Array, prime: number): Residues {
  const inverse = inverseOf(Number(modulus % BigInt(prime)), prime);
  const next = values.map((value, at) => {
    const missing = (remainder[at] ?? 0) - Number(value % BigInt(prime)) + prime;
    return value + modulus * BigInt((missing * inverse) % prime);
  });
  return { values: next, modulus: modulus * BigInt(prime) };
}

/** By Euclid's algorithm; `value` is not a multiple of the prime. */
function inverseOf(value: number, prime: number): number {
  let [r, next, s, nextS] = [prime, value, 0, 1];
  while (next !== 0) {
    const quotient = Math.floor(r / next);
    [r, next] = [next, r - quotient * next];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  return ((s % prime) + prime) % prime;
}
