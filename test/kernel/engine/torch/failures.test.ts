/** Whatever goes wrong in a run on processes: one clear error within seconds, and no process is left. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../dsl/base/diagnostic.ts";
import type { Schedule, Step } from "../../../../dsl/schedule/schedule.ts";
import type { Progress } from "../../../../kernel/engine/engine.ts";
import { torchEngine } from "../../../../kernel/engine/torch.ts";
import { runOnHost, type HostLine } from "../../../../kernel/engine/torch/host.ts";
import { interpreterParent } from "../../../../kernel/engine/torch/python.ts";
import { plannedSteps } from "../../../../kernel/engine/skeleton.ts";
import { readResults } from "../../../../kernel/engine/torch/job.ts";
import type { Failure } from "../../../../kernel/engine/torch/verdict.ts";
import { outerProduct } from "../../../support/schedules.ts";
import {
  faultyPython,
  gone,
  jobOf,
  newFolder,
  ringOfOnes,
  valueOfRing,
  type Fault,
  type Work,
} from "./jobs.ts";
import { because, gpus, hasTorch, python } from "./python.ts";

interface Ended {
  readonly failure: Failure | undefined;
  readonly lines: readonly HostLine[];
}

async function runFolder(
  with_: string,
  folder: string,
  processes: number,
  signal?: AbortSignal,
): Promise<Ended> {
  const lines: HostLine[] = [];
  const failure = await runOnHost(with_, { folder, processes, signal, onLine: (line) => lines.push(line) });
  return { failure, lines };
}

function pidsIn(lines: readonly HostLine[]): readonly number[] {
  const pids = lines.flatMap((line) => (line.event === "ranks" ? line.pids : []));
  expect(pids.length).toBeGreaterThan(0);
  return pids;
}

/** So slow by its model that every slice is worth a checkpoint. */
function slow(schedule: Schedule): Schedule {
  const slower = (step: Step): Step => ({ ...step, model: { ...step.model, seconds: 10 } });
  const steps = schedule.steps.map((step) =>
    step.kind === "slice-loop" ? { ...step, body: step.body.map(slower) } : step,
  );
  return { ...schedule, steps };
}

/** A product that every slice makes. */
function stepOf({ schedule }: Work): number {
  const step = plannedSteps(schedule).findIndex(
    ({ kind, executions }) => kind === "contract" && executions > 1,
  );
  expect(step).toBeGreaterThan(0);
  return step;
}

const faults: readonly [Fault["kind"], RegExp][] = [
  ["kill", /^was ended by SIGKILL/],
  ["raise", /^ArithmeticError: made to fail$/],
  ["memory", /^out of memory; slice it \(CUDA out of memory\. Tried to allocate 20\.00 GiB\.\)$/],
  ["exit", /^ended with exit code 3/],
  ["hang", /^hangs: its peers waited for it in vain/],
];

