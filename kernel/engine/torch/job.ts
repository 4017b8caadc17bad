/**
 * A job folder: `schedule.json`, `job.json` and `inputs.npy` go in; `report.json` and `result.npy` come out. Its Python
 * reader is `interpreter/job.py`.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import path from "node:path";
import { isComplex, parseNpy, planArena, UserError, type Entries, type Schedule } from "../../../dsl/core.ts";
import { describeSlowLinks } from "../links.ts";
import type { RunReport, SlowLink, TensorValue } from "../report.ts";
import { checkEntries, reportOf, type RankTimes } from "../skeleton.ts";
import { writeInputs } from "./inputs.ts";

/** Raised when a reader of an older `job.json` would go wrong. */
const JOB_VERSION = 2;

/**
 * Where ranks compute: on GPUs where there are any (auto), or one of the two for certain; `cuda-shared` is for trials, with more
 * ranks than GPUs, which then meet over gloo.
 */
export const DEVICES = ["auto", "cpu", "cuda", "cuda-shared"] as const;

export interface JobOptions {
  readonly device?: (typeof DEVICES)[number];
  /** Seconds that a rank waits for its peers; without it, long enough for the longest step as modelled. */
  readonly timeoutSeconds?: number;
  /** Lets GPUs multiply float32 and complex64 with 10-bit mantissas. */
  readonly tf32?: boolean;
  /** False: tiled moves and their contractions run one after the other, to the same bits. */
  readonly overlap?: boolean;
  /** Each group saves its sums after so many slices, and a run that was stopped goes on from there; 0 or absent: never. */
  readonly checkpointSlices?: number;
  /** Where the sums are saved; without it, in the job's folder. */
  readonly checkpointFolder?: string | undefined;
}

const LEAST_TIMEOUT_SECONDS = 60;

export async function writeJob(
  folder: string,
  schedule: Schedule,
  entries: readonly Entries[],
  options: JobOptions,
  signal?: AbortSignal,
): Promise<void> {
  checkEntries(schedule, entries);
  const inputs = await writeInputs(path.join(folder, "inputs.npy"), schedule.dtype, entries, signal);
  const job = {
    version: JOB_VERSION,
    arena: planArena(schedule),
    inputs,
    timeoutSeconds: options.timeoutSeconds ?? timeoutFor(schedule),
    device: options.device ?? "auto",
    tf32: options.tf32 ?? false,
    overlap: options.overlap ?? true,
    checkpointSlices: options.checkpointSlices ?? 0,
    checkpointFolder: options.checkpointFolder,
  };
  await writeFile(path.join(folder, "job.json"), JSON.stringify(job));
  await writeFile(path.join(folder, "schedule.json"), JSON.stringify(schedule));
}

/** Ranks wait for each other at most about as long as the longest step, or one slice of a loop, takes. */
function timeoutFor({ steps }: Schedule): number {
  const modelled = steps.map((step) =>
    step.kind === "slice-loop"
      ? step.body.reduce((sum, { model }) => sum + model.seconds, 0)
      : step.model.seconds,
  );
  return Math.max(LEAST_TIMEOUT_SECONDS, 10 * Math.max(0, ...modelled));
}

/** Removes a job from its folder. */
export function clearJob(folder: string): void {
  removeFrom(folder, ["inputs.npy", "job.json", "schedule.json", "README.md", "launch", "interpreter"]);
}

/** Removes what an earlier run of the job has left in its folder. */
export function clearResults(folder: string): void {
  const failures = readdirSync(folder).filter((name) => /^failure-\d+\.json$/.test(name));
  removeFrom(folder, ["report.json", "result.npy", "result.part", "checkpoint", ...failures]);
}

function removeFrom(folder: string, names: readonly string[]): void {
  for (const name of names) rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** The schedule of a job folder. Throws UserError where there is none. */
function readSchedule(folder: string): Schedule {
  const schedule = readJson(path.join(folder, "schedule.json")) as Schedule;
  if (!Array.isArray(schedule.steps) || !Array.isArray(schedule.buffers))
    throw new UserError(`"${folder}" is no job of tnlab export-job: its schedule.json is no schedule`);
  return schedule;
}

/** Value and times of a job that has run, here or elsewhere. Throws UserError where it has not. */
export function readJobReport(folder: string): RunReport {
  return readResults(folder, readSchedule(folder));
}

interface RankRecord {
  readonly seconds: readonly number[];
  /** null where a step did not run. */
  readonly starts: readonly (number | null)[];
  readonly end: number;
}

interface JobRecord {
  readonly digest: string;
  readonly times: readonly RankRecord[];
  /** By the position of a move and by rank; absent from reports that older jobs have left, as are links. */
  readonly transfers?: Readonly<Record<number, readonly (number | null)[]>>;
  readonly slowLinks?: readonly SlowLink[];
}

/** What the ranks have left. Throws UserError where the job has not run, or not with this schedule. */
export function readResults(folder: string, schedule: Schedule): RunReport {
  const record = readJson(path.join(folder, "report.json")) as JobRecord;
  const text = readFileSync(path.join(folder, "schedule.json"));
  if (record.digest !== createHash("sha256").update(text).digest("hex"))
    throw new UserError(`the report in "${folder}" is of another schedule than its schedule.json`);
  const times = record.times.map(
    ({ seconds, starts, end }): RankTimes => ({ seconds, end, starts: starts.map(orNaN) }),
  );
  const value = readValue(path.join(folder, "result.npy"), schedule);
  return withTransfers(schedule, reportOf("torch", schedule, times, value), record);
}

/** What each move took of each rank's time, and a warning for each link that is slow. */
function withTransfers(
  schedule: Schedule,
  report: RunReport,
  { transfers = {}, slowLinks = [] }: JobRecord,
): RunReport {
  const steps = report.steps.map((step, position) => {
    const transferSeconds = transfers[position]?.map(orNaN);
    return transferSeconds === undefined ? step : { ...step, transferSeconds };
  });
  if (slowLinks.length === 0) return { ...report, steps };
  return { ...report, steps, slowLinks, warnings: describeSlowLinks(schedule, slowLinks, steps) };
}

/** JSON has no NaN. */
function orNaN(seconds: number | null): number {
  return seconds ?? NaN;
}

function readValue(file: string, { open: labels, extents, dtype }: Schedule): TensorValue {
  const shape = labels.map((label) => extents[label] ?? 1);
  const parsed = parseNpy(readBytes(file));
  if (!parsed.ok)
    throw new UserError(`cannot read "${file}": ${parsed.diagnostics[0]?.message ?? "it is damaged"}`);
  const { entries, shape: got } = parsed.value;
  if (got.join() !== shape.join())
    throw new UserError(
      `"${file}" has the shape (${got.join(", ")}), and the schedule makes (${shape.join(", ")})`,
    );
  const im = entries.im ?? new Float64Array(entries.re.length);
  return { labels, shape, dtype, re: entries.re, ...(isComplex(dtype) ? { im } : {}) };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (missing && /(report\.json|result\.npy)$/.test(file))
      throw new UserError(
        `"${path.dirname(file)}" has no ${path.basename(file)}: its job has not run to the end`,
      );
    const why = missing ? "there is no such file" : String(error);
    throw new UserError(`cannot read "${file}": ${why}`);
  }
}

function readJson(file: string): unknown {
  const bytes = readBytes(file);
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch {
    throw new UserError(`"${file}" is not JSON`);
  }
}
