/** What the steps of a report do, in the words of the figures. */
import type { StepKind } from "../../dsl/core.ts";
import type { RunReport, StepReport } from "../engine/report.ts";

export type Activity = "compute" | "rearrange" | "move" | "wait";

/** Undefined for steps that stand for others (a loop's body is reported step by step) or only give memory back. */
export function activityOf(kind: StepKind): Exclude<Activity, "wait"> | undefined {
  switch (kind) {
    case "contract":
    case "sum":
      return "compute";
    case "load":
    case "permute":
      return "rearrange";
    case "redistribute":
    case "gather":
    case "reduce":
    case "reduce-scatter":
    case "broadcast":
      return "move";
    case "slice-loop":
    case "free":
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Bytes that each device sends in all executions, over both tiers. */
export function sentBytesOf({ model }: StepReport): number {
  return model.sentBytes.node + model.sentBytes.cluster;
}

export interface Numbered {
  /** From 1, over the steps that do something. */
  readonly number: number;
  readonly step: StepReport;
}

/** The steps that do something, in order. */
export function numbered(report: RunReport): Numbered[] {
  return report.steps
    .filter(({ kind }) => activityOf(kind) !== undefined)
    .map((step, position) => ({ number: position + 1, step }));
}

/** Points of a line over the steps; of more steps each stretch keeps its least and its largest value. */
const MOST_POINTS = 800;

export function thinned(steps: readonly Numbered[], valueOf: (step: StepReport) => number): Numbered[] {
  if (steps.length <= MOST_POINTS) return [...steps];
  const stretch = Math.ceil((2 * steps.length) / MOST_POINTS);
  const kept: Numbered[] = [];
  for (let start = 0; start < steps.length; start += stretch) {
    const part = steps.slice(start, start + stretch);
    const by = (better: (a: number, b: number) => boolean): Numbered =>
      part.reduce((best, next) => (better(valueOf(next.step), valueOf(best.step)) ? next : best));
    const ends = new Set([by((a, b) => a < b), by((a, b) => a > b)]);
    kept.push(...[...ends].sort((a, b) => a.number - b.number));
  }
  return kept;
}
