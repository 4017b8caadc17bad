/** From placements to a schedule: lowers the tree, closes the slice loop, settles the result, adds up times and memory. */
import { elementBytes, extentOf, type Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { planArena } from "../schedule/arena.ts";
import { SCHEDULE_VERSION, type Schedule, type Step } from "../schedule/schedule.ts";
import { lowerTree } from "./lower.ts";
import { permuteTo, type Lowering } from "./lowering.ts";
import { addingStep, type CostModel } from "./model.ts";
import type { ModeTree } from "./modes.ts";
import { makeWhole } from "./moves.ts";
import { withOverlap } from "./overlap.ts";
import type { NodePlacements } from "./place.ts";
import { allocate, bufferOf, emit, emptyProgram, release } from "./program.ts";
import { localModes } from "./shards.ts";
import { storageOrders } from "./storage.ts";
import { modelledSeconds, roundsOf } from "./time.ts";
import type { Method } from "./wanted.ts";

/** A sliced tree, the ranks that share it, and which digits of the rank number take slices. */
export interface Shared {
  readonly network: Network;
  readonly tree: ContractionTree;
  readonly modes: ModeTree;
  readonly model: CostModel;
  readonly sliceDigits: readonly number[];
}

/** The schedule of a placed tree. */
export function scheduleOf(shared: Shared, placements: NodePlacements, method: Method): Schedule {
  const program = lowered(shared, placements);
  return completed(shared, program, modelledSeconds(program), method);
}

/** The schedule of a placed tree, unless it takes so many modelled seconds: then what memory it needs does not matter. */
export function scheduleWithin(
  shared: Shared,
  placements: NodePlacements,
  method: Method,
  limit: number,
): Schedule | undefined {
  const program = lowered(shared, placements);
  const seconds = modelledSeconds(program);
  if (shared.model.machine.overlaps !== true && seconds >= limit) return undefined;
  return completed(shared, program, seconds, method);
}

/** A schedule without its figures. */
type Unmeasured = Omit<Schedule, "peakBytes" | "modelledSeconds" | "method">;

/** With the memory that it needs, and its moves beside its contractions where the machine does both at once. */
function completed({ model }: Shared, program: Unmeasured, seconds: number, method: Method): Schedule {
  const peakBytes = planArena(program).elements * elementBytes(program.dtype);
  return withOverlap({ ...program, peakBytes, modelledSeconds: seconds, method }, model);
}

function lowered(shared: Shared, placements: NodePlacements): Unmeasured {
  const { network, tree, modes, model, sliceDigits } = shared;
  const { mesh, machine } = model;
  const program = emptyProgram(modes.modes);
  const slices = sliceCount(network, tree);
  const orders = storageOrders(modes, placements, roundsOf(slices, mesh, sliceDigits));
  const local = localModes(modes, placements);
  const low: Lowering = { network, tree: modes, placements, local, orders, model, program, shared: [] };
  const result = settle(low, tree, lowerTree(low), sliceDigits);
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
    buffers: program.buffers,
    steps: program.prologue,
    result,
    slices,
  };
}

export function sliceCount(network: Network, tree: ContractionTree): number {
  return tree.sliced.reduce((product, label) => product * extentOf(network, label), 1);
}

/** Closes the slice loop if there is one, settles sums (those over groups of slices too), gathers, and orders the axes. */
function settle(low: Lowering, tree: ContractionTree, root: number, sliceDigits: readonly number[]): number {
  const summed = tree.sliced.length === 0 ? root : closeLoop(low, tree, root, sliceDigits);
  return permuteTo(low, makeWhole(low, summed), orderedOpen(low));
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
  const { program, model } = low;
  const { placement, elements } = bufferOf(program, from);
  const modes = [...low.tree.slicedOpen, ...placement.modes];
  const partial = [...sliceDigits, ...placement.partial];
  const into = allocate(program, low.network.name, { ...placement, modes, partial }, false);
  const loop: Step = {
    kind: "slice-loop",
    labels: tree.sliced,
    digits: sliceDigits,
    body: program.body,
    from,
    into,
    model: addingStep(model, elements, roundsOf(sliceCount(low.network, tree), model.mesh, sliceDigits)),
  };
  emit(program, loop, false);
  for (const free of program.epilogue) emit(program, free, false);
  release(program, from, false);
  return into;
}
