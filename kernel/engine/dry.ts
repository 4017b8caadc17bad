/** The dry engine: no arithmetic. In: a schedule. Out: the report that the machine's model predicts. */
import { rankCount, walkSteps, type Schedule } from "../../dsl/core.ts";
import type { Engine } from "./engine.ts";
import type { RunReport, StepReport } from "./report.ts";
import { header, plannedSteps } from "./skeleton.ts";
import { rounds } from "./steps.ts";

export const dryEngine: Engine = {
  name: "dry",
  run: (schedule, _entries, options) => {
    options?.signal?.throwIfAborted();
    return Promise.resolve(modelledReport(schedule));
  },
};

function modelledReport(schedule: Schedule): RunReport {
  const starts = modelledStarts(schedule);
  const ranks = rankCount(schedule.mesh);
  const steps = plannedSteps(schedule).map((step, position): StepReport => {
    return { ...step, startSeconds: new Array<number>(ranks).fill(starts[position] ?? 0) };
  });
  return { ...header("dry", schedule), steps };
}

/** Steps laid end to end; a step of a loop's body starts in the first round, what follows the loop after the last. */
function modelledStarts(schedule: Schedule): number[] {
  const starts: number[] = [];
  let now = 0;
  let round = 0;
  let left = 0;
  walkSteps(schedule.steps, (step, depth) => {
    if (depth === 0) {
      now += round * left;
      [round, left] = [0, 0];
    }
    if (step.kind !== "free") starts.push(now);
    if (step.kind === "slice-loop") left = rounds(schedule, step) - 1;
    now += step.model.seconds;
    if (depth > 0) round += step.model.seconds;
  });
  return starts;
}
