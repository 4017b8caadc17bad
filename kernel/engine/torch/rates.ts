/** What one rank of the torch engine reaches on this computer, measured once (`interpreter/calibrate.py`) and kept. */
import { availableParallelism, cpus } from "node:os";
import type { ThreadRates } from "../../../dsl/index.ts";
import { keep, recall } from "../kept.ts";
import { workOnHost, type HostLine } from "./host.ts";
import { findPython } from "./python.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 6;

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
  let rates: TorchRates | undefined;
  const request = { calibrate: deviceWanted() };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(1000 * SECONDS)]);
  const onLine = (line: HostLine): void => {
    if (line.event === "rates") rates = ratesOf(line.rates as Calibrated);
  };
  try {
    await workOnHost(findPython(), { request, processes, signal: limited, onLine });
    return rates;
  } catch {
    return undefined;
  }
}

/** What calibrate.py says. Links are absent for one rank alone. */
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
