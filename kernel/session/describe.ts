/** A run's report in words. */
import { formatBytes, formatSeconds, type Dtype } from "../../dsl/index.ts";
import type { RunReport, TensorValue } from "../engine/report.ts";

/** Entries of a tensor that are printed; the others are counted. */
const SHOWN_ENTRIES = 8;

/** Significant digits that the arithmetic of each dtype leaves certain in ordinary contractions. */
const DIGITS: Readonly<Record<Dtype, number>> = { float32: 6, complex64: 6, float64: 12, complex128: 12 };

export function describeReport(report: RunReport): string {
  const lines = report.value === undefined ? [] : [describeValue(report.network, report.value)];
  return [...lines, describeRun(report)].join("\n");
}

export function formatEntry(value: TensorValue, position: number): string {
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

export function describeValue(name: string, value: TensorValue): string {
  if (value.labels.length === 0) return `${name} = ${formatEntry(value, 0)}`;
  const axes = value.labels.map((label, axis) => `${label}: ${value.shape[axis] ?? 1}`).join(", ");
  const shown = Math.min(SHOWN_ENTRIES, value.re.length);
  const entries = Array.from({ length: shown }, (_, position) => formatEntry(value, position));
  const more = value.re.length > shown ? `, ... ${value.re.length - shown} more` : "";
  return `${name}[${axes}]: ${value.dtype} = [${entries.join(", ")}${more}]`;
}

function describeRun(report: RunReport): string {
  const ranks = report.ranks === 1 ? "1 device" : `${report.ranks} devices`;
  const slices = report.slices === 1 ? "" : `, ${report.slices} slices`;
  const where = `on ${report.machine}, ${ranks}${slices}, ${formatBytes(report.peakBytes)} a device`;
  const modelled = `${formatSeconds(report.modelledSeconds)} modelled`;
  if (report.measuredSeconds === undefined) return `${report.network} ${where}: ${modelled}, not run`;
  return `${formatSeconds(report.measuredSeconds)} measured, ${modelled} ${where}`;
}
