/** Powers of two, fast where the exponent is whole, as it is where all extents are powers of two. */
const LEAST = -1000;
const MOST = 1000;
const POWERS = Float64Array.from({ length: MOST - LEAST + 1 }, (_, k) => 2 ** (k + LEAST));

/** 2^x; 0 and Infinity where that is out of range. */
export function exp2(x: number): number {
  const whole = x | 0;
  return whole === x && whole >= LEAST && whole <= MOST ? (POWERS[whole - LEAST] as number) : 2 ** x;
}
