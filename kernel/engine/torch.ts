/**
 * The torch engine: every rank is a process with PyTorch, which sends and receives by `torch.distributed`. In: a schedule
 * and its inputs. Out: the value, and what was measured on every rank. A thin interpreter in Python follows the schedule.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { InvariantError, rankCount, UserError, type Schedule } from "../../dsl/core.ts";
import { isRefusal } from "../base/refusal.ts";
import { slicesBetweenCheckpoints, unkeptWarning } from "./checkpoint.ts";
import type { Engine, RunOptions } from "./engine.ts";
import { plannedSteps } from "./skeleton.ts";
import { runOnHost, type HostLine } from "./torch/host.ts";
import { DEVICES, readResults, writeJob, type JobOptions } from "./torch/job.ts";
import { findPython } from "./torch/python.ts";
import type { Failure } from "./torch/verdict.ts";

export { torchMachine } from "./torch/machine.ts";
export { measureTorch } from "./torch/rates.ts";

export interface TorchOptions extends Pick<JobOptions, "device" | "timeoutSeconds" | "tf32" | "overlap"> {
  /** The interpreter of Python; without it, as `findPython` finds it. */
  readonly python?: string;
}

/**
 * An engine on this computer, one process a rank: on its GPUs where it has as many, else on its cores. `processes`: how
 * many there must be; without it, as many as the schedule has ranks.
 *
 * Its runs reject with UserError where Python, PyTorch, memory or GPUs are missing and where a rank fails, naming rank and
 * step, and with the signal's reason where it aborts; no process is left in any case.
 */
export function torchEngine(processes?: number, options: TorchOptions = {}): Engine {
  return {
    name: "torch",
    run: async (schedule, entries, runOptions = {}) => {
      const ranks = rankCount(schedule.mesh);
      if (processes !== undefined && ranks !== processes)
        throw new InvariantError(`expected a schedule for ${processes} processes, got one for ${ranks}`);
      runOptions.signal?.throwIfAborted();
      const { checkpoint, signal } = runOptions;
      // Not in the folder of the checkpoint: what becomes of that must not take the value along.
      const folder = await unlessRefused(schedule, tmpdir(), mkdtemp(path.join(tmpdir(), "tnlab-torch-")));
      try {
        const job = { ...defaults(), ...keeping(schedule, checkpoint), ...options };
        await unlessRefused(schedule, folder, writeJob(folder, schedule, entries, job, signal));
        const refusal = await runJob(folder, schedule, options.python ?? findPython(), runOptions);
        const report = readResults(folder, schedule);
        if (refusal === undefined || checkpoint === undefined) return report;
        const warning = unkeptWarning(schedule.network, checkpoint, refusal);
        return { ...report, warnings: [...(report.warnings ?? []), warning] };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** What the environment says: TNLAB_TORCH_DEVICE, TNLAB_TORCH_TIMEOUT (seconds). Throws UserError. */
function defaults(): JobOptions {
  const { TNLAB_TORCH_DEVICE: named = "auto", TNLAB_TORCH_TIMEOUT: timeout } = process.env;
  const device = DEVICES.find((one) => one === named);
  if (device === undefined)
    throw new UserError(`TNLAB_TORCH_DEVICE is "${named}"; it can be ${DEVICES.join(", ")}`);
  if (timeout === undefined) return { device };
  const timeoutSeconds = Number(timeout);
  if (!(timeoutSeconds > 0)) throw new UserError(`TNLAB_TORCH_TIMEOUT is "${timeout}", no number of seconds`);
  return { device, timeoutSeconds };
}

function keeping(schedule: Schedule, folder: string | undefined): JobOptions {
  if (folder === undefined) return {};
  const checkpointFolder = path.join(folder, "checkpoint");
  return { checkpointFolder, checkpointSlices: slicesBetweenCheckpoints(schedule) };
}

/** Throws UserError for what the file system refuses. */
async function unlessRefused<T>({ network }: Schedule, folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new UserError(
      `${network}: the torch engine cannot write to ${folder} (${error.message}): make room there, or name another folder in TMPDIR`,
    );
  }
}

/** Runs a job folder on this computer. Gives what the file system said where sums of slices were not kept. */
async function runJob(
  folder: string,
  schedule: Schedule,
  python: string,
  { signal, onProgress }: RunOptions,
): Promise<string | undefined> {
  let restored = 0;
  let refusal: string | undefined;
  const onLine = (line: HostLine): void => {
    if (line.event === "unkept") refusal = line.message;
    if (line.event === "step") onProgress?.({ step: line.step, seconds: line.seconds });
    if (line.event === "resumed") restored = line.slices;
    if (line.event === "slice" || line.event === "resumed")
      onProgress?.({ step: line.step, slices: { done: line.slices, of: line.of, restored } });
  };
  const failure = await runOnHost(python, { folder, processes: rankCount(schedule.mesh), signal, onLine });
  if (failure !== undefined) throw new UserError(wordFailure(schedule, failure));
  return refusal;
}

function wordFailure(schedule: Schedule, { rank, step, slice, message }: Failure): string {
  const planned = plannedSteps(schedule)[step];
  const where =
    planned === undefined ? "before its first step" : `at step ${step} (${planned.kind} ${planned.name})`;
  const inside = slice < 0 ? "" : `, slice ${slice}`;
  return `${schedule.network}: rank ${rank} of the torch engine, ${where}${inside}: ${message}`;
}
