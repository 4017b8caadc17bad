/** What the reports of all engines share: the list of steps, their names, and what was modelled. */
import {
  elementBytes,
  InvariantError,
  liveElements,
  rankCount,
  UserError,
  walkSteps,
  type BufferId,
  type Schedule,
  type Step,
  type StepModel,
  type Tiles,
} from "../../dsl/core.ts";
import type { RunReport, StepReport, TensorValue } from "./report.ts";
import { rounds } from "./steps.ts";

/** A step of the report as planned, before anything runs. */
export type PlannedStep = Pick<
  StepReport,
  "kind" | "name" | "executions" | "model" | "outElements" | "liveBytes"
>;

/** What one rank measured, indexed as `reportedSteps`; seconds, starts counted from the start of the run. */
export interface RankTimes {
  readonly seconds: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
  /** When the rank had finished. */
  readonly end: number;
  /** What the file system said where it did not keep sums of slices. */
  readonly unkept?: string | undefined;
  /** Whether the run has ended after the first slices, whose numbers are lost. */
  readonly isLost?: boolean;
  /** Positions of the steps of rank 0 alone that all ranks shared; the same on every rank. */
  readonly shared?: readonly number[];
}

export function plannedSteps(schedule: Schedule): readonly PlannedStep[] {
  const planned: PlannedStep[] = [];
  let executions = 1;
  const live = liveElements(schedule);
  let position = 0;
  walkSteps(schedule.steps, (step, depth) => {
    if (step.kind === "slice-loop") executions = rounds(schedule, step);
    const times = depth === 0 ? 1 : executions;
    const liveBytes = (live[position] ?? 0) * elementBytes(schedule.dtype);
    position += 1;
    if (step.kind === "free") return;
    const made = step.kind === "slice-loop" ? step.into : step.out;
    const outElements = schedule.buffers[made]?.elements ?? 0;
    const name = nameOf(schedule, step);
    const model = scaled(step.model, times);
    planned.push({ kind: step.kind, name, executions: times, model, outElements, liveBytes });
  });
  return planned;
}

function scaled(model: StepModel, times: number): StepModel {
  const { node, cluster } = model.sentBytes;
  return {
    seconds: model.seconds * times,
    flops: model.flops * times,
    localBytes: model.localBytes * times,
    sentBytes: { node: node * times, cluster: cluster * times },
    messages: model.messages * times,
  };
}

function nameOf(schedule: Schedule, step: Step): string {
  const tiles = "tiles" in step ? `, in ${step.tiles.count} tiles ${sideOf(step.tiles)}` : "";
  return plainNameOf(schedule, step) + tiles;
}

/** A tiled move is named by when it goes: while what it sends is made, or while what has come is used. */
function sideOf({ beside }: Tiles): string {
  return beside === "before" ? "while it is made" : "while it is used";
}

function plainNameOf(schedule: Schedule, step: Step): string {
  const buffer = (id: BufferId): string => schedule.buffers[id]?.name ?? `buffer ${id}`;
  switch (step.kind) {
    case "load":
      return buffer(step.out);
    case "sum":
      return `${buffer(step.out)} = sum of ${buffer(step.in)}`;
    case "contract":
      return `${buffer(step.out)} = ${buffer(step.a)} * ${buffer(step.b)}`;
    case "permute":
      return `${buffer(step.out)} reordered`;
    case "redistribute": {
      const [before, after] = [step.in, step.out].map((id) => splitOver(schedule, id, step.digits));
      return `${buffer(step.out)}: split over ${after}, was over ${before}`;
    }
    case "gather":
      return `${buffer(step.out)}: gathered from ${splitOver(schedule, step.in, step.digits)}`;
    case "reduce":
    case "reduce-scatter":
      return `${buffer(step.out)}: partial sums added`;
    case "broadcast":
      return `${buffer(step.out)}: sent to all`;
    case "slice-loop":
      return `${buffer(step.into)} = sum over slices of ${step.labels.join(", ")}`;
    case "free":
      return buffer(step.buffer);
    default:
      return step satisfies never;
  }
}

/** Labels that are split over the digits. */
function splitOver({ buffers, modes }: Schedule, id: BufferId, digits: readonly number[]): string {
  const split = digits.map((digit) => modes[buffers[id]?.placement.split[digit] ?? -1]?.label ?? "nothing");
  return [...new Set(split)].join(", ");
}

export function reportOf(
  engine: RunReport["engine"],
  schedule: Schedule,
  times: readonly RankTimes[],
  value: TensorValue,
): RunReport {
  const shared = new Set(times[0]?.shared);
  const steps = plannedSteps(schedule).map((step, position): StepReport => {
    const measuredSeconds = times.map(({ seconds }) => seconds[position] ?? NaN);
    const startSeconds = times.map(({ starts }) => starts[position] ?? NaN);
    return {
      ...step,
      measuredSeconds,
      startSeconds,
      ...(shared.has(position) && { sharedBy: times.length }),
    };
  });
  const measuredSeconds = Math.max(...times.map(({ end }) => end));
  return { ...header(engine, schedule), value, steps, measuredSeconds };
}

/** What every report says about the schedule. */
export function header(
  engine: RunReport["engine"],
  schedule: Schedule,
): Omit<RunReport, "steps" | "value" | "measuredSeconds"> {
  const { network, machine, mesh, slices, modelledSeconds, peakBytes } = schedule;
  return { engine, network, machine, ranks: rankCount(mesh), slices, modelledSeconds, peakBytes };
}

/**
 * Throws UserError for a network without data and for more slices than can be counted one by one, and InvariantError for the mistakes of a caller that would otherwise read past the
 * end of an input.
 */
export function checkEntries(
  schedule: Schedule,
  entries: readonly { readonly re: { readonly length: number } }[],
): void {
  if (entries.length === 0 && schedule.tensors.length > 0)
    throw new UserError(
      `network ${schedule.network} has no data to run with: give it some (E with normal(seed 1)), or run it dry`,
    );
  if (schedule.slices > Number.MAX_SAFE_INTEGER)
    throw new UserError(
      `network ${schedule.network} is cut into ${schedule.slices.toExponential(2)} slices, and no engine counts beyond 2^53: ` +
        `give it more memory, or a shorter order`,
    );
  if (entries.length !== schedule.tensors.length)
    throw new InvariantError(`expected entries of ${schedule.tensors.length} tensors, got ${entries.length}`);
  schedule.tensors.forEach(({ name, labels }, position) => {
    const elements = labels.reduce((product, label) => product * (schedule.extents[label] ?? 1), 1);
    const length = entries[position]?.re.length;
    if (length !== elements)
      throw new InvariantError(`expected ${elements} entries of ${name}, got ${length ?? "none"}`);
  });
}
