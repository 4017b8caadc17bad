/** Exact division of whole numbers, in decimal digits where there are finitely many. */
import { commonDivisor } from "../base/divisor.ts";

/** Digits behind the point beyond which a fraction is the shorter form. */
const MOST_PLACES = 5000;

/**
 * `over` / `under`, two decimal integers, `under` positive: a decimal number with all its digits where it has finitely many,
 * else a fraction in lowest terms.
 */
export function quotient(over: string, under: string): string {
  if (under === "1") return over;
  const [top, bottom] = [BigInt(over), BigInt(under)];
  const divisor = commonDivisor(top, bottom);
  const [rest, left] = [top / divisor, bottom / divisor];
  const places = placesOf(left);
  if (places === undefined || places > MOST_PLACES) return `${rest}/${left}`;
  const scaled = (rest * 10n ** BigInt(places)) / left;
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const part = digits.slice(digits.length - places);
  return `${scaled < 0n ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}

/** How many decimal places 1 / under has; undefined where they never end. */
function placesOf(under: bigint): number | undefined {
  const [twos, odd] = powersIn(under, 2n);
  const [fives, rest] = powersIn(odd, 5n);
  return rest === 1n ? Math.max(twos, fives) : undefined;
}

/** How often a prime divides a positive number, and what is left. */
function powersIn(value: bigint, prime: bigint): readonly [number, bigint] {
  let [power, rest] = [0, value];
  for (; rest % prime === 0n; power += 1) rest /= prime;
  return [power, rest];
}
