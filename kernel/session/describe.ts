/** A run's report in words. */
import { formatBytes, formatSeconds, type Decimal, type Dtype, type ExactValue } from "../../dsl/index.ts";
import type { RunReport, TensorValue } from "../engine/report.ts";

/** Entries of a tensor that are printed; the others are counted. */
const SHOWN_ENTRIES = 8;

/** Significant digits that the arithmetic of each dtype leaves certain in ordinary contractions. */
const DIGITS: Readonly<Record<Dtype, number>> = { float32: 6, complex64: 6, float64: 12, complex128: 12 };

export function describeReport(report: RunReport): string {
  const lines = report.value === undefined ? [] : [describeValue(report.network, report.value, report)];
  const warnings = (report.warnings ?? []).map((warning) => `warning: ${warning}`);
  return [...lines, ...warnings, describeRun(report)].join("\n");
}

function formatEntry(value: TensorValue, position: number): string {
  const digits = DIGITS[value.dtype];
  const shorten = (part: number): string => formatCertain(part, digits);
  const re = value.re[position] ?? 0;
  if (value.im === undefined) return shorten(re);
  const im = value.im[position] ?? 0;
  return `${shorten(re)} ${im < 0 ? "-" : "+"} ${shorten(Math.abs(im))}i`;
}

/** `digits` significant digits, none beyond them: 52265934048140.86 to 12 is 5.22659340481e13. */
function formatCertain(value: number, digits: number): string {
  const [mantissa, exponent] = value.toPrecision(digits).split("e");
  return exponent === undefined ? String(Number(mantissa)) : `${Number(mantissa)}e${Number(exponent)}`;
}

type Exactly = Pick<RunReport, "exact" | "exactSeconds">;

function describeValue(name: string, value: TensorValue, { exact, exactSeconds = 0 }: Exactly): string {
  const entry = (position: number): string =>
    exact === undefined ? formatEntry(value, position) : formatExact(exact, position);
  const time = exactSeconds < SHOWN_SECONDS ? "" : `, found in ${formatSeconds(exactSeconds)} measured`;
  const note = exact === undefined ? "" : ` (${noteOf(exact)}${time})`;
  if (value.labels.length === 0) return `${name} = ${entry(0)}${note}`;
  const axes = value.labels.map((label, axis) => `${label}: ${value.shape[axis] ?? 1}`).join(", ");
  const shown = Math.min(SHOWN_ENTRIES, value.re.length);
  const entries = Array.from({ length: shown }, (_, position) => entry(position));
  const more = value.re.length > shown ? `, ... ${value.re.length - shown} more` : "";
  return `${name}[${axes}]: ${value.dtype} = [${entries.join(", ")}${more}]${note}`;
}

/** Longer numbers show their two ends; the report has them whole. */
const MOST_DIGITS = 200;
const END_DIGITS = 40;

/** The time that exact digits take is shown from here on. */
const SHOWN_SECONDS = 1;

function formatExact(exact: ExactValue, position: number): string {
  if (exact.kind === "exact") {
    const text = exact.entries[position] ?? "";
    if (text.length <= MOST_DIGITS) return text;
    return `${text.slice(0, END_DIGITS)}...${text.slice(-END_DIGITS)} (${text.length} characters)`;
  }
  const digits = certainDigits(exact.relativeError);
  const re = formatDecimal(exact.re[position], digits);
  const im = exact.im?.[position];
  if (im === undefined) return re;
  const size = { ...im, mantissa: Math.abs(im.mantissa) };
  return `${re} ${im.mantissa < 0 ? "-" : "+"} ${formatDecimal(size, digits)}i`;
}

function noteOf(exact: ExactValue): string {
  if (exact.kind === "exact") return "exact";
  if (exact.relativeError === undefined) return "rounded; no proven bound of the error";
  return `relative error at most ${exact.relativeError.toExponential(0).replace("+", "")}`;
}

function certainDigits(error = 10 ** -DIGITS.float64): number {
  return Math.max(1, Math.min(15, Math.floor(-Math.log10(error))));
}

/** Plain where float64 can hold it, else mantissa and exponent. */
function formatDecimal({ mantissa, exponent10 }: Decimal = ZERO, digits: number): string {
  if (Math.abs(exponent10) < 300) return formatCertain(Number(`${mantissa}e${exponent10}`), digits);
  const rounded = Number(mantissa.toPrecision(digits));
  const carried = Math.abs(rounded) >= 10;
  return `${carried ? rounded / 10 : rounded}e${exponent10 + (carried ? 1 : 0)}`;
}

const ZERO: Decimal = { mantissa: 0, exponent10: 0, log: -Infinity };

function describeRun(report: RunReport): string {
  const ranks = report.ranks === 1 ? "1 device" : `${report.ranks} devices`;
  const slices = report.slices === 1 ? "" : `, ${report.slices} slices`;
  const where = `on ${report.machine}, ${ranks}${slices}, ${formatBytes(report.peakBytes)} a device`;
  const modelled = `${formatSeconds(report.modelledSeconds)} modelled`;
  if (report.measuredSeconds === undefined) return `${report.network} ${where}: ${modelled}, not run`;
  const products = report.arithmetic === undefined ? "" : `, products by ${report.arithmetic}`;
  return `${formatSeconds(report.measuredSeconds)} measured, ${modelled} ${where}${products}`;
}
