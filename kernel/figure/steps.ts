/** What the steps of a report do, in the words of the figures. */
import type { StepKind } from "../../dsl/index.ts";
import type { StepReport } from "../engine/report.ts";

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
