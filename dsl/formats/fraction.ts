/** Numbers of files as fractions of whole numbers, so that nothing is rounded. */
import { commonDivisor } from "../base/divisor.ts";

/** over / under in lowest terms; `under` is positive. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** Powers of ten beyond it are no weights, but would fill the memory. */
const MOST_DIGITS = 5000;

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Of `0.25`, `1e-3` or `1/3`; undefined for anything else, a division by 0, and numbers of thousands of digits. */
export function fractionOf(text: string): Fraction | undefined {
  const [over, under, more] = text.split("/");
  if (under === undefined) return decimalOf(text);
  const [top, bottom] = [decimalOf(over ?? ""), decimalOf(under)];
  if (more !== undefined || top === undefined || bottom === undefined || bottom.over === 0n) return undefined;
  return reduced(top.over * bottom.under, top.under * bottom.over);
}

function decimalOf(text: string): Fraction | undefined {
  const [, sign, whole = "", part = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  const shift = Number(exponent) - part.length;
  if (whole + part === "" || text.length > MOST_DIGITS || Math.abs(shift) > MOST_DIGITS) return undefined;
  const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
  return shift >= 0 ? reduced(digits * 10n ** BigInt(shift), 1n) : reduced(digits, 10n ** BigInt(-shift));
}

function reduced(over: bigint, under: bigint): Fraction {
  const divisor = commonDivisor(over, under) * (under < 0n ? -1n : 1n);
  return { over: over / divisor, under: under / divisor };
}