describe.skipIf(!hasTorch)(`failures of ranks${because}`, () => {
  test.each(faults)("%s: the rank and its step are named, and all ranks end", async (kind, message) => {
    const work = ringOfOnes(3, 2);
    const step = stepOf(work);
    const folder = await jobOf(work, { timeoutSeconds: 3 });
    const { failure, lines } = await runFolder(faultyPython({ kind, rank: 1, step }), folder, 3);
    expect(failure).toMatchObject({ rank: 1, step });
    expect(failure?.message).toMatch(message);
    await gone(pidsIn(lines));
  });

  test("the engine's error names network, rank, step and slice", async () => {
    const work = ringOfOnes(2, 2);
    const step = stepOf(work);
    const engine = torchEngine(2, { python: faultyPython({ kind: "raise", rank: 1, step, slice: 3 }) });
    const run = engine.run(work.schedule, work.entries);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      /^ring: rank 1 of the torch engine, at step \d+ \(contract .+\), slice 3: ArithmeticError: made to fail$/,
    );
    await expect(run).rejects.toThrow(`at step ${step} (`);
  });

  test("a run that was killed goes on from its last slice", async () => {
    const work = ringOfOnes(2, 4);
    const step = stepOf(work);
    const folder = await jobOf(work, { checkpointSlices: 1 });
    const loop = work.schedule.steps.find(({ kind }) => kind === "slice-loop");
    // Each rank is a group: rank 1 runs the slices 1, 3, ..., 15.
    expect(loop).toMatchObject({ digits: [0] });
    const kill: Fault = { kind: "kill", rank: 1, step, slice: 13 };
    const killed = await runFolder(faultyPython(kill), folder, 2);
    expect(killed.failure).toMatchObject({ rank: 1, slice: 13 });
    const again = await runFolder(faultyPython({ ...kill, slice: 11 }), folder, 2);
    expect(again.failure).toBeUndefined();
    expect(again.lines.some(({ event }) => event === "resumed")).toBe(true);
    expect(readResults(folder, work.schedule).value?.re).toEqual(Float64Array.of(valueOfRing(4)));
  });

  test("the engine tells of slices and steps, and which slices a checkpoint has spared it", async () => {
    const work = ringOfOnes(2, 4);
    const step = stepOf(work);
    const schedule = slow(work.schedule);
    const checkpoint = newFolder();
    const fault = faultyPython({ kind: "kill", rank: 0, step, slice: 10 });
    const killed = torchEngine(2, { python: fault }).run(schedule, work.entries, { checkpoint });
    await expect(killed).rejects.toThrow(/rank 0 .*, slice 10: /);
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => void told.push(progress);
    await torchEngine(2).run(schedule, work.entries, { checkpoint, onProgress });
    // Each rank takes every other slice.
    const slices = { done: 5, of: 8, restored: 5 };
    expect(told.find((one) => one.slices !== undefined)?.slices).toEqual(slices);
    expect(told.at(-1)).toMatchObject({ step: plannedSteps(schedule).length - 1 });
  });

  test("groups of two ranks go on from the last slice that both have saved", async () => {
    const work = ringOfOnes(4, 3, 64, { groupSize: 2, over: [{ labels: ["a_0"], step: 0 }] });
    const loop = work.schedule.steps.find(({ kind }) => kind === "slice-loop");
    expect(loop).toMatchObject({ digits: [0] });
    expect(work.schedule.buffers.some(({ placement }) => placement.split[1] !== null)).toBe(true);
    const folder = await jobOf(work, { checkpointSlices: 1, timeoutSeconds: 10 });
    // Ranks 2 and 3 run the slices 1, 3, 5, 7.
    const kill: Fault = { kind: "kill", rank: 3, step: stepOf(work), slice: 5 };
    const killed = await runFolder(faultyPython(kill), folder, 4);
    expect(killed.failure).toMatchObject({ rank: 3, slice: 5 });
    const saved = readdirSync(path.join(folder, "checkpoint")).filter((name) => name.includes("rank-3"));
    expect(saved.map((name) => name.split("-").at(-1))).toContain("2.npy");
    const again = await runFolder(faultyPython({ ...kill, slice: 3 }), folder, 4);
    expect(again.failure).toBeUndefined();
    expect(readResults(folder, work.schedule).value?.re).toEqual(Float64Array.of(valueOfRing(3, 64)));
  });

  test("sums that cannot be kept cost a warning, and the value is whole", async () => {
    const work = ringOfOnes(2, 4);
    const checkpoint = newFolder();
    // On rank 1, whose files of all counts have no place.
    const loop = plannedSteps(work.schedule).findIndex(({ kind }) => kind === "slice-loop");
    for (let done = 1; done <= 8; done += 1)
      mkdirSync(path.join(checkpoint, "checkpoint", `loop-${loop}-rank-1-${done}.part`), { recursive: true });
    const report = await torchEngine(2).run(slow(work.schedule), work.entries, { checkpoint });
    expect(report.value?.re).toEqual(Float64Array.of(valueOfRing(4)));
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /^ring: not all sums of slices could be kept in .* \(.*Is a directory.*: make room there/,
      ),
    ]);
  });

  test("a folder in which nothing can be kept is refused before the first step", async () => {
    const work = ringOfOnes(2, 4);
    const file = path.join(newFolder(), "file");
    writeFileSync(file, "");
    const run = torchEngine(2).run(slow(work.schedule), work.entries, { checkpoint: file });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      /before its first step: no sums of slices can be kept in .*: name another/,
    );
  });

  test("a checkpoint of another schedule is refused", async () => {
    const folder = await jobOf(ringOfOnes(2, 4), { checkpointSlices: 1 });
    mkdirSync(path.join(folder, "checkpoint"));
    writeFileSync(path.join(folder, "checkpoint", "schedule.sha256"), "of another");
    const { failure } = await runFolder(python, folder, 2);
    expect(failure?.message).toMatch(/is the checkpoint of another schedule; delete it/);
  });
});

