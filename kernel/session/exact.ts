/** What a run adds to an engine's value: exact digits where a network asks for them, warnings where a dtype could not hold it. */
import {
  cost,
  hasData,
  isComplex,
  UserError,
  type ContractionTree,
  type Dtype,
  type ExactValue,
  type ValuedNetwork,
} from "../../dsl/index.ts";
import { exactly } from "../engine/exact.ts";
import type { RunReport, TensorValue } from "../engine/report.ts";

/** Multiply-adds (log10) up to which a value that a dtype lost is found again without being asked. */
const QUICK = 9;

/**
 * The report with the exact value of the network. Where there is none, or where the dtype of the engine lost the value, a warning says
 * so. Rejects with the signal's reason where it aborts.
 */
export async function completed(
  report: RunReport,
  valued: ValuedNetwork,
  tree: ContractionTree,
  signal: AbortSignal,
): Promise<RunReport> {
  if (report.value === undefined || !hasData(valued)) return report;
  const { network, exact: asked } = valued;
  const lost = lossOf(report.value);
  if (asked === undefined && lost === undefined) return report;
  const quick = cost(network, tree).log10Flops <= QUICK;
  const wanted = asked ?? (quick ? { kind: "scaled" as const, rounded: 0 } : undefined);
  const begun = performance.now();
  const found = wanted && (await attempt(() => exactly(valued, tree, wanted, signal)));
  const exactSeconds = (performance.now() - begun) / 1000;
  const exact = typeof found === "object" ? found : undefined;
  if (asked === undefined && exact !== undefined && isZero(exact)) return report;
  const warnings = [...(report.warnings ?? [])];
  if (asked !== undefined && typeof found === "string")
    warnings.push(`${network.name} is not exact: ${found}`);
  // A network that asks for it has the right value all the same.
  if (lost !== undefined && (asked === undefined || exact === undefined))
    warnings.push(sentence(network.name, report.value.dtype, lost, exact !== undefined));
  return { ...report, ...(exact && { exact, exactSeconds }), ...(warnings.length > 0 && { warnings }) };
}

/** The user's mistake as a sentence. */
async function attempt<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What a dtype may have done to a value: nothing of it is finite any more, all of it is 0, or its digits are going. */
type Loss = "overflow" | "zero" | "subnormal";

function lossOf({ re, im, dtype }: TensorValue): Loss | undefined {
  let most = 0;
  for (const plane of im === undefined ? [re] : [re, im])
    for (const value of plane) {
      if (!Number.isFinite(value)) return "overflow";
      most = Math.max(most, Math.abs(value));
    }
  if (most === 0) return "zero";
  return most < LEAST[width(dtype)] ? "subnormal" : undefined;
}

function width(dtype: Dtype): "single" | "double" {
  return dtype === "float32" || dtype === "complex64" ? "single" : "double";
}

/** Smallest magnitude with all digits. */
const LEAST = { single: 2 ** -126, double: 2 ** -1022 } as const;
const MOST = { single: "3.4e38", double: "1.8e308" } as const;
const LEAST_SHOWN = { single: "1.2e-38", double: "2.2e-308" } as const;

function sentence(name: string, dtype: Dtype, loss: Loss, found: boolean): string {
  const own = width(dtype);
  const what = {
    overflow: `overflowed ${dtype}, which ends at ${MOST[own]}`,
    zero: found
      ? `underflowed ${dtype}, which ends at ${LEAST_SHOWN[own]}`
      : `is 0 in ${dtype}, where numbers below ${LEAST_SHOWN[own]} are lost: it may have underflowed`,
    subnormal: `is below ${LEAST_SHOWN[own]}, where ${dtype} loses digits`,
  }[loss];
  const wider = isComplex(dtype) ? "complex128" : "float64";
  const way = own === "single" ? `write network ${name}: ${wider} = ...` : "multiply its tensors by numbers";
  const shown = found ? "the value shown was found again with an exponent of its own; " : "";
  return `${name} ${what}; ${shown}to run it without loss, ${way}`;
}

function isZero(exact: ExactValue): boolean {
  if (exact.kind === "exact") return exact.entries.every((entry) => entry === "0");
  return [...exact.re, ...(exact.im ?? [])].every(({ mantissa }) => mantissa === 0);
}
