/** Whether the torch engine can be tested here, and why not. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findPython } from "../../../../kernel/engine/torch/python.ts";

export const python = findPython();

const probe = spawnSync(python, [
  "-c",
  "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)",
]);

export const hasTorch = probe.status === 0;

/** Of NVIDIA, with its driver. */
export const hasGpu = hasTorch && existsSync("/dev/nvidiactl");

/** For the titles of tests that are left out. */
export const because = hasTorch ? "" : ` (left out: no PyTorch in ${python}; test/torch/setup.sh makes one)`;

export const becauseOfGpu = hasGpu ? "" : " (left out: no GPU here)";
