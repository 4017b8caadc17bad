/**
 * The arithmetic of the reference engine: what one step does to the buffers of all ranks, straight from the IR's
 * definitions, in float64, one element at a time. It shares no code with the other engines: it is their oracle.
 */
import { InvariantError } from "../../dsl/core.ts";
import type { BufferId, Entries, Label, ModeId, Schedule, Step, Strided } from "../../dsl/core.ts";

/** A buffer on one rank; complex whatever the dtype. */
export interface Shard {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export interface World {
  readonly schedule: Schedule;
  readonly entries: readonly Entries[];
  /** Digits of every rank's number. */
  readonly ranks: readonly (readonly number[])[];
  /** Per rank, its live buffers. */
  readonly memory: readonly Map<BufferId, Shard>[];
  /** Per rank, the values of the sliced labels now; undefined where the rank has no slice this round. */
  readonly slices: (ReadonlyMap<Label, number> | undefined)[];
}

type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

export function makeWorld(schedule: Schedule, entries: readonly Entries[]): World {
  const radices = schedule.mesh.map(({ radix }) => radix);
  const count = radices.reduce((product, radix) => product * radix, 1);
  const ranks = Array.from({ length: count }, (_, rank) => unravel(rank, radices));
  return {
    schedule,
    entries,
    ranks,
    memory: ranks.map(() => new Map()),
    slices: ranks.map(() => new Map()),
  };
}

/** Mixed-radix digits, most significant first. */
export function unravel(number: number, radices: readonly number[]): number[] {
  const digits: number[] = [];
  for (const radix of [...radices].reverse()) {
    digits.unshift(number % radix);
    number = Math.floor(number / radix);
  }
  return digits;
}

export function ravel(digits: readonly number[], radices: readonly number[]): number {
  return digits.reduce((number, digit, position) => number * (radices[position] ?? 1) + digit, 0);
}

export function zeros(elements: number): Shard {
  return { re: new Float64Array(elements), im: new Float64Array(elements) };
}

export function shardOf(world: World, rank: number, buffer: BufferId): Shard {
  const shard = world.memory[rank]?.get(buffer);
  if (shard === undefined) throw new InvariantError(`expected buffer ${buffer} on rank ${rank}, got none`);
  return shard;
}

function newShard(world: World, rank: number, buffer: BufferId): Shard {
  const shard = zeros(world.schedule.buffers[buffer]?.elements ?? 0);
  world.memory[rank]?.set(buffer, shard);
  return shard;
}

function extentsOf(world: World, modes: readonly ModeId[]): number[] {
  return modes.map((mode) => world.schedule.modes[mode]?.extent ?? 1);
}

export function addTo(sum: Shard, at: number, term: Shard, from: number): void {
  sum.re[at] = (sum.re[at] ?? NaN) + (term.re[from] ?? NaN);
  sum.im[at] = (sum.im[at] ?? NaN) + (term.im[from] ?? NaN);
}

/** Runs a step that is not a loop on one rank. The peers' inputs must be there; they are only read. */
export function simulateStep(world: World, rank: number, step: Exclude<Step, StepOf<"slice-loop">>): void {
  switch (step.kind) {
    case "load": {
      load(world, rank, step);
      return;
    }
    case "sum": {
      sum(world, rank, step);
      return;
    }
    case "contract": {
      contract(world, rank, step);
      return;
    }
    case "permute": {
      permute(world, rank, step);
      return;
    }
    case "redistribute":
    case "gather":
    case "reduce":
    case "reduce-scatter":
    case "broadcast": {
      collect(world, rank, step);
      return;
    }
    case "free":
      world.memory[rank]?.delete(step.buffer);
      return undefined;
    default:
      return step satisfies never;
  }
}

function load(world: World, rank: number, step: StepOf<"load">): void {
  const { schedule } = world;
  const { modes, split } = schedule.buffers[step.out]?.placement ?? { modes: [], split: [] };
  const labels = schedule.tensors[step.tensor]?.labels ?? [];
  const shape = labels.map((label) => schedule.extents[label] ?? 1);
  const out = newShard(world, rank, step.out);
  const entries = world.entries[step.tensor];
  for (let element = 0; element < out.re.length; element += 1) {
    const values = new Map(world.slices[rank]);
    const add = (id: ModeId, digit: number): void => {
      const { label, stride } = schedule.modes[id] ?? { label: "", stride: 0 };
      values.set(label, (values.get(label) ?? 0) + digit * stride);
    };
    split.forEach((id, digit) => {
      if (id !== null) add(id, world.ranks[rank]?.[digit] ?? 0);
    });
    const digits = unravel(element, extentsOf(world, modes));
    modes.forEach((id, axis) => add(id, digits[axis] ?? 0));
    const at = ravel(
      labels.map((label) => values.get(label) ?? 0),
      shape,
    );
    out.re[element] = entries?.re[at] ?? NaN;
    out.im[element] = entries?.im?.[at] ?? 0;
  }
}

function sum(world: World, rank: number, step: StepOf<"sum">): void {
  const { outer, reduced, inner } = step;
  const input = shardOf(world, rank, step.in);
  const out = newShard(world, rank, step.out);
  for (let o = 0; o < outer; o += 1)
    for (let r = 0; r < reduced; r += 1)
      for (let i = 0; i < inner; i += 1) addTo(out, o * inner + i, input, (o * reduced + r) * inner + i);
}

/** Every element by its own place in each buffer, whatever the step's form. */
function contract(world: World, rank: number, step: StepOf<"contract">): void {
  const a = shardOf(world, rank, step.a);
  const b = shardOf(world, rank, step.b);
  const out = newShard(world, rank, step.out);
  const { loops, ...lines } = stridedOf(step);
  const { m, n, k } = step;
  const extents = [...loops.map(({ extent }) => extent), m, n];
  const elements = extents.reduce((product, extent) => product * extent, 1);
  for (let element = 0; element < elements; element += 1) {
    const values = unravel(element, extents);
    const [row, column] = values.slice(-2) as [number, number];
    const start = (buffer: "a" | "b" | "out"): number =>
      loops.reduce((sum, loop, place) => sum + loop[buffer] * (values[place] ?? 0), 0);
    const [inA, inB] = [start("a"), start("b")];
    let [re, im] = [0, 0];
    for (let p = 0; p < k; p += 1) {
      const s = inA + (step.formA === "mk" ? row * lines.a + p : p * lines.a + row);
      const t = inB + (step.formB === "kn" ? p * lines.b + column : column * lines.b + p);
      const [x, y, u, v] = [a.re[s] ?? NaN, a.im[s] ?? NaN, b.re[t] ?? NaN, b.im[t] ?? NaN];
      re += x * u - y * v;
      im += x * v + y * u;
    }
    const place = start("out") + row * lines.out + column;
    out.re[place] = re;
    out.im[place] = im;
  }
}

/** A batch is an axis around matrices without gaps. */
function stridedOf({ batch, m, n, k, formA, formB, shared, strided }: StepOf<"contract">): Strided {
  if (strided !== undefined) return strided;
  const [a, b] = [shared === "a" ? 0 : m * k, shared === "b" ? 0 : k * n];
  const lines = { a: formA === "mk" ? k : m, b: formB === "kn" ? n : k, out: n };
  return { loops: [{ extent: batch, a, b, out: m * n }], ...lines };
}

function permute(world: World, rank: number, step: StepOf<"permute">): void {
  const { shape, axes } = step;
  const input = shardOf(world, rank, step.in);
  const out = newShard(world, rank, step.out);
  const outShape = axes.map((axis) => shape[axis] ?? 1);
  for (let element = 0; element < input.re.length; element += 1) {
    const digits = unravel(element, shape);
    const at = ravel(
      axes.map((axis) => digits[axis] ?? 0),
      outShape,
    );
    addTo(out, at, input, element);
  }
}

type Collective = StepOf<"redistribute" | "gather" | "reduce" | "reduce-scatter" | "broadcast">;

/** Ranks that differ from `rank` in `digits` alone, in member order. */
function membersOf(world: World, rank: number, digits: readonly number[]): number[] {
  const radices = world.schedule.mesh.map(({ radix }) => radix);
  const groupRadices = digits.map((digit) => radices[digit] ?? 1);
  const count = groupRadices.reduce((product, radix) => product * radix, 1);
  return Array.from({ length: count }, (_, member) => {
    const own = [...(world.ranks[rank] ?? [])];
    unravel(member, groupRadices).forEach((value, position) => (own[digits[position] ?? -1] = value));
    return ravel(own, radices);
  });
}

function collect(world: World, rank: number, step: Collective): void {
  const members = membersOf(world, rank, step.digits);
  const me = members.indexOf(rank);
  const out = newShard(world, rank, step.out);
  members.forEach((peer, member) => {
    const input = shardOf(world, peer, step.in);
    const { length } = input.re;
    const block = length / members.length;
    const copy = (to: number, from: number, count: number): void => {
      for (let item = 0; item < count; item += 1) addTo(out, to + item, input, from + item);
    };
    if (step.kind === "redistribute") copy(member * block, me * block, block);
    else if (step.kind === "gather") copy(member * length, 0, length);
    else if (step.kind === "reduce") copy(0, 0, length);
    else if (step.kind === "reduce-scatter") copy(0, me * block, block);
    else if (member === 0) copy(0, 0, length);
  });
}
