/** What one rank of the torch engine reaches on this computer, measured once (`interpreter/calibrate.py`) and kept. */
import { execFile } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { promisify } from "node:util";
import type { ThreadRates } from "../../../dsl/index.ts";
import { keep, recall } from "../kept.ts";
import { findPython, interpreterParent } from "./python.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 4;

const SECONDS = 120;

export interface TorchRates extends ThreadRates {
  /** Of a GPU; absent where ranks share the computer's memory. */
  readonly memoryBytes?: number;
  /** Whether messages go on while a product is computed; absent for one rank alone. */
  readonly overlaps?: boolean;
}

const known = new Map<string, TorchRates>();

/** As measured before, here or by an earlier process; undefined where that has not been. */
export function torchRates(processes: number): TorchRates | undefined {
  const key = keyOf(processes);
  const found = known.get(key) ?? (recall(nameOf(processes), key) as TorchRates | undefined);
  if (found !== undefined) known.set(key, found);
  return found;
}

/** Measures what is not known yet; some seconds. Where it cannot be measured the engine itself will say why. */
export async function measureTorch(processes: number, signal: AbortSignal): Promise<void> {
  if (torchRates(processes) !== undefined) return;
  const measured = await calibrate(processes, signal);
  signal.throwIfAborted();
  if (measured === undefined) return;
  known.set(keyOf(processes), measured);
  keep(nameOf(processes), keyOf(processes), measured);
}

async function calibrate(processes: number, signal: AbortSignal): Promise<TorchRates | undefined> {
  const threads = Math.max(1, Math.floor(availableParallelism() / processes));
  const launcher = ["-m", "torch.distributed.run", "--standalone", `--nproc-per-node=${processes}`, "-m"];
  const module = ["interpreter.calibrate", deviceWanted()];
  try {
    const { stdout } = await promisify(execFile)(findPython(), ["-B", ...launcher, ...module], {
      cwd: interpreterParent,
      env: { OMP_NUM_THREADS: String(threads), ...process.env },
      signal,
      timeout: 1000 * SECONDS,
    });
    const line = stdout.split("\n").find((one) => one.startsWith('{"torch"'));
    return line === undefined ? undefined : ratesOf(JSON.parse(line) as Calibrated);
  } catch {
    return undefined;
  }
}

/** The line that calibrate.py prints. Links are absent for one rank alone. */
type Calibrated = Omit<TorchRates, "source" | "linkBytesPerSecond" | "linkLatencySeconds"> &
  Partial<Pick<TorchRates, "linkBytesPerSecond" | "linkLatencySeconds">> & {
    readonly torch: string;
    readonly device: string;
  };

function ratesOf({ torch, device, ...figures }: Calibrated): TorchRates {
  const on = device === "cpu" ? "this computer's cores" : device;
  return {
    linkBytesPerSecond: figures.memoryBytesPerSecond / 2,
    linkLatencySeconds: figures.launchSeconds,
    ...figures,
    source: `measured with torch ${torch} on ${on}`,
  };
}

function deviceWanted(): string {
  return process.env["TNLAB_TORCH_DEVICE"] ?? "auto";
}

function nameOf(processes: number): string {
  return `torch-${processes}`;
}

/** Figures of another computer that shares the home folder, or of another PyTorch, do not count. */
function keyOf(processes: number): string {
  const computer = [cpus()[0]?.model ?? "", availableParallelism()];
  return [VERSION, ...computer, findPython(), deviceWanted(), processes].join("|");
}
