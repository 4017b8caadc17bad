/** Products in every storage form, against the reference engine's plain loops. */
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import type { Dtype, Entries } from "../../../../dsl/network/network.ts";
import type { FormA, FormB, Schedule } from "../../../../dsl/schedule/schedule.ts";
import { verify } from "../../../../dsl/schedule/verify.ts";
import type { Engine } from "../../../../kernel/engine/engine.ts";
import { referenceEngine } from "../../../../kernel/engine/reference.ts";
import { torchEngine } from "../../../../kernel/engine/torch.ts";
import { because, becauseOfGpu, hasGpu, hasTorch } from "./python.ts";

const model = { seconds: 0, flops: 0, localBytes: 0, sentBytes: { node: 0, cluster: 0 }, messages: 0 };

interface Product {
  readonly sizes: { readonly b: number; readonly m: number; readonly n: number; readonly k: number };
  readonly shared?: "a" | "b";
  readonly formA: FormA;
  readonly formB: FormB;
  readonly dtype: Dtype;
}

/** out[b,m,n] := sum over k of A * B, as one step. */
function scheduleOf({ sizes, shared, formA, formB, dtype }: Product): Schedule {
  const labels = ["b", "m", "n", "k"] as const;
  const axes = (name: "a" | "b", form: string): string[] => [...(shared === name ? [] : ["b"]), ...form];
  const tensors = [
    { name: "A", labels: axes("a", formA) },
    { name: "B", labels: axes("b", formB) },
  ];
  const buffer = (name: string, own: readonly string[]) => ({
    name,
    placement: {
      modes: own.map((label) => labels.findIndex((one) => one === label)),
      split: [],
      partial: [],
    },
    elements: own.reduce((product, label) => product * ((sizes as Record<string, number>)[label] ?? NaN), 1),
  });
  const { b: batch, m, n, k } = sizes;
  return {
    version: 1,
    network: "product",
    machine: "by hand",
    dtype,
    mesh: [],
    extents: sizes,
    tensors,
    open: ["b", "m", "n"],
    modes: labels.map((label) => ({ label, extent: sizes[label], stride: 1 })),
    buffers: [...tensors.map(({ name, labels: own }) => buffer(name, own)), buffer("out", ["b", "m", "n"])],
    steps: [
      { kind: "load", tensor: 0, out: 0, model },
      { kind: "load", tensor: 1, out: 1, model },
      {
        kind: "contract",
        a: 0,
        b: 1,
        out: 2,
        batch,
        m,
        n,
        k,
        formA,
        formB,
        pair: 0,
        model,
        ...(shared && { shared }),
      },
      { kind: "free", buffer: 0, model },
      { kind: "free", buffer: 1, model },
    ],
    result: 2,
    slices: 1,
    peakBytes: 0,
    modelledSeconds: 0,
    method: "by hand",
  };
}

/** out[m,r,b,n] := sum over k of A[r,m,b,k] * B[b,k,n], where they lie: matrices with gaps, and two axes around them. */
function gapsOf(dtype: Dtype): Schedule {
  const [r, b, m, n, k] = [3, 2, 4, 5, 6] as const;
  const plain = scheduleOf({ sizes: { b, m: r * m, n, k }, formA: "mk", formB: "kn", dtype });
  const labels = ["b", "m", "n", "k", "r"];
  const extents: Record<string, number> = { b, m, n, k, r };
  const orders = [Array.from("rmbk"), Array.from("bkn"), Array.from("mrbn")];
  const loops = [
    { extent: r, a: m * b * k, b: 0, out: b * n },
    { extent: b, a: k, b: k * n, out: n },
  ];
  return {
    ...plain,
    extents,
    tensors: [
      { name: "A", labels: Array.from("rmbk") },
      { name: "B", labels: Array.from("bkn") },
    ],
    open: Array.from("mrbn"),
    modes: labels.map((label) => ({ label, extent: extents[label] ?? NaN, stride: 1 })),
    buffers: plain.buffers.map((one, place) => ({
      ...one,
      placement: { ...one.placement, modes: (orders[place] ?? []).map((label) => labels.indexOf(label)) },
    })),
    steps: plain.steps.map((step) =>
      step.kind === "contract"
        ? { ...step, batch: 1, m, strided: { loops, a: b * k, b: n, out: r * b * n } }
        : step,
    ),
  };
}

