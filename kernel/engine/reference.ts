/**
 * The reference engine: one thread, plain loops, all ranks in lockstep, float64 whatever the dtype. It is the oracle of
 * the other engines, not a way to contract anything large.
 */
import { setImmediate } from "node:timers/promises";
import { isComplex, type ModeId, type Schedule, type Step } from "../../dsl/core.ts";
import type { Engine, RunOptions } from "./engine.ts";
import type { TensorValue } from "./report.ts";
import { addTo, makeWorld, ravel, shardOf, simulateStep, unravel, zeros, type World } from "./simulate.ts";
import { checkEntries, reportOf } from "./skeleton.ts";
import { reportedSteps, rounds } from "./steps.ts";

export const referenceEngine: Engine = {
  name: "reference",
  run: async (schedule, entries, options) => {
    checkEntries(schedule, entries);
    const world = makeWorld(schedule, entries);
    const watch = startWatch(schedule, world.ranks.length, options);
    await runSteps(world, schedule.steps, watch);
    return reportOf("reference", schedule, timesOf(watch), valueOf(world));
  },
};

type Loop = Extract<Step, { kind: "slice-loop" }>;

/** Times of the run, and the place where it can be stopped. */
interface Watch {
  readonly origin: number;
  readonly positions: ReadonlyMap<Step, number>;
  /** Per rank, per reported step, in seconds. */
  readonly seconds: Float64Array[];
  readonly starts: Float64Array[];
  readonly signal: AbortSignal | undefined;
  lastPause: number;
}

const MILLISECONDS_BETWEEN_PAUSES = 20;

function startWatch(schedule: Schedule, ranks: number, options: RunOptions | undefined): Watch {
  const steps = reportedSteps(schedule.steps);
  const table = (): Float64Array[] => Array.from({ length: ranks }, () => new Float64Array(steps.length));
  const positions = new Map(steps.map((step, position) => [step, position]));
  const origin = performance.now();
  const starts = table().map((row) => row.fill(NaN));
  return { origin, positions, seconds: table(), starts, signal: options?.signal, lastPause: -Infinity };
}

/** Lets other work of this thread go on now and then, such as an abort. */
async function pause(watch: Watch): Promise<void> {
  if (performance.now() - watch.lastPause < MILLISECONDS_BETWEEN_PAUSES) return;
  await setImmediate();
  watch.signal?.throwIfAborted();
  watch.lastPause = performance.now();
}

function timed(watch: Watch, rank: number, step: Step, work: () => void): void {
  const begun = performance.now();
  work();
  const position = watch.positions.get(step);
  const [seconds, starts] = [watch.seconds[rank], watch.starts[rank]];
  if (position === undefined || seconds === undefined || starts === undefined) return;
  seconds[position] = (seconds[position] ?? 0) + (performance.now() - begun) / 1000;
  if (Number.isNaN(starts[position])) starts[position] = (begun - watch.origin) / 1000;
}

function timesOf(watch: Watch): { seconds: Float64Array; starts: Float64Array; end: number }[] {
  const end = (performance.now() - watch.origin) / 1000;
  return watch.seconds.map((seconds, rank) => {
    return { seconds, starts: watch.starts[rank] ?? new Float64Array(), end };
  });
}

async function runSteps(world: World, steps: readonly Step[], watch: Watch): Promise<void> {
  for (const step of steps) {
    if (step.kind === "slice-loop") {
      await runLoop(world, step, watch);
      continue;
    }
    for (const rank of world.ranks.keys()) {
      await pause(watch);
      if (world.slices[rank] !== undefined) timed(watch, rank, step, () => simulateStep(world, rank, step));
    }
  }
}

async function runLoop(world: World, loop: Loop, watch: Watch): Promise<void> {
  const { schedule } = world;
  for (const [rank, memory] of world.memory.entries())
    timed(watch, rank, loop, () => memory.set(loop.into, zeros(schedule.buffers[loop.into]?.elements ?? 0)));
  const radices = loop.digits.map((digit) => schedule.mesh[digit]?.radix ?? 1);
  const groups = radices.reduce((product, radix) => product * radix, 1);
  for (let round = 0; round < rounds(schedule, loop); round += 1) {
    world.ranks.forEach((digits, rank) => {
      const own = loop.digits.map((digit) => digits[digit] ?? 0);
      world.slices[rank] = sliceValues(schedule, loop, ravel(own, radices) + round * groups);
    });
    await runSteps(world, loop.body, watch);
    for (const rank of world.ranks.keys())
      if (world.slices[rank] !== undefined) timed(watch, rank, loop, () => addSlice(world, rank, loop));
  }
  world.slices.fill(new Map());
}

/** Values of the sliced labels; undefined beyond the last slice. */
function sliceValues(schedule: Schedule, loop: Loop, slice: number): Map<string, number> | undefined {
  if (slice >= schedule.slices) return undefined;
  const values = unravel(
    slice,
    loop.labels.map((label) => schedule.extents[label] ?? 1),
  );
  return new Map(loop.labels.map((label, position) => [label, values[position] ?? 0]));
}

function addSlice(world: World, rank: number, loop: Loop): void {
  const { schedule } = world;
  const into = shardOf(world, rank, loop.into);
  const from = shardOf(world, rank, loop.from);
  const count = (buffer: number): readonly ModeId[] => schedule.buffers[buffer]?.placement.modes ?? [];
  const leading = count(loop.into).slice(0, count(loop.into).length - count(loop.from).length);
  const modes = leading.map((id) => schedule.modes[id] ?? { label: "", extent: 1, stride: 1 });
  const place = ravel(
    modes.map(
      ({ label, extent, stride }) => Math.floor((world.slices[rank]?.get(label) ?? 0) / stride) % extent,
    ),
    modes.map(({ extent }) => extent),
  );
  for (let item = 0; item < from.re.length; item += 1) addTo(into, place * from.re.length + item, from, item);
}

function valueOf({ schedule, memory }: World): TensorValue {
  const shard = memory[0]?.get(schedule.result) ?? zeros(0);
  const { open: labels, dtype, extents } = schedule;
  const shape = labels.map((label) => extents[label] ?? 1);
  return { labels, shape, dtype, re: shard.re, ...(isComplex(dtype) ? { im: shard.im } : {}) };
}