describe.skipIf(!hasTorch)(`what is missing${because}`, () => {
  test("no PyTorch", async () => {
    const { schedule, entries } = ringOfOnes(2, 0);
    const run = torchEngine(2, { python: faultyPython({ kind: "no-torch", rank: 0, step: 0 }) }).run(
      schedule,
      entries,
    );
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      /needs PyTorch, and .* has none .*pip install torch, or name another Python/,
    );
  });

  test.skipIf(gpus >= 4)("too few GPUs", async () => {
    const { schedule, entries } = ringOfOnes(4, 0);
    const engine = torchEngine(4, { device: "cuda" });
    await expect(engine.run(schedule, entries)).rejects.toThrow(
      /before its first step: 4 processes on one computer need as many GPUs, and it has [0-3]$/,
    );
  });

  test("memory: what cannot fit is refused before the first step, with its size", async () => {
    const { schedule, entries } = outerProduct(2 ** 21);
    const run = torchEngine(2, { device: "cpu" }).run(schedule, entries);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      /^outer: rank [01] .* before its first step: .* needs [\de.+]+ GiB for 2 ranks, and this computer has [\d.]+ GiB; slice it$/,
    );
  });

  test("a schedule for another number of ranks", async () => {
    const { failure } = await runFolder(python, await jobOf(ringOfOnes(2, 0)), 3);
    expect(failure?.message).toBe("the schedule is for 2 ranks, and 3 were started");
  });

  test("a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const environment = { RANK: "0", WORLD_SIZE: "2", MASTER_ADDR: "127.0.0.1", MASTER_PORT: String(port) };
    const { code, errors } = await rankAlone(await jobOf(ringOfOnes(2, 0)), environment);
    server.close();
    expect(code).toBe(1);
    expect(errors).toContain(`port ${port} is taken; set MASTER_PORT to a free one`);
  });

  test("ranks that do not come are named, in a line", async () => {
    const port = String(20_000 + (process.pid % 10_000));
    const environment = { RANK: "0", WORLD_SIZE: "3", MASTER_ADDR: "127.0.0.1", MASTER_PORT: port };
    const { code, errors } = await rankAlone(
      await jobOf(ringOfOnes(3, 0), { timeoutSeconds: 1 }),
      environment,
    );
    expect([code, errors]).toEqual([
      1,
      `tnlab: rank 0, before its first step: not all ranks came to 127.0.0.1:${port} within 1 s: 1, 2 did not\n`,
    ]);
  });
});

test("no Python at all", async () => {
  const { schedule, entries } = ringOfOnes(2, 0);
  const run = torchEngine(2, { python: "/nowhere/python3" }).run(schedule, entries);
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(/needs Python, and \/nowhere\/python3 does not run \(spawn .*ENOENT\)/);
});

/** A rank as a launcher starts it: how it ends, and what it says. */
async function rankAlone(
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly errors: string }> {
  const child = spawn(python, ["-B", "-m", "interpreter", folder], {
    env: { ...process.env, ...environment, PYTHONPATH: interpreterParent },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise<number>((resolve) => child.once("close", resolve));
  return { code, errors };
}

/** More slices than any test waits for. */
const endless = (): ReturnType<typeof ringOfOnes> => ringOfOnes(2, 24, 2);

describe.skipIf(!hasTorch)(`orphans${because}`, () => {
  test("an abort ends the ranks", async () => {
    const controller = new AbortController();
    const lines: HostLine[] = [];
    const onLine = (line: HostLine): void => {
      lines.push(line);
      if (line.event === "slice") controller.abort(new RangeError("stopped here"));
    };
    const folder = await jobOf(endless());
    const run = runOnHost(python, { folder, processes: 2, signal: controller.signal, onLine });
    await expect(run).rejects.toThrow("stopped here");
    await gone(pidsIn(lines), 0);
  });

  test("ranks end when the process that runs the engine is killed", async () => {
    const folder = await jobOf(endless());
    const script = `import { runOnHost } from "tnlab/kernel/engine/torch/host.js";
      await runOnHost(${JSON.stringify(python)}, { folder: ${JSON.stringify(folder)}, processes: 2, signal: undefined,
        onLine: (line) => console.log(JSON.stringify(line)) });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: HostLine[] = [];
    for await (const text of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(text) as HostLine);
      if (lines.at(-1)?.event === "slice") break;
    }
    child.kill("SIGKILL");
    await gone(pidsIn(lines));
  });

  test("a rank ends when the launcher that started it is killed", async () => {
    const folder = await jobOf(ringOfOnes(1, 24, 2));
    const command = `"$0" -B -m interpreter "$1" & echo pid $!; wait`;
    const shell = spawn("/bin/sh", ["-c", command, python, folder], {
      env: { ...process.env, PYTHONPATH: interpreterParent + path.delimiter },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let pid = NaN;
    for await (const text of createInterface({ input: shell.stdout })) {
      if (text.startsWith("pid ")) pid = Number(text.slice(4));
      if (text.includes('"slice"')) break;
    }
    shell.kill("SIGKILL");
    await gone([pid]);
  });
});
