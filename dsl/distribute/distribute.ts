/**
 * Stage four: a contraction tree becomes a schedule for a machine. Tries every way to share the ranks between
 * slices (groups, each with slices of its own) and distributed modes, and keeps the fastest that fits.
 */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, extentOf, type Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { planArena, walkSteps } from "../schedule/arena.ts";
import {
  rankCount,
  SCHEDULE_VERSION,
  type MeshDigit,
  type Schedule,
  type Step,
} from "../schedule/schedule.ts";
import { assertSound } from "../schedule/verify.ts";
import { gather, lowerTree, permuteTo, reduce, type Lowering } from "./lower.ts";
import type { Machine } from "./machine.ts";
import { meshOf } from "./mesh.ts";
import { FREE, type CostModel } from "./model.ts";
import { modeTree } from "./modes.ts";
import { placeGreedy } from "./place.ts";
import { threadsMachine } from "./presets.ts";
import { allocate, bufferOf, emit, emptyProgram, release } from "./program.ts";

/**
 * Plans by the greedy method. Throws UserError where the tensors do not fit the memory of a device, with the
 * size they would take, and where the machine has not the devices.
 */
export function distribute(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  devices: number,
): Schedule {
  const mesh = meshOf(machine, devices);
  const candidates = sliceDigitChoices(network, tree, mesh).map((digits) =>
    lower(network, tree, machine, mesh, digits),
  );
  const fitting = candidates.filter((schedule) => schedule.peakBytes <= machine.device.memoryBytes);
  const best = fastest(fitting);
  if (best === undefined) throw tooLarge(network, machine, candidates);
  return assertSound(best);
}

/** Peak of all live buffers where one device contracts the tree, slice by slice. */
export function peakBytesOnOneDevice(network: Network, tree: ContractionTree): number {
  return lower(network, tree, threadsMachine(1, Infinity), [], []).peakBytes;
}

function fastest(schedules: readonly Schedule[]): Schedule | undefined {
  const better = (a: Schedule, b: Schedule): Schedule => (b.modelledSeconds < a.modelledSeconds ? b : a);
  return schedules.length === 0 ? undefined : schedules.reduce(better);
}

function tooLarge(network: Network, machine: Machine, candidates: readonly Schedule[]): UserError {
  const least = Math.min(...candidates.map((schedule) => schedule.peakBytes));
  return new UserError(
    `${network.name} needs ${formatBytes(least)} on each device, and ${machine.name} has ` +
      `${formatBytes(machine.device.memoryBytes)}; slice it (slice ${network.name} to fit ...) or use more devices`,
  );
}

export function sliceCount(network: Network, tree: ContractionTree): number {
  return tree.sliced.reduce((product, label) => product * extentOf(network, label), 1);
}

/** Leading digits that take slices: none, one, two, ... as long as every group has a slice to run. */
function sliceDigitChoices(network: Network, tree: ContractionTree, mesh: readonly MeshDigit[]): number[][] {
  const slices = sliceCount(network, tree);
  const choices: number[][] = [[]];
  for (let count = 1; count <= mesh.length; count += 1)
    if (rankCount(mesh.slice(0, count)) <= slices)
      choices.push(mesh.slice(0, count).map((_, digit) => digit));
  return choices;
}

function lower(
  network: Network,
  tree: ContractionTree,
  machine: Machine,
  mesh: readonly MeshDigit[],
  sliceDigits: readonly number[],
): Schedule {
  const modes = modeTree(network, tree, mesh);
  const usable = mesh.map((_, digit) => !sliceDigits.includes(digit));
  const program = emptyProgram(modes.modes);
  const model: CostModel = { machine, dtype: network.dtype, mesh };
  const low: Lowering = {
    network,
    tree: modes,
    placements: placeGreedy(modes, mesh, usable),
    model,
    program,
  };
  const result = settle(low, tree, lowerTree(low), sliceDigits);
  const shape = { buffers: program.buffers, steps: program.prologue };
  const slices = sliceCount(network, tree);
  return {
    version: SCHEDULE_VERSION,
    network: network.name,
    machine: machine.name,
    dtype: network.dtype,
    mesh,
    extents: network.extents,
    tensors: network.tensors.map(({ name, labels }) => ({ name, labels })),
    open: network.open,
    modes: modes.modes,
    ...shape,
    result,
    slices,
    peakBytes: planArena(shape).elements * elementBytes(network.dtype),
    modelledSeconds: modelledSeconds(program.prologue, mesh, slices),
    method: sliceDigits.length === mesh.length && mesh.length > 0 ? "slicing" : "greedy",
  };
}

/** Closes the slice loop if there is one, adds up the groups, gathers the result, and orders its axes. */
function settle(low: Lowering, tree: ContractionTree, root: number, sliceDigits: readonly number[]): number {
  const { program } = low;
  const summed =
    tree.sliced.length === 0 ? root : reduce(low, closeLoop(low, tree, root, sliceDigits), sliceDigits);
  const { split } = bufferOf(program, summed).placement;
  const whole = gather(
    low,
    summed,
    split.flatMap((mode, digit) => (mode === null ? [] : [digit])),
  );
  return permuteTo(low, whole, orderedOpen(low));
}

/** Modes of the result in the order of its axes, sliced open indices included. */
function orderedOpen(low: Lowering): number[] {
  const all = [...low.tree.open, ...low.tree.slicedOpen];
  return low.network.open.flatMap((label) => all.filter((id) => low.tree.modes[id]?.label === label));
}

function closeLoop(
  low: Lowering,
  tree: ContractionTree,
  from: number,
  sliceDigits: readonly number[],
): number {
  const { program } = low;
  const { placement } = bufferOf(program, from);
  const modes = [...low.tree.slicedOpen, ...placement.modes];
  const into = allocate(program, low.network.name, { ...placement, modes, partial: sliceDigits }, false);
  const loop: Step = {
    kind: "slice-loop",
    labels: tree.sliced,
    digits: sliceDigits,
    body: program.body,
    from,
    into,
    model: FREE,
  };
  emit(program, loop, false);
  for (const free of program.epilogue) emit(program, free, false);
  release(program, from, false);
  return into;
}

/** Seconds of all steps; those of a loop's body count once a slice that one group runs. */
export function modelledSeconds(steps: readonly Step[], mesh: readonly MeshDigit[], slices: number): number {
  let seconds = 0;
  let rounds = 1;
  walkSteps(steps, (step, depth) => {
    if (step.kind === "slice-loop")
      rounds = Math.ceil(slices / rankCount(step.digits.flatMap((d) => mesh[d] ?? [])));
    seconds += step.model.seconds * (depth === 0 ? 1 : rounds);
  });
  return seconds;
}
