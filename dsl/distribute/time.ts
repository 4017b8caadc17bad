/** Modelled time of a whole schedule from that of its steps. */
import { walkSteps } from "../schedule/arena.ts";
import { rankCount, type MeshDigit, type Schedule, type Step, type StepKind } from "../schedule/schedule.ts";

export const COLLECTIVES: readonly StepKind[] = [
  "redistribute",
  "gather",
  "reduce",
  "reduce-scatter",
  "broadcast",
];

/** What a walk over executions needs of a schedule. */
export type Timed = Pick<Schedule, "steps" | "mesh" | "slices">;

/** How often a rank runs the body of a slice loop whose slices the groups over `digits` share. */
export function roundsOf(slices: number, mesh: readonly MeshDigit[], digits: readonly number[]): number {
  return Math.ceil(slices / rankCount(digits.flatMap((digit) => mesh[digit] ?? [])));
}

/** Calls `visit` for every step with the number of times that one rank runs it; a loop's body runs once a slice of the rank's group. */
export function walkExecutions(
  { steps, mesh, slices }: Timed,
  visit: (step: Step, times: number) => void,
): void {
  let rounds = 1;
  walkSteps(steps, (step, depth) => {
    if (step.kind === "slice-loop") rounds = roundsOf(slices, mesh, step.digits);
    visit(step, depth === 0 ? 1 : rounds);
  });
}

/** Seconds of all steps, all slices that one group runs included. */
export function modelledSeconds(schedule: Timed): number {
  let seconds = 0;
  walkExecutions(schedule, (step, times) => (seconds += step.model.seconds * times));
  return seconds;
}

/** Part of the modelled time that collectives take, 0 to 1. */
export function communicationShare(schedule: Timed): number {
  let [moving, all] = [0, 0];
  walkExecutions(schedule, ({ kind, model }, times) => {
    all += model.seconds * times;
    if (COLLECTIVES.includes(kind)) moving += model.seconds * times;
  });
  return all === 0 ? 0 : moving / all;
}
