/**
 * How long a run of the threads engine takes to end once it is no longer wanted: aborted at moments all through it, from its start to the
 * copy of its value, with the WebAssembly kernels and with a BLAS. Counted from when the abort was due, so that a main thread that
 * hears nothing shows; after each abort a small run must have its value.
 */
import { performance } from "node:perf_hooks";
import {
  distribute,
  threadsMachine,
  type Buffer,
  type Entries,
  type ModeId,
  type Schedule,
  type Step,
} from "tnlab/dsl/index.js";
import { findNative } from "tnlab/kernel/engine/native.js";
import { threadsEngine } from "tnlab/kernel/engine/threads.js";
import type { Native } from "tnlab/kernel/tensor/blas/native.js";

interface Case {
  readonly name: string;
  readonly schedule: Schedule;
  readonly entries: readonly Entries[];
}

/** Moments of a run at which it is aborted. */
const MOMENTS = 6;
/** Permutations, and moves, that follow each other. */
const REPEATS = 8;
const LIMIT_MILLISECONDS = 100;

const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };
const ones = (length: number): Entries => ({ re: new Float64Array(length).fill(1) });

/** out[i, j] := sum over p of A[i, p] B[p, j]. */
function product(name: string, m: number, k: number): Case {
  const tensors = [
    { name: "A", labels: ["i", "p"] },
    { name: "B", labels: ["p", "j"] },
  ];
  const extents = { i: m, j: m, p: k };
  const network = { name: "product", dtype: "float64", tensors, open: ["i", "j"], extents } as const;
  const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] } as const;
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 34), 2, { method: "tree" });
  return { name, schedule, entries: [ones(m * k), ones(m * k)] };
}

/** Modes of T[a, b, c, d]: a and b are as many as the workers. */
const [A, B, C, D] = [0, 1, 2, 3];
const EXTENTS = { a: 2, b: 2, c: 2 ** 12, d: 2 ** 12 };

/** T, split over a, moved so many times, and what each worker then has, summed to one number. */
function moved(name: string, next: (from: Buffer, at: number) => [Buffer, (ends: Ends) => Step]): Case {
  const labels = Object.keys(EXTENTS);
  const extents = Object.values(EXTENTS);
  const elements = extents.reduce((all, extent) => all * extent, 1) / 2;
  const whole = { name: "T", placement: { modes: [B, C, D], split: [A], partial: [] }, elements };
  const buffers: Buffer[] = [whole];
  const steps: Step[] = [{ kind: "load", tensor: 0, out: 0, model }];
  for (let at = 0; at < REPEATS; at += 1) {
    const [buffer, step] = next(buffers[at] ?? whole, at);
    buffers.push(buffer);
    steps.push(step({ in: at, out: at + 1 }), { kind: "free", buffer: at, model });
  }
  const partial = { name: "sum", placement: { modes: [], split: [null], partial: [0] }, elements: 1 };
  buffers.push(partial, { ...partial, placement: { ...partial.placement, partial: [] } });
  const last = REPEATS;
  steps.push(
    { kind: "sum", in: last, out: last + 1, outer: 1, reduced: elements, inner: 1, model },
    { kind: "free", buffer: last, model },
    { kind: "reduce", in: last + 1, out: last + 2, digits: [0], model },
    { kind: "free", buffer: last + 1, model },
  );
  const schedule: Schedule = {
    version: 1,
    network: name,
    machine: "threads(2)",
    dtype: "float64",
    mesh: [{ radix: 2, tier: "node" }],
    extents: EXTENTS,
    tensors: [{ name: "T", labels }],
    open: [],
    modes: labels.map((label, place) => ({ label, extent: extents[place] ?? 1, stride: 1 })),
    buffers,
    steps,
    result: last + 2,
    slices: 1,
    peakBytes: 0,
    modelledSeconds: 0,
    method: "by hand",
  };
  return { name, schedule, entries: [ones(2 * elements)] };
}

interface Ends {
  readonly in: number;
  readonly out: number;
}

