import { expect, test } from "vitest";
import { UserError } from "../../../dsl/base/diagnostic.ts";
import { distribute } from "../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../dsl/distribute/presets.ts";
import type { Progress } from "../../../kernel/engine/engine.ts";
import { runCrew } from "../../../kernel/engine/crew.ts";
import { sharedBlock } from "../../../kernel/engine/memory.ts";
import { follow, note, progressWords } from "../../../kernel/engine/progress.ts";
import { reportedSteps } from "../../../kernel/engine/steps.ts";
import { threadsEngine } from "../../../kernel/engine/threads.ts";
import { outerProduct } from "../../support/schedules.ts";
import { engineSuite } from "./suite.ts";

engineSuite(threadsEngine);

test("what cannot fit is refused before it starts, with its size", async () => {
  const { schedule, entries } = outerProduct(2 ** 21);
  const run = threadsEngine.run(schedule, entries);
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(/^outer needs \d+ TiB on 2 workers \(\d+ TiB each .* this computer has /);
});

test("a block larger than the runtime gives is a mistake of the user, with its size", () => {
  expect(() => sharedBlock("N", 2 ** 53)).toThrow(UserError);
  expect(() => sharedBlock("N", 2 ** 53)).toThrow(/^N needs one block of .*B of shared memory/);
});

test("progress tells every slice loop and step in order, the last one at the end", async () => {
  const labels = ["a", "b", "c", "d", "e", "f"];
  const tensors = labels.map((label) => ({ name: label, labels: [label, "m"] }));
  const extents = { ...Object.fromEntries(labels.map((label) => [label, 4])), m: 16 };
  const network = { name: "N", dtype: "float64", tensors, open: [], extents } as const;
  const pairs = [[0, 1], ...[2, 3, 4, 5].map((k) => [4 + k, k] as const)] as [number, number][];
  const tree = { leaves: 6, pairs, sliced: labels };
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 20), 2, { method: "slicing" });
  const told: Progress[] = [];
  const onProgress = (progress: Progress): void => void told.push(progress);
  const entries = tensors.map(() => ({ re: new Float64Array(64).fill(1) }));
  const { steps } = await threadsEngine.run(schedule, entries, { onProgress });
  expect(told.at(-1)).toEqual({ step: steps.length - 1 });
  for (const numbers of [told.map(({ step }) => step), told.flatMap(({ slices }) => slices?.done ?? [])])
    expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
  for (const { step, slices } of told) {
    if (slices === undefined) continue;
    expect(steps[step]?.kind).toBe("slice-loop");
    expect(slices.of).toBe(schedule.slices / 2);
    expect(slices.done).toBeLessThanOrEqual(slices.of);
  }
});

test("copies of the value that nobody reads are not made", async () => {
  const tensors = ["A", "B"].map((name) => ({ name, labels: ["i"] }));
  const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 3 } } as const;
  const tree = { leaves: 2, pairs: [[0, 1]], sliced: [] } as const;
  const schedule = distribute(network, tree, threadsMachine(2, 2 ** 20), 2, { method: "slicing" });
  const entries = tensors.map(() => ({ re: Float64Array.of(1, 2, 3) }));
  const { value, steps, measuredSeconds = NaN } = await threadsEngine.run(schedule, entries);
  expect(value?.re).toEqual(Float64Array.of(14));
  expect(steps.map(({ kind, measuredSeconds: [, second] = [] }) => [kind, second])).toEqual([
    ["load", 0],
    ["load", 0],
    ["contract", 0],
  ]);
  expect(Math.max(...steps.flatMap(({ startSeconds }) => startSeconds))).toBeLessThanOrEqual(measuredSeconds);
});

test("what rank 0 notes of slices is told as it stands at the end, with those of a checkpoint", () => {
  for (const [slices, told] of [
    [
      { done: 5, of: 8, restored: 3 },
      { done: 5, of: 8, restored: 3 },
    ],
    [
      { done: 5, of: 8, restored: 0 },
      { done: 5, of: 8 },
    ],
    // More than an Int32 counts.
    [
      { done: 2 ** 31 + 5, of: 2 ** 40 + 1, restored: 2 ** 31 + 3 },
      { done: 2 ** 31 + 5, of: 2 ** 40 + 1, restored: 2 ** 31 + 3 },
    ],
  ] as const) {
    const words = progressWords();
    const heard: Progress[] = [];
    const end = follow(words, (progress) => heard.push(progress));
    note(new BigInt64Array(words), 4, slices);
    end();
    expect(heard).toEqual([{ step: 4, slices: told }]);
  }
});

test("more slices than are counted one by one are refused", async () => {
  const { schedule, entries } = outerProduct(2);
  const run = threadsEngine.run({ ...schedule, slices: 2 ** 54 }, entries);
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow("network outer is cut into 1.80e+16 slices");
});

test("an abort is heard while the value is read", async () => {
  const { schedule, entries } = outerProduct(2 ** 11);
  const stop = new AbortController();
  const last = reportedSteps(schedule.steps).length - 1;
  // Progress is told once more when the workers have ended; the value is still to be read, in more than one turn.
  const onProgress = ({ step }: Progress): void => {
    if (step === last) setImmediate(() => stop.abort(new RangeError("stopped")));
  };
  const run = threadsEngine.run(schedule, entries, { signal: stop.signal, onProgress });
  await expect(run).rejects.toThrow("stopped");
  expect((await threadsEngine.run(schedule, entries)).value?.re.length).toBe(2 ** 22);
});

function script(text: string): URL {
  const imports = `import { parentPort, workerData } from "node:worker_threads";`;
  return new URL(`data:text/javascript,${encodeURIComponent(imports + text)}`);
}

const crashes: [string, string, RegExp][] = [
  ["throws", `throw new RangeError("no such thing")`, /worker 1 to finish, got no such thing/],
  ["exits", "process.exit(3)", /worker 1 to finish, got exit 3/],
];

test.each(crashes)("a worker that %s ends the others, which wait for it", async (_, crash, message) => {
  const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
  const file = script(
    `parentPort.postMessage({ kind: "ready" }); if (workerData === 1) { ${crash} } else { ${wait} }`,
  );
  await expect(runCrew({ file, tasks: [0, 1, 2], go: () => undefined })).rejects.toThrow(message);
});

test("a schedule with a step of no known kind is rejected", async () => {
  const tensors = [{ name: "A", labels: ["i"] }];
  const network = { name: "N", dtype: "float64", tensors, open: [], extents: { i: 2 } } as const;
  const machine = threadsMachine(2, 2 ** 20);
  const schedule = distribute(network, { leaves: 1, pairs: [], sliced: [] }, machine, 2);
  const [step] = schedule.steps;
  const steps = [{ ...step, kind: "teleport" } as unknown as (typeof schedule.steps)[number]];
  const run = threadsEngine.run({ ...schedule, steps }, [{ re: new Float64Array(2) }]);
  await expect(run).rejects.toThrow("expected a step of the schedule's version");
});
