/** What every engine has to pass. The dry engine makes no values: it passes the part about reports. */
import { expect, test } from "vitest";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Dtype, ValuedNetwork } from "../../../dsl/network/network.ts";
import type { ContractionTree } from "../../../dsl/plan/tree.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import type { Engine } from "../../../kernel/engine/engine.ts";
import type { TensorValue } from "../../../kernel/engine/report.ts";
import { bruteForce, randomNetwork, randomPairs } from "../../support/networks.ts";
import { collectives } from "./collectives.ts";

const GIB = 2 ** 30;

const dtypes: readonly [Dtype, number][] = [
  ["float32", 1e-5],
  ["float64", 1e-12],
  ["complex64", 1e-5],
  ["complex128", 1e-12],
];

const deviceRows = dtypes.flatMap(([dtype, tolerance]) =>
  [1, 2, 3, 4].map((devices) => ({ devices, dtype, tolerance })),
);

function scheduled(
  valued: ValuedNetwork,
  devices: number,
  sliced: ContractionTree["sliced"],
  seed = 1,
): Schedule {
  const leaves = valued.network.tensors.length;
  const tree = { leaves, pairs: randomPairs(seed, leaves), sliced };
  return distribute(valued.network, tree, threadsMachine(devices, devices * GIB), devices);
}

interface Parts {
  readonly re: ArrayLike<number>;
  readonly im?: ArrayLike<number>;
}

/** Largest difference of any part, relative to the largest part. */
function difference(value: Parts | undefined, expected: Parts): number {
  expect(value?.re.length).toBe(expected.re.length);
  const parts = ({ re, im }: Parts): number[] =>
    Array.from(re, (x, position) => [x, im?.[position] ?? 0]).flat();
  const wanted = parts(expected);
  const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), Number.MIN_VALUE);
  const given = value === undefined ? [] : parts(value);
  return wanted.reduce((most, x, position) => {
    const off = Math.abs((given[position] ?? NaN) - x) / scale;
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
}

/** Ten matrices in a ring, all of whose indices are large enough to be split over four workers. */
function ring(dtype: Dtype): ValuedNetwork {
  const size = 8;
  const tensors = Array.from({ length: 10 }, (_, k) => ({
    name: `M${k}`,
    labels: [`a_${k}`, `b_${k}`, `a_${(k + 1) % 10}`, `b_${(k + 1) % 10}`],
  }));
  const extents = Object.fromEntries(tensors.flatMap(({ labels }) => labels.map((label) => [label, size])));
  const entries = tensors.map((_, k) => {
    const part = (phase: number): Float64Array =>
      Float64Array.from({ length: size ** 4 }, (_, at) => Math.sin(at * (k + 2) + phase) / size);
    return { re: part(0), im: part(1) };
  });
  return { network: { name: "ring", dtype, tensors, open: ["a_0"], extents }, entries };
}

const ringTree: ContractionTree = {
  leaves: 10,
  pairs: [[0, 1], ...Array.from({ length: 8 }, (_, k) => [10 + k, 2 + k] as const)],
  sliced: [],
};

/** More work than any engine finishes before it is stopped, in many short steps. */
function endless(devices: number): { schedule: Schedule; entries: ValuedNetwork["entries"] } {
  const labels = Array.from({ length: 26 }, (_, k) => `s_${k}`);
  const tensors = labels.map((label) => ({ name: label, labels: [label, "m"] }));
  const extents = { ...Object.fromEntries(labels.map((label) => [label, 2])), m: 64 };
  const shared = { re: new Float64Array(128).fill(1) };
  const network = { name: "endless", dtype: "float64", tensors, open: [], extents } as const;
  const valued = { network, entries: tensors.map(() => shared) };
  return { schedule: scheduled(valued, devices, labels), entries: valued.entries };
}

function valueSuite(engine: Engine, most: number): void {
  const run = async (
    schedule: Schedule,
    entries: ValuedNetwork["entries"],
  ): Promise<TensorValue | undefined> => (await engine.run(schedule, entries)).value;

  test.each(deviceRows.filter(({ devices }) => devices <= most))(
    "random $dtype networks on $devices devices",
    async ({ devices, dtype, tolerance }) => {
      for (let seed = 1; seed <= 6; seed += 1) {
        const shape = { tensors: 2 + seed, labels: 5, extents: [1, 2, 3, 4, 6], dtype };
        const valued = randomNetwork(seed * 100 + devices, shape);
        const labels = Object.keys(valued.network.extents);
        const sliced = labels.filter((_, position) => (seed + position) % 5 === 0);
        const value = await run(scheduled(valued, devices, sliced, seed), valued.entries);
        expect(difference(value, bruteForce(valued))).toBeLessThan(tolerance);
        expect(value?.labels).toEqual(valued.network.open);
        expect(value?.dtype).toBe(dtype);
        expect(value?.im === undefined).toBe(dtype === "float32" || dtype === "float64");
      }
    },
  );

  test.skipIf(most < 4)("a tensor that is split over 2 and over 4 workers has the same value", async () => {
    const { network, entries } = ring("complex128");
    const on = (devices: number): Schedule =>
      distribute(network, ringTree, threadsMachine(devices, devices * GIB), devices);
    const whole = await run(on(1), entries);
    for (const devices of [2, 4]) {
      const schedule = on(devices);
      expect(schedule.buffers.some(({ placement }) => placement.split.some((mode) => mode !== null))).toBe(
        true,
      );
      expect(difference(await run(schedule, entries), whole ?? { re: [] })).toBeLessThan(1e-12);
    }
  });

  test.skipIf(most < 4).each(collectives)("$name", async ({ schedule, entries, expected }) => {
    expect(Array.from((await run(schedule, entries))?.re ?? [])).toEqual(expected);
  });

  test("the same schedule gives the same bits", async () => {
    const { network, entries } = ring("complex64");
    const devices = Math.min(2, most);
    const schedule = distribute(network, ringTree, threadsMachine(devices, GIB), devices);
    expect(await run(schedule, entries)).toEqual(await run(schedule, entries));
  });

  test("an abort stops the run and leaves no thread", async () => {
    const { schedule, entries } = endless(Math.min(2, most));
    const live = new Set<unknown>();
    const follow = (worker: NodeJS.EventEmitter): void => {
      live.add(worker);
      worker.once("exit", () => live.delete(worker));
    };
    process.on("worker", follow);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new RangeError("stopped here")), 300);
    await expect(engine.run(schedule, entries, { signal: controller.signal })).rejects.toThrow(
      "stopped here",
    );
    process.off("worker", follow);
    expect(live.size).toBe(0);
    await expect(engine.run(schedule, entries, { signal: controller.signal })).rejects.toThrow(
      "stopped here",
    );
  });

  test("entries that do not fit the schedule are refused", async () => {
    const { network, entries } = ring("complex64");
    const schedule = distribute(network, ringTree, threadsMachine(1, GIB), 1);
    await expect(engine.run(schedule, entries.slice(1))).rejects.toThrow(
      "expected entries of 10 tensors, got 9",
    );
    const short = [{ re: new Float64Array(5) }, ...entries.slice(1)];
    await expect(engine.run(schedule, short)).rejects.toThrow("expected 4096 entries of M0, got 5");
  });
}

