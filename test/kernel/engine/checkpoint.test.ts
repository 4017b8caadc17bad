import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Dtype, ValuedNetwork } from "../../../dsl/network/network.ts";
import type { Schedule } from "../../../dsl/schedule/schedule.ts";
import type { RunReport } from "../../../kernel/engine/report.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "checkpoint-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A ring of matrices, half of whose indices are sliced, on a machine so slow by its model that every slice is worth a checkpoint. */
function sliced(dtype: Dtype, size = 1): ValuedNetwork & { schedule: Schedule } {
  const labels = Array.from({ length: 8 }, (_, k) => `i_${k}`);
  const tensors = labels.map((label, k) => ({ name: `M${k}`, labels: [label, labels[(k + 1) % 8] ?? ""] }));
  const extents = Object.fromEntries(labels.map((label, k) => [label, k % 2 === 0 ? 3 : 24]));
  const network = { name: "ring", dtype, tensors, open: [], extents } as const;
  const entries = tensors.map((_, k) => ({
    re: Float64Array.from({ length: 72 }, (__, at) => (k < 6 ? size : size ** -2) * Math.sin(at * (k + 2))),
  }));
  const pairs = [[0, 1], ...[2, 3, 4, 5, 6, 7].map((k) => [6 + k, k] as const)] as [number, number][];
  const tree = { leaves: 8, pairs, sliced: ["i_0", "i_2", "i_4", "i_6"] };
  const slow = { float32: 1, float64: 1, complex64: 1, complex128: 1 };
  const machine = threadsMachine(2, 2 ** 24, {
    source: "slow",
    flopsPerSecond: slow,
    memoryBytesPerSecond: 1,
    linkBytesPerSecond: 1,
    linkLatencySeconds: 1,
    launchSeconds: 1,
  });
  return { network, entries, schedule: distribute(network, tree, machine, 2, { method: "slicing" }) };
}

/**
 * Makes both ranks wait in this round before they keep their sums of so many slices: a write to a named pipe begins when somebody reads.
 * What it gives lets them go on, and is to be closed once they have ended.
 */
function holdAt(slices: number, round = 0): { release: (from: string) => void; close: () => void } {
  const names = [0, 1].map((rank) => `${round}-${rank}-${slices}`);
  const pipes = (from: string): string[] => names.map((name) => path.join(from, `${name}.draft`));
  execFileSync("mkfifo", pipes(folder));
  // Opened for both ends, so that this thread need not wait for the other one.
  let ends: number[] = [];
  const release = (from: string): void => {
    ends = pipes(from).map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
  };
  const close = (): void => {
    ends.forEach(closeSync);
    for (const file of [...pipes(folder), ...names.map((name) => path.join(folder, name))])
      rmSync(file, { force: true });
  };
  return { release, close };
}

/** Stops after both ranks have done so many slices of this round. */
async function stoppedAfter(
  slices: number,
  { schedule, entries }: ReturnType<typeof sliced>,
  round = 0,
): Promise<void> {
  const controller = new AbortController();
  const held = holdAt(slices + 1, round);
  const run = threadsEngine.run(schedule, entries, { checkpoint: folder, signal: controller.signal });
  const ended = expect(run).rejects.toThrow("stopped");
  const last = [0, 1].map((rank) => path.join(folder, `${round}-${rank}-${slices}`));
  await vi.waitUntil(() => last.every((file) => existsSync(file)), { timeout: 60_000, interval: 1 });
  controller.abort(new RangeError("stopped"));
  // Both are told to end before they can go on.
  await setImmediate();
  held.release(folder);
  await ended;
  held.close();
}

/** Runs, and says for each rank which counts of slices it has saved meanwhile, and in which rounds. */
async function resumed({
  schedule,
  entries,
}: ReturnType<typeof sliced>): Promise<{ report: RunReport; saved: number[][]; rounds: number[] }> {
  const saved: number[][] = [[], []];
  const rounds = new Set<number>();
  let told = false;
  const watcher = watch(folder, (_, name) => {
    told ||= name === "end";
    const [, round, rank, slices] = /^(\d+)-(\d)-(\d+)\.draft$/.exec(name ?? "") ?? [];
    if (round !== undefined) rounds.add(Number(round));
    saved[Number(rank)]?.push(Number(slices));
  });
  const report = await threadsEngine.run(schedule, entries, { checkpoint: folder });
  // What happened to the folder is told late, but in its order.
  writeFileSync(path.join(folder, "end"), "");
  await vi.waitUntil(() => told, { timeout: 60_000, interval: 1 });
  watcher.close();
  return { report, saved, rounds: [...rounds] };
}

