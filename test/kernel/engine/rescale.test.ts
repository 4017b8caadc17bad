/** Networks whose values are numbers of their dtype, and whose intermediates are not. */
import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Dtype, Entries, Network } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import type { TensorValue } from "../../../kernel/engine/report.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";

const GIB = 2 ** 30;

interface Chain {
  readonly network: Network;
  readonly entries: readonly Entries[];
  readonly tree: ContractionTree;
}

/** M0 M1 ... from left to right; each matrix is its scale times [[1, 1], [1, 2]]. Powers of that hold Fibonacci numbers. */
function chain(dtype: Dtype, scales: readonly number[], open: readonly string[]): Chain {
  const tensors = scales.map((_, k) => ({ name: `M${k}`, labels: [`i_${k}`, `i_${k + 1}`] }));
  const extents = Object.fromEntries([...scales, 0].map((_, k) => [`i_${k}`, 2]));
  const entries = scales.map((scale) => ({ re: Float64Array.of(scale, scale, scale, 2 * scale) }));
  const count = scales.length;
  const pairs = Array.from(
    { length: count - 1 },
    (_, k) => [k === 0 ? 0 : count + k - 1, k + 1] as [number, number],
  );
  return {
    network: { name: "N", dtype, tensors, open, extents },
    entries,
    tree: { leaves: count, pairs, sliced: [] },
  };
}

async function run(
  { network, entries, tree }: Chain,
  devices = 2,
  sliced: string[] = [],
): Promise<TensorValue> {
  const schedule = distribute(network, { ...tree, sliced }, threadsMachine(devices, devices * GIB), devices);
  const { value } = await threadsEngine.run(schedule, entries);
  if (value === undefined) throw new RangeError("expected a value");
  return value;
}

function fibonacci(n: number): number {
  let [a, b] = [0, 1];
  for (let k = 0; k < n; k += 1) [a, b] = [b, a + b];
  return a;
}

/** [[1, 1], [1, 2]]^n. */
function power(n: number): number[] {
  return [fibonacci(2 * n - 1), fibonacci(2 * n), fibonacci(2 * n), fibonacci(2 * n + 1)];
}

function expectNear(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (const [at, wanted] of expected.entries())
    expect(Math.abs((found[at] ?? NaN) / wanted - 1)).toBeLessThan(tolerance);
}

const repeated = (count: number, scale: number): number[] => new Array<number>(count).fill(scale);

const single = [2 ** 30, 2 ** -30];
const double = [2 ** 300, 2 ** -300];
const rows = [
  ...single.map((scale) => ["float32", scale, 1e-6] as const),
  ...single.map((scale) => ["complex64", scale, 1e-6] as const),
  ...double.map((scale) => ["float64", scale, 1e-14] as const),
  ...double.map((scale) => ["complex128", scale, 1e-14] as const),
];

test.each(rows)(
  "a chain in %s that leaves the range by factors of %d and comes back",
  async (dtype, scale, tolerance) => {
    const scales = [...repeated(8, scale), ...repeated(8, 1 / scale)];
    const { re } = await run(chain(dtype, scales, ["i_0", "i_16"]));
    expectNear(re, power(16), tolerance);
  },
);

test("digits that an intermediate loses below the range are not lost in the value", async () => {
  // 3^-88 is about 2^-139.5: a number of float32 with ten digits or so, of 24.
  const scales = [...repeated(4, 3 ** -22), ...repeated(4, 2 ** 34)];
  const { re } = await run(chain("float32", scales, ["i_0", "i_8"]));
  const scale = 3 ** -88 * 2 ** 136;
  expectNear(
    re,
    power(8).map((entry) => entry * scale),
    1e-6,
  );
});

test.each([
  // The powers that bring the first near 1 are beyond the range themselves.
  ["float32", [2 ** -140, 2 ** 70, 2 ** 70], 1e-6],
  ["float64", [2 ** -1060, 2 ** -100, 2 ** 580, 2 ** 580], 1e-14],
] as const)(
  "a tensor of %s whose numbers are all below the normal ones",
  async (dtype, scales, tolerance) => {
    const { re } = await run(chain(dtype, scales, ["i_0", `i_${scales.length}`]));
    expectNear(re, power(scales.length), tolerance);
  },
);

test("slices of a value beyond the range of their sum are added in it", async () => {
  const scales = [...repeated(8, 2 ** -30), ...repeated(8, 2 ** 30)];
  const { re } = await run(chain("float32", scales, ["i_0", "i_16"]), 2, ["i_4", "i_12"]);
  expectNear(re, power(16), 1e-6);
});

test.each([1, 2, 4])("the same on %i workers", async (devices) => {
  const scales = [...repeated(8, 2 ** -30), ...repeated(8, 2 ** 30)];
  const { re } = await run(chain("float32", scales, ["i_0", "i_16"]), devices);
  expectNear(re, power(16), 1e-6);
});

test("a value beyond the range of its dtype is infinite, below it 0", async () => {
  expect(Array.from((await run(chain("float32", repeated(8, 2 ** 30), ["i_0", "i_8"]))).re)).toEqual(
    repeated(4, Infinity),
  );
  expect(Array.from((await run(chain("float32", repeated(8, 2 ** -30), ["i_0", "i_8"]))).re)).toEqual(
    repeated(4, 0),
  );
});

test("what is 0, or infinite from the beginning, ends", async () => {
  const { network, entries, tree } = chain("float64", repeated(4, 1), ["i_0", "i_4"]);
  const orthogonal = [
    { re: Float64Array.of(1, -1, 1, -1) },
    { re: Float64Array.of(1, 1, 1, 1) },
    ...entries.slice(2),
  ];
  expect(Array.from((await run({ network, entries: orthogonal, tree })).re)).toEqual([0, 0, 0, 0]);
  const infinite = [{ re: Float64Array.of(Infinity, 1, 1, 1) }, ...entries.slice(1)];
  expect((await run({ network, entries: infinite, tree })).re[0]).toBe(Infinity);
});

test("where the first slices are 0 and the others are not, their sum is the value", async () => {
  const tensors = ["A", "B"].map((name) => ({ name, labels: ["i", "j"] }));
  const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 12, j: 2 } } as const;
  // Row i of A and of B; ranks begin at rows 0 and 1.
  const rows = (first: number): Entries => ({
    re: Float64Array.from({ length: 24 }, (_, at) => (at < 2 * first ? 0 : at)),
  });
  const tree = { leaves: 2, pairs: [[0, 1]], sliced: ["i"] } as const;
  const squares = Float64Array.from({ length: 24 }, (_, at) => at * at);
  for (const first of [1, 2, 11]) {
    const entries = [rows(first), rows(0)];
    const schedule = distribute(network, tree, threadsMachine(2, GIB), 2, { method: "slicing" });
    expect(schedule.slices).toBe(12);
    const { value } = await threadsEngine.run(schedule, entries);
    expect(value?.re[0]).toBe(squares.subarray(2 * first).reduce((sum, square) => sum + square, 0));
  }
});
