/** Numbers beyond the range of float64, in powers of ten. */

/** mantissa * 10^exponent10 with 1 <= |mantissa| < 10; both 0 where the value is 0. */
export interface Decimal {
  readonly mantissa: number;
  readonly exponent10: number;
  /** Natural logarithm of the magnitude; -Infinity where the value is 0. */
  readonly log: number;
}

/** value * 2^exponent2, the mantissa correctly rounded but for ties. `value` must be finite, `exponent2` an integer. */
export function decimalOf(value: number, exponent2: number): Decimal {
  if (value === 0) return { mantissa: 0, exponent10: 0, log: -Infinity };
  const { integer, exponent } = integerOf(Math.abs(value));
  const power = exponent + exponent2;
  const { digits, tens } = powerOf(power < 0 ? 5n : 2n, Math.abs(power));
  const text = String(BigInt(integer) * digits);
  const rounded = Number(`${text.slice(0, 1)}.${text.slice(1, 30)}`);
  const carried = rounded >= 10 ? 1 : 0;
  // 2^-n is 5^n / 10^n.
  const exponent10 = text.length - 1 + tens + Math.min(0, power) + carried;
  const mantissa = (carried === 1 ? 1 : rounded) * Math.sign(value);
  return { mantissa, exponent10, log: Math.log(integer) + power * Math.LN2 };
}

/** The positive value as integer * 2^exponent. */
function integerOf(value: number): { readonly integer: number; readonly exponent: number } {
  let integer = value;
  let exponent = 0;
  while (!Number.isInteger(integer)) {
    integer *= 2;
    exponent -= 1;
  }
  return { integer, exponent };
}

/** Far more digits than a float64 has; what is cut off grows with the power and stays out of sight up to 10^20. */
const DIGITS = 50;

/** base^power, about digits * 10^tens, by squaring. */
function powerOf(base: bigint, power: number): { readonly digits: bigint; readonly tens: number } {
  let [digits, tens] = [1n, 0];
  for (const bit of power.toString(2)) {
    digits = digits * digits * (bit === "1" ? base : 1n);
    tens *= 2;
    const extra = String(digits).length - DIGITS;
    if (extra > 0) {
      digits /= 10n ** BigInt(extra);
      tens += extra;
    }
  }
  return { digits, tens };
}

/** 2^exponent for any integer; beyond the range of float64 it is 0 or Infinity. */
export function powerOfTwo(exponent: number): number {
  if (exponent > 1023) return Infinity;
  if (exponent < -1074) return 0;
  const view = new DataView(new ArrayBuffer(8));
  if (exponent >= -1022) view.setUint32(0, (exponent + 1023) << 20);
  else view.setBigUint64(0, 1n << BigInt(exponent + 1074));
  return view.getFloat64(0);
}