/** Numbers that float32 holds exactly, some large ones among them, so that sums lose digits where digits are short. */
function numbersOf(schedule: Schedule, tensor: number): Entries {
  const elements = schedule.buffers[tensor]?.elements ?? 0;
  const part = (phase: number): Float64Array =>
    Float64Array.from({ length: elements }, (_, at) => Math.fround(Math.sin(1 + at * (tensor + phase))));
  return schedule.dtype.startsWith("complex") ? { re: part(1), im: part(0.37) } : { re: part(1) };
}

const sizes = [
  { b: 1, m: 3, n: 4, k: 5 },
  { b: 3, m: 2, n: 3, k: 4 },
  { b: 2, m: 3, n: 5, k: 1 },
  { b: 5, m: 3, n: 1, k: 4 },
  { b: 2, m: 40, n: 40, k: 40 },
  { b: 2, m: 1, n: 2, k: 5000 },
];

const rows = sizes.flatMap((own) =>
  (["mk", "km"] as const).flatMap((formA) =>
    (["kn", "nk"] as const).flatMap((formB) =>
      ([undefined, "a", "b"] as const).map((shared) => ({
        sizes: own,
        formA,
        formB,
        ...(shared && { shared }),
      })),
    ),
  ),
);

const tolerances = [
  ["complex64", 1e-5],
  ["float64", 1e-12],
] as const;

/** How many runs go on at a time: each on a GPU begins with a process that sets CUDA up, which takes seconds. */
const devices = [
  ["cpu", 1, hasTorch, because],
  ["cuda", availableParallelism(), hasGpu, becauseOfGpu],
] as const;

test.skipIf(!hasTorch).each(tolerances)(
  `%s: matrices with gaps, and axes around them${because}`,
  async (dtype, tolerance) => {
    const schedule = gapsOf(dtype);
    expect(verify(schedule)).toEqual([]);
    const entries = [numbersOf(schedule, 0), numbersOf(schedule, 1)];
    const { value: expected } = await referenceEngine.run(schedule, entries);
    const { value } = await torchEngine(1, { device: "cpu" }).run(schedule, entries);
    expect(value?.re.length).toBe(120);
    for (const part of ["re", "im"] as const)
      for (const [at, x] of (expected?.[part] ?? []).entries())
        expect(Math.abs(x - (value?.[part]?.[at] ?? NaN))).toBeLessThan(tolerance);
  },
  60_000,
);

test("of a contraction with gaps no element may be left out or met twice", () => {
  const schedule = gapsOf("float64");
  const broken = {
    ...schedule,
    steps: schedule.steps.map((step) =>
      step.kind === "contract" && step.strided !== undefined
        ? { ...step, strided: { ...step.strided, out: step.strided.out / 2 } }
        : step,
    ),
  };
  expect(verify(broken).map(({ rule }) => rule)).toEqual(["shapes-multiply-out"]);
});

/** Whether PyTorch gives what plain loops give. */
async function agrees(
  row: Omit<Product, "dtype">,
  dtype: Dtype,
  tolerance: number,
  engine: Engine,
): Promise<boolean> {
  const schedule = scheduleOf({ ...row, dtype });
  const entries = [numbersOf(schedule, 0), numbersOf(schedule, 1)];
  const expected = (await referenceEngine.run(schedule, entries)).value;
  const { value } = await engine.run(schedule, entries);
  const scale = Math.max(...[...(expected?.re ?? []), ...(expected?.im ?? [])].map(Math.abs));
  return (["re", "im"] as const).every((part) =>
    Array.from(expected?.[part] ?? []).every(
      (x, at) => Math.abs(x - (value?.[part]?.[at] ?? NaN)) / scale < tolerance,
    ),
  );
}

describe.each(devices)("products on %s", (device, together, isThere, why) => {
  test.skipIf(!isThere).each(tolerances)(
    `%s: every form of the operands, shared or not${why}`,
    async (dtype, tolerance) => {
      const engine = torchEngine(1, { device });
      for (let start = 0; start < rows.length; start += together) {
        const some = rows.slice(start, start + together);
        const agreeing = await Promise.all(some.map((row) => agrees(row, dtype, tolerance, engine)));
        expect(some.filter((_, place) => agreeing[place] !== true)).toEqual([]);
      }
    },
    240_000,
  );
});