function withModes(from: Buffer, modes: readonly ModeId[], split = from.placement.split): Buffer {
  return { ...from, placement: { ...from.placement, modes, split } };
}

const permutations = (name: string): Case =>
  moved(name, (from) => {
    const { modes } = from.placement;
    const shape = modes.map((mode) => Object.values(EXTENTS)[mode] ?? 1);
    const step = (ends: Ends): Step => ({ kind: "permute", ...ends, shape, axes: [2, 1, 0], model });
    return [withModes(from, modes.toReversed()), step];
  });

/** The first mode and the split one change places. */
const exchanges = (name: string): Case =>
  moved(name, (from, at) => {
    const [leaves, comes] = at % 2 === 0 ? [A, B] : [B, A];
    const step = (ends: Ends): Step => ({ kind: "redistribute", ...ends, digits: [0], model });
    return [withModes(from, [leaves, C, D], [comes]), step];
  });

const CASES: readonly (readonly [name: string, make: (name: string) => Case])[] = [
  ["product", (name) => product(name, 2 ** 12, 2 ** 11)],
  ["permutation", permutations],
  ["all-to-all", exchanges],
  ["value", (name) => product(name, 2 ** 13, 1)],
];

/** Milliseconds from when the abort was due until the run has ended. */
async function ended(
  { schedule, entries }: Case,
  native: Native | undefined,
  moment: number,
): Promise<number> {
  const controller = new AbortController();
  const due = performance.now() + moment;
  const timer = setTimeout(() => controller.abort(new RangeError("no longer wanted")), moment);
  try {
    await threadsEngine.run(schedule, entries, { multiplier: native, signal: controller.signal });
  } catch (error) {
    if (error !== controller.signal.reason) throw error;
    return performance.now() - due;
  } finally {
    clearTimeout(timer);
  }
  // It was over before.
  return NaN;
}

/** Throws RangeError where the engine is not what it was. */
async function probe(native: Native | undefined): Promise<void> {
  const { schedule, entries } = product("small", 8, 3);
  const { value } = await threadsEngine.run(schedule, entries, { multiplier: native });
  if (value?.re.length !== 64 || value.re.some((x) => x !== 3))
    throw new RangeError(`expected 64 threes after an abort, got ${String(value?.re)}`);
}

/** It does every product. */
function all(native: Native): Native {
  return { ...native, choices: undefined };
}

function row(cells: readonly string[]): void {
  console.log(cells.map((cell, place) => (place < 2 ? cell.padEnd(14) : cell.padStart(12))).join(" "));
}

export async function cancel(only: readonly string[]): Promise<void> {
  console.log(
    `\nfrom an abort to the end of the run, ms; ${MOMENTS} moments through each run; measured on 2 workers`,
  );
  row(["long", "arithmetic", "run, s", "median", "worst", `within ${LIMIT_MILLISECONDS}`]);
  const { native } = await findNative();
  for (const [name, make] of CASES.filter(([name]) => only.some((part) => name.includes(part))))
    for (const arithmetic of native === undefined ? [undefined] : [undefined, all(native)]) {
      const one = make(name);
      const begun = performance.now();
      await threadsEngine.run(one.schedule, one.entries, { multiplier: arithmetic });
      const whole = performance.now() - begun;
      const found: number[] = [];
      for (let moment = 0; moment < MOMENTS; moment += 1) {
        const took = await ended(one, arithmetic, (whole * (moment + 0.5)) / MOMENTS);
        if (!Number.isNaN(took)) found.push(took);
        await probe(arithmetic);
      }
      found.sort((x, y) => x - y);
      const within = found.filter((took) => took <= LIMIT_MILLISECONDS).length;
      const figures = [found[Math.floor(found.length / 2)] ?? NaN, found.at(-1) ?? NaN];
      row([
        one.name,
        arithmetic === undefined ? "wasm" : "blas",
        (whole / 1000).toPrecision(3),
        ...figures.map((figure) => figure.toFixed(0)),
        `${within} of ${found.length}`,
      ]);
    }
}
