/** Job folders for tests, and Pythons with a fault in them. */
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { distribute } from "../../../../dsl/distribute/distribute.ts";
import { threadsMachine } from "../../../../dsl/distribute/presets.ts";
import type { Wanted } from "../../../../dsl/distribute/wanted.ts";
import type { Entries } from "../../../../dsl/network/network.ts";
import type { Schedule } from "../../../../dsl/schedule/schedule.ts";
import { writeJob, type JobOptions } from "../../../../kernel/engine/torch/job.ts";
import { python } from "./python.ts";

export interface Work {
  readonly schedule: Schedule;
  readonly entries: readonly Entries[];
}

/**
 * A ring of matrices, all of ones, on `devices` ranks; `sliced` indices of extent 2, one matrix each. In groups of two ranks
 * or more, `wanted` says it.
 */
export function ringOfOnes(devices: number, sliced: number, size = 8, wanted: Wanted = {}): Work {
  const links = Math.max(4, sliced);
  const labels = Array.from({ length: links }, (_, k) => `s_${k}`);
  const tensors = labels.map((label, k) => ({
    name: `M${k}`,
    labels: [`a_${k}`, `a_${(k + 1) % links}`, label],
  }));
  const bonds = Object.fromEntries(labels.map((_, k) => [`a_${k}`, size]));
  const extents = { ...bonds, ...Object.fromEntries(labels.map((label) => [label, 2])) };
  const network = { name: "ring", dtype: "float64", tensors, open: [], extents } as const;
  const pairs = labels.slice(1).map((_, k): [number, number] => (k === 0 ? [0, 1] : [links + k - 1, k + 1]));
  const tree = { leaves: links, pairs, sliced: labels.slice(0, sliced) };
  const ones = { re: new Float64Array(2 * size * size).fill(1) };
  const machine = threadsMachine(devices, devices * 2 ** 30);
  return { schedule: distribute(network, tree, machine, devices, wanted), entries: tensors.map(() => ones) };
}

/** Closed walks on a ring of matrices of ones: size^links, times 2 for each index of extent 2. */
export function valueOfRing(sliced: number, size = 8): number {
  const links = Math.max(4, sliced);
  return size ** links * 2 ** links;
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "tnlab-test-"));
}

export async function jobOf({ schedule, entries }: Work, options: JobOptions = {}): Promise<string> {
  const folder = newFolder();
  await writeJob(folder, schedule, entries, { device: "cpu", ...options });
  return folder;
}

export interface Fault {
  readonly kind: "kill" | "raise" | "hang" | "exit" | "memory" | "no-torch";
  readonly rank: number;
  readonly step: number;
  readonly slice?: number;
}

/** A Python whose ranks do wrong. */
export function faultyPython({ kind, rank, step, slice = -1 }: Fault): string {
  return pythonWith(`FAULT=${kind} FAULT_RANK=${rank} FAULT_STEP=${step} FAULT_SLICE=${slice}`);
}

/** A Python two of whose ranks have a slow link between them. */
export function pythonWithSlowLink([rank, peer]: readonly [number, number]): string {
  return pythonWith(`FAULT=slow-link FAULT_RANK=${rank} FAULT_PEER=${peer}`);
}

function pythonWith(environment: string): string {
  const file = path.join(newFolder(), "python");
  const script = fileURLToPath(new URL("faulty.py", import.meta.url));
  writeFileSync(file, `#!/bin/sh\nexec env ${environment} "${python}" -B "${script}"\n`);
  chmodSync(file, 0o755);
  return file;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once none of the processes is left; rejects after `seconds`. */
export async function gone(pids: readonly number[], seconds = 5): Promise<void> {
  const last = Date.now() + 1000 * seconds;
  for (;;) {
    const left = pids.filter(isAlive);
    if (left.length === 0) return;
    if (Date.now() > last) throw new RangeError(`still alive after ${seconds} s: ${left.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
