/** Large products in portions: a thread that is to end does so between two calls of a library, never within one, and caches hold more. */
import { evenly, type Product } from "../product.ts";

type Extents = Pick<Product, "m" | "n" | "k">;

/** Multiply-adds of a portion: some tens of milliseconds. By the letter of the function. */
const MOST_PRODUCTS = { s: 2 ** 31, d: 2 ** 30, c: 2 ** 29, z: 2 ** 28 } as const;

type Letter = keyof typeof MOST_PRODUCTS;

/** Elements of both operands that a portion reads: some tens of milliseconds of a slow memory. */
const MOST_READ = 2 ** 26;

/** Elements of the result that a portion writes: some tens of milliseconds where its memory is touched for the first time. */
const MOST_WRITTEN = 2 ** 21;

/** A product that is long in all directions, and its portions at most: up to a tenth faster in float64 (measured), else as fast. */
const LONG = 512;
const MOST_ROWS = 1024;
const MOST_DEPTH = 512;

/**
 * Extents of the first portion; the others are as large or, at the ends, smaller. Where many are needed, as near to a cube as can be: of all
 * portions these read and write the least.
 */
export function portionOf({ m, n, k }: Extents, letter: Letter): Extents {
  const isLong = Math.min(m, n, k) >= LONG;
  const portion = isLong ? { m: evenly(m, MOST_ROWS), n, k: evenly(k, MOST_DEPTH) } : { m, n, k };
  const most = MOST_PRODUCTS[letter];
  const isLarge = ({ m, n, k }: Extents): boolean =>
    m * n * k > most || (m + n) * k > MOST_READ || m * n > MOST_WRITTEN;
  while (isLarge(portion)) {
    const largest = largestOf(portion);
    portion[largest] = Math.ceil(portion[largest] / 2);
  }
  return portion;
}

function largestOf({ m, n, k }: Extents): keyof Extents {
  if (k >= Math.max(m, n)) return "k";
  return m > n ? "m" : "n";
}

/** Calls `call` with where each portion begins and how large it is; all of one place in the result follow each other. */
export function eachPortion(
  whole: Extents,
  letter: Letter,
  call: (begin: Extents, portion: Extents) => void,
): void {
  const step = portionOf(whole, letter);
  for (let m = 0; m < whole.m; m += step.m)
    for (let n = 0; n < whole.n; n += step.n)
      for (let k = 0; k < whole.k; k += step.k)
        call(
          { m, n, k },
          {
            m: Math.min(step.m, whole.m - m),
            n: Math.min(step.n, whole.n - n),
            k: Math.min(step.k, whole.k - k),
          },
        );
}
