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

/** Of NVIDIA, with its driver; as many as PyTorch sees. */
export const gpus = hasTorch && existsSync("/dev/nvidiactl") ? gpusOfTorch() : 0;

export const hasGpu = gpus > 0;

function gpusOfTorch(): number {
  const count = spawnSync(python, ["-c", "import torch; print(torch.cuda.device_count())"]);
  return Number(String(count.stdout));
}

/** For the titles of tests that are left out. */
export const because = hasTorch ? "" : ` (left out: no PyTorch in ${python}; test/torch/setup.sh makes one)`;

export const becauseOfGpu = hasGpu ? "" : " (left out: no GPU here)";
