/** Values beyond the range and the digits of float64, as plain data. */
import { InvariantError } from "../base/diagnostic.ts";
import type { Exactness, ValuedNetwork } from "../network/network.ts";
import { decimalOf, type Decimal } from "./decimal.ts";
import { quotient } from "./quotient.ts";
import type { Scaled } from "./scaled.ts";

/** Entries are row-major over the open indices. */
export type ExactValue =
  /** Whole numbers, finite decimal numbers, or fractions `1/3`, all digits of them. */
  | { readonly kind: "exact"; readonly entries: readonly string[] }
  | {
      readonly kind: "scaled";
      readonly re: readonly Decimal[];
      /** Absent where all entries are real. */
      readonly im?: readonly Decimal[];
      /** Proven bound of |computed - true| / true for every entry; absent where there is none. */
      readonly relativeError?: number;
    };

type Counting = Extract<Exactness, { kind: "count" }>;

/** The network whose value is an integer. */
export function integerNetwork({ network, entries }: ValuedNetwork, exact: Counting): ValuedNetwork {
  return { network, entries: exact.entries ?? entries };
}

/** Of the integers that `integerNetwork` contracts to. */
export function exactValue(counts: readonly string[], { denominator }: Counting): ExactValue {
  return { kind: "exact", entries: counts.map((count) => quotient(count, denominator)) };
}

/** Unit roundoff of float64. */
const ROUNDOFF = 2 ** -53;

/** `rounded` tensors had their entries rounded to float64 before. */
export function scaledValue({ entries, exponent2, relativeError }: Scaled, rounded: number): ExactValue {
  const decimals = (plane: Float64Array): Decimal[] =>
    Array.from(plane, (value) => decimalOf(value, exponent2));
  // (1 + e) (1 + u)^n - 1, with the usual bound of the second factor.
  const read = (rounded * ROUNDOFF) / (1 - rounded * ROUNDOFF);
  const error = relativeError === undefined ? undefined : relativeError + read + relativeError * read;
  if (error !== undefined && !(error >= 0)) throw new InvariantError(`expected a bound, got ${error}`);
  return {
    kind: "scaled",
    re: decimals(entries.re),
    ...(entries.im !== undefined && { im: decimals(entries.im) }),
    ...(error !== undefined && { relativeError: error }),
  };
}
