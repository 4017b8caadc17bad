/** `compare`: one network on one machine, laid over it by several methods. All modelled. */
import {
  communicationShare,
  formatBytes,
  formatNumber,
  formatSeconds,
  UserError,
  type Action,
  type Method,
} from "../../dsl/index.ts";
import type { ComparisonRow } from "../figure/comparison.ts";
import { extraSpeedup, planFor } from "./plans.ts";
import type { Session } from "./results.ts";

type Compare = Extract<Action, { kind: "compare" }>;

export async function compareMethods(
  session: Session,
  { network, distribution, methods }: Compare,
): Promise<readonly ComparisonRow[]> {
  const rows: ComparisonRow[] = [];
  for (const method of methods) rows.push(await rowOf(session, network, { ...distribution, method }));
  return rows;
}

async function rowOf(
  session: Session,
  name: string,
  distribution: Compare["distribution"] & { readonly method: Method },
): Promise<ComparisonRow> {
  const { method } = distribution;
  try {
    const plan = await planFor(session, name, distribution);
    const { modelledSeconds, slices, peakBytes, mesh } = plan.schedule;
    return {
      method,
      devices: mesh.reduce((product, { radix }) => product * radix, 1),
      seconds: modelledSeconds,
      extraSpeedup: await extraSpeedup(session, name, plan),
      communicationShare: communicationShare(plan.schedule),
      slices,
      peakBytes,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { method, refused: error.message };
  }
}

const HEADS = ["method", "time modelled", "E", "communication", "slices", "memory a device"];

/** The rows as a table of text. */
export function describeComparison(rows: readonly ComparisonRow[]): string {
  const cells = rows.map((row) =>
    "refused" in row
      ? [row.method, `does not fit: ${row.refused}`]
      : [
          row.method,
          formatSeconds(row.seconds),
          formatNumber(row.extraSpeedup),
          `${formatNumber(100 * row.communicationShare)} %`,
          String(row.slices),
          formatBytes(row.peakBytes),
        ],
  );
  const table = [HEADS, ...cells];
  const widths = HEADS.map((_, column) =>
    Math.max(...table.map((line) => (line.length === HEADS.length ? (line[column] ?? "").length : 0))),
  );
  const [first = 0] = widths;
  const width = Math.max(first, ...rows.map(({ method }) => method.length));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(column === 0 ? width : (widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
