/** The greatest common divisor, positive; not both may be 0. */
export function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (x !== 0n) [x, y] = [y % x, x];
  return y;
}
