/** Permutations by one and by two workers of the threads engine, each of its shard, beside numpy. */
import { elementBytes, threadsMachine, type Dtype, type Network, type Schedule } from "tnlab/dsl/index.js";
import { fusedPermutation } from "tnlab/dsl/distribute/layout.js";
import { meshOf } from "tnlab/dsl/distribute/mesh.js";
import { FREE } from "tnlab/dsl/distribute/model.js";
import { elementCount, modeTree } from "tnlab/dsl/distribute/modes.js";
import { planArena } from "tnlab/dsl/schedule/arena.js";
import { assertSound } from "tnlab/dsl/schedule/verify.js";
import { SCHEDULE_VERSION, type Buffer, type ModeId, type Step } from "tnlab/dsl/schedule/schedule.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import { PERMUTATIONS, type Permutation } from "./arithmeticCases.ts";
import { filled } from "./instances.ts";
import { installPeer } from "./peer/cotengra.ts";
import { startNumpy } from "./peer/numpy.ts";
import { row } from "./row.ts";

/** Seconds of a measurement of numpy. */
const BUDGET = 0.3;

/** Permutations in a run, there and back: numpy's memory is warm, too. */
const TIMES = 9;

export async function permuting({ goes }: { readonly goes: number }): Promise<void> {
  installPeer();
  console.log("\npermutations by workers of the engine beside numpy; measured");
  row(["shape", "dtype", "one, s", "two, s", "numpy, s", "over one", "over two"]);
  const numpy = startNumpy();
  for (const [dtype, permutation] of PERMUTATIONS) {
    const network = networkOf(dtype, permutation);
    const entries = filled(network);
    const schedules = [1, 2].map((workers) => permutationOf(network, permutation, workers));
    const ours = schedules.map((schedule) => async () => {
      const { steps } = await threadsEngine.run(schedule, entries);
      const there = steps.filter(({ kind }) => kind === "permute").filter((_, place) => place % 2 === 0);
      return Math.min(
        ...there.slice(0, TIMES / 2).map(({ measuredSeconds = [] }) => Math.max(...measuredSeconds)),
      );
    });
    const { shape, axes, title } = permutation;
    const timed = [...ours, () => numpy.seconds({ dtype, shape, axes }, BUDGET)];
    const best = timed.map(() => Infinity);
    for (let go = 0; go < goes; go += 1)
      for (const [place, seconds] of timed.entries())
        best[place] = Math.min(best[place] ?? Infinity, await seconds());
    const [one = NaN, two = NaN, peer = NaN] = best;
    row([
      title,
      dtype,
      ...[one, two, peer].map((seconds) => seconds.toPrecision(3)),
      ...[peer / one, peer / two].map((ratio) => ratio.toFixed(2)),
    ]);
  }
  numpy.stop();
}

/** One tensor, whose axes the result has in the order wanted. */
function networkOf(dtype: Dtype, { shape, axes }: Permutation): Network {
  const labels = shape.map((_, axis) => `x${axis}`);
  return {
    name: "permutation",
    dtype,
    tensors: [{ name: "A", labels }],
    open: axes.map((axis) => `x${axis}`),
    extents: Object.fromEntries(shape.map((extent, axis) => [`x${axis}`, extent])),
  };
}

/**
 * Every worker loads the shard of an axis that they share, as it lies, and permutes it there and back and there; the shards are gathered, and
 * put in order. The axis is the first of the result that they can share equally.
 */
function permutationOf(network: Network, { shape, axes }: Permutation, workers: number): Schedule {
  const machine = threadsMachine(workers, 2 ** 33);
  const mesh = meshOf(machine, workers);
  const { modes } = modeTree(network, { leaves: 1, pairs: [], sliced: [] }, mesh);
  const modesOf = (axis: number): ModeId[] =>
    [...modes.keys()].filter((id) => modes[id]?.label === `x${axis}`);
  const shared = axes.flatMap(modesOf).find((id) => modes[id]?.extent === workers);
  if (workers > 1 && shared === undefined) throw new Error(`${shape.join(" x ")} has no axis for ${workers}`);
  const outer = workers > 1 && shared !== undefined ? [shared] : [];
  const local = (order: readonly number[]): ModeId[] =>
    order.flatMap(modesOf).filter((id) => !outer.includes(id));
  const buffers: Buffer[] = [];
  const made = (own: readonly ModeId[], split: readonly ModeId[]): number => {
    const placement = { modes: own, split: mesh.map((_, digit) => split[digit] ?? null), partial: [] };
    return buffers.push({ name: "A", placement, elements: elementCount(modes, own) }) - 1;
  };
  const [asItLies, wanted] = [local([...shape.keys()]), local(axes)];
  let last = made(asItLies, outer);
  const steps: Step[] = [{ kind: "load", tensor: 0, out: last, model: FREE }];
  const next = (out: number, step: Step): void => {
    steps.push(step, { kind: "free", buffer: last, model: FREE });
    last = out;
  };
  const permute = (to: readonly ModeId[], split: readonly ModeId[]): void => {
    const fused = fusedPermutation(modes, buffers[last]?.placement.modes ?? [], to);
    const out = made(to, split);
    next(out, { kind: "permute", in: last, out, ...fused, model: FREE });
  };
  for (let time = 0; time < TIMES; time += 1) permute(time % 2 === 0 ? wanted : asItLies, outer);
  if (workers > 1) {
    const out = made([...outer, ...wanted], []);
    next(out, { kind: "gather", in: last, out, digits: [0], model: FREE });
    permute(axes.flatMap(modesOf), []);
  }
  return assertSound({
    version: SCHEDULE_VERSION,
    network: network.name,
    machine: machine.name,
    dtype: network.dtype,
    mesh,
    extents: network.extents,
    tensors: network.tensors,
    open: network.open,
    modes,
    buffers,
    steps,
    result: last,
    slices: 1,
    peakBytes: planArena({ buffers, steps }).elements * elementBytes(network.dtype),
    modelledSeconds: 0,
    method: "slicing",
  });
}