/** `most`: how many devices there are. */
export function engineSuite(engine: Engine, most = 4): void {
  const measures = engine.name !== "dry";
  if (measures) valueSuite(engine, most);

  const counts = [1, 2, 4].filter((devices) => devices <= most);
  test.each(counts)("the report on %i devices lists every step with a time a rank", async (devices) => {
    const valued = randomNetwork(7, { tensors: 6, labels: 6, extents: [2, 4], dtype: "complex128" });
    const sliced = Object.keys(valued.network.extents).slice(0, 2);
    const schedule = scheduled(valued, devices, sliced);
    const report = await engine.run(schedule, valued.entries);
    const { machine, slices, peakBytes, modelledSeconds } = schedule;
    expect(report).toMatchObject({ engine: engine.name, network: "N", machine, slices, peakBytes });
    expect(report.ranks).toBe(devices);
    expect(report.modelledSeconds).toBe(modelledSeconds);
    expect(report.measuredSeconds === undefined).toBe(!measures);
    const modelled = report.steps.reduce((sum, step) => sum + step.model.seconds, 0);
    expect(modelled / modelledSeconds).toBeCloseTo(1, 12);
    expect(Math.max(...report.steps.map(({ executions }) => executions))).toBeGreaterThan(1);
    for (const step of report.steps) {
      expect(step.startSeconds).toHaveLength(devices);
      expect(step.startSeconds.every((start) => start >= 0)).toBe(true);
      expect(step.measuredSeconds?.length).toBe(measures ? devices : undefined);
      expect(step.measuredSeconds?.every((seconds) => seconds >= 0)).not.toBe(false);
    }
    const starts = report.steps.map(({ startSeconds }) => startSeconds[0] ?? NaN);
    expect(starts).toEqual([...starts].sort((x, y) => x - y));
  });
}
