/**
 * What-if: a schedule as it stands, on another machine. In: a schedule and a machine. Out: the same steps, with the costs that
 * the machine's model gives them.
 */
import { InvariantError, UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import type { Schedule, Step, StepModel } from "../schedule/schedule.ts";
import { collectiveStep } from "./collective.ts";
import { loadedPermutation } from "./layout.ts";
import { usedDevices } from "./links.ts";
import type { Machine } from "./machine.ts";
import { addingStep, contractStep, FREE, loadStep, localStep, permuteStep, type CostModel } from "./model.ts";
import { withoutOverlap, withOverlap } from "./overlap.ts";
import { modelledSeconds, roundsOf } from "./time.ts";

/**
 * The same plan on another machine: nothing is planned anew, so that a slow link in use slows every step that crosses it. Its ranks
 * are the devices 0, 1, ... of the nodes 0, 1, ... Throws UserError where the machine has no such devices, or too little memory.
 */
export function repriced(schedule: Schedule, machine: Machine): Schedule {
  return pricedAnew(schedule, machine, true);
}

/** What one slow link costs, in modelled seconds beside those of the healthy machine. */
export interface WhatIf {
  readonly healthySeconds: number;
  /** The plan for the healthy machine, as it stands, on the hurt one. */
  readonly kept: Schedule;
  /** The faster of a plan for the hurt machine and the old plan with devices and all-reduces chosen for it. */
  readonly replanned: Schedule;
}

/** Keeps a plan for a hurt machine, and plans anew with `plan`. Throws UserError as `repriced`, and what `plan` throws. */
export function whatIf(schedule: Schedule, hurt: Machine, plan: () => Schedule): WhatIf {
  const aware = pricedAnew(schedule, hurt, false);
  const planned = plan();
  const replanned = planned.modelledSeconds < aware.modelledSeconds ? planned : aware;
  return { healthySeconds: schedule.modelledSeconds, kept: repriced(schedule, hurt), replanned };
}

function pricedAnew(schedule: Schedule, machine: Machine, unaware: boolean): Schedule {
  const { mesh, dtype, slices, peakBytes } = schedule;
  checkRoom(schedule, machine);
  if (peakBytes > machine.device.memoryBytes)
    throw new UserError(
      `${schedule.network} takes ${formatBytes(peakBytes)} of a device as planned for ${schedule.machine}, ` +
        `and ${machine.name} has ${formatBytes(machine.device.memoryBytes)}`,
    );
  const model: CostModel = { machine, dtype, mesh, unaware };
  const steps = withoutOverlap(schedule.steps).map((step) => repricedStep(schedule, model, step));
  const seconds = modelledSeconds({ steps, mesh, slices });
  return withOverlap({ ...schedule, steps, machine: machine.name, modelledSeconds: seconds }, model);
}

function checkRoom({ mesh, network }: Schedule, machine: Machine): void {
  const { nodes, perNode } = usedDevices(mesh);
  const [most, each] = [machine.cluster?.count ?? 1, machine.node.count];
  if (nodes > most || perNode > each)
    throw new UserError(
      `the schedule of ${network} uses ${perNode} devices on each of ${nodes} nodes, and ${machine.name} has ${each} on ${most}`,
    );
}

function repricedStep(schedule: Schedule, model: CostModel, step: Step): Step {
  if (step.kind !== "slice-loop") return { ...step, model: stepModel(schedule, model, step) };
  const body = step.body.map((inner) => repricedStep(schedule, model, inner));
  return {
    ...step,
    body,
    model: addingStep(
      model,
      elementsOf(schedule, step.from),
      roundsOf(schedule.slices, schedule.mesh, step.digits),
    ),
  };
}

/** As the passes that emit the step price it. */
function stepModel(
  schedule: Schedule,
  model: CostModel,
  step: Exclude<Step, { kind: "slice-loop" }>,
): StepModel {
  const { buffers, modes, tensors } = schedule;
  switch (step.kind) {
    case "load": {
      const labels = tensors[step.tensor]?.labels ?? [];
      const permutation = loadedPermutation(modes, labels, buffers[step.out]?.placement.modes ?? []);
      return loadStep(model, elementsOf(schedule, step.out), permutation);
    }
    case "sum":
      return localStep(model, 0, elementsOf(schedule, step.in) + elementsOf(schedule, step.out));
    case "contract":
      return contractStep(model, step);
    case "permute":
      return permuteStep(model, elementsOf(schedule, step.in), step);
    case "redistribute":
    case "gather":
    case "reduce":
    case "reduce-scatter":
    case "broadcast":
      return collectiveStep(model, step.kind, step.digits, elementsOf(schedule, step.in));
    case "free":
      return FREE;
    default:
      return step satisfies never;
  }
}

function elementsOf({ buffers }: Schedule, id: number): number {
  const buffer = buffers[id];
  if (buffer === undefined) throw new InvariantError(`expected buffer ${id}, got none`);
  return buffer.elements;
}