function newest(rank: number): number {
  const counts = readdirSync(folder).map((name) => new RegExp(`^\\d+-${rank}-(\\d+)$`).exec(name)?.[1] ?? 0);
  return Math.max(...counts.map(Number));
}

test.each(["float32", "complex64", "float64"] as const)(
  "a run of %s that was stopped goes on from its last slice, to the same bits",
  async (dtype) => {
    const work = sliced(dtype);
    const { value } = await threadsEngine.run(work.schedule, work.entries);
    await stoppedAfter(3, work);
    expect([newest(0), newest(1)]).toEqual([3, 3]);
    const { report, saved } = await resumed(work);
    expect(report.value).toEqual(value);
    expect(saved.map((own) => Math.min(...own))).toEqual([4, 4]);
    // Not even one file a slice: those that all ranks have left behind are gone.
    expect(readdirSync(folder).length).toBeLessThan(8);
  },
);

test.each([
  // Foreseen, so that the first round is the last.
  ["below", 1e-7, 0, 0],
  // After one without powers, and one that shows which it takes.
  ["above", 1e7, 2, 2],
])(
  "numbers %s the range of the dtype, with the powers of two of the round that was stopped",
  async (_, size, round, last) => {
    const work = sliced("float32", size);
    const { value } = await threadsEngine.run(work.schedule, work.entries);
    expect(Math.abs(value?.re[0] ?? 0)).toBeGreaterThan(0);
    await stoppedAfter(3, work, round);
    expect(readdirSync(folder)).toContain("shifts");
    expect((await resumed(work)).report.value).toEqual(value);
    const rounds = readdirSync(folder).map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0));
    expect(Math.max(...rounds)).toBe(last);
  },
);

test("rounds that lose their numbers end before they keep a sum", async () => {
  const { rounds } = await resumed(sliced("float32", 1e7));
  expect(rounds).toEqual([2]);
});

/** A warning of this engine, and no other. */
function warns(report: RunReport): void {
  expect(report.warnings?.length).toBe(1);
  expect(report.warnings?.[0]).toMatch(
    /^ring: not all sums .* could be kept in .* \(E.*\), .*: make room there/,
  );
  expect(report.warnings?.[0]).toContain(folder);
}

test("a file that cannot be written costs a warning, and the slices around it are kept", async () => {
  const work = sliced("float64");
  const { value } = await threadsEngine.run(work.schedule, work.entries);
  for (const slices of [5, 6]) mkdirSync(path.join(folder, `0-0-${slices}.draft`));
  const { report } = await resumed(work);
  expect(report.value).toEqual(value);
  warns(report);
  const last = Math.ceil(work.schedule.slices / 2);
  expect(readdirSync(folder)).toContain(`0-0-${last}`);
});

test("a folder that goes while the run does costs a warning, and the value is whole", async () => {
  const work = sliced("float64");
  const { value } = await threadsEngine.run(work.schedule, work.entries);
  const held = holdAt(2);
  const run = threadsEngine.run(work.schedule, work.entries, { checkpoint: folder });
  const first = path.join(folder, "0-0-1");
  await vi.waitUntil(() => existsSync(first), { timeout: 60_000, interval: 1 });
  const elsewhere = `${folder}-moved`;
  renameSync(folder, elsewhere);
  held.release(elsewhere);
  const report = await run;
  held.close();
  rmSync(elsewhere, { recursive: true });
  expect(report.value).toEqual(value);
  expect(existsSync(folder)).toBe(false);
  warns(report);
  mkdirSync(folder);
});

test("a folder that is not there before the run is a mistake of the user, before anything is done", async () => {
  const work = sliced("float64");
  const gone = path.join(folder, "gone");
  const run = threadsEngine.run(work.schedule, work.entries, { checkpoint: gone });
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(
    /^ring: no sums of slices can be kept in .*gone \(ENOENT.*: name another folder/,
  );
});

test("what is damaged, or of another schedule, is not gone on from", async () => {
  const work = sliced("float64");
  const { value } = await threadsEngine.run(work.schedule, work.entries);
  await stoppedAfter(4, work);
  const own = readdirSync(folder).filter((name) => name.startsWith("0-0-"));
  expect(own.length).toBeGreaterThan(0);
  for (const name of own) {
    const file = path.join(folder, name);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }
  expect(await resumed(work)).toMatchObject({ report: { value } });
  const other = { ...sliced("float64", 2), schedule: { ...work.schedule, network: "another" } };
  const { report, saved } = await resumed(other);
  expect(saved.map((own) => Math.min(...own))).toEqual([1, 1]);
  expect((report.value?.re[0] ?? 0) / (value?.re[0] ?? 0)).toBeCloseTo(2 ** 2, 12);
});
