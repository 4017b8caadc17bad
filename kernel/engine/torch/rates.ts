/** What one rank of the torch engine reaches on this computer, measured once (`interpreter/calibrate.py`) and kept. */
import { availableParallelism, cpus } from "node:os";
import type { ThreadRates } from "../../../dsl/core.ts";
import { keep, recall } from "../kept.ts";
import { workOnHost, type HostLine } from "./host.ts";
import { findPython } from "./python.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 10;

const SECONDS = 120;

export interface TorchRates extends ThreadRates {
  /** Of a GPU; absent where ranks share the computer's memory. */
  readonly memoryBytes?: number;
  /** Whether messages go on while a product is computed; absent for one rank alone. */
  readonly overlaps?: boolean;
}

/** Undefined where there was not enough time to measure them, which is not tried again. */
const known = new Map<string, TorchRates | undefined>();

/** As measured before, here or by an earlier process; undefined where that has not been. */
export function torchRates(processes: number): TorchRates | undefined {
  const measured = measuredAmong(processes);
  const key = keyOf(measured);
  const found = known.get(key) ?? (recall(nameOf(measured), key) as TorchRates | undefined);
  if (found === undefined) return undefined;
  known.set(key, found);
  // Each rank has a GPU of its own, or a share of the cores.
  return found.memoryBytes === undefined ? withShare(found, availableParallelism() / processes) : found;
}

/** How many ranks are at work while one is measured: those that share a core are alike, and would only take longer. */
function measuredAmong(processes: number): number {
  return Math.min(processes, Math.max(2, availableParallelism()));
}

/** The rates of a rank that has but this share of a core, at most 1. */
export function withShare(rates: TorchRates, most: number): TorchRates {
  const share = Math.min(1, most);
  const all = (table: readonly number[]): number[] => table.map((rate) => rate * share);
  const { permutations, products, addedBytesPerSecond: added, loadedBytesPerSecond: loaded } = rates;
  return {
    ...rates,
    flopsPerSecond: mapped(rates.flopsPerSecond, (rate) => rate * share),
    memoryBytesPerSecond: rates.memoryBytesPerSecond * share,
    launchSeconds: rates.launchSeconds / share,
    linkBytesPerSecond: rates.linkBytesPerSecond * share,
    linkLatencySeconds: rates.linkLatencySeconds / share,
    ...(added !== undefined && { addedBytesPerSecond: added * share }),
    ...(loaded !== undefined && { loadedBytesPerSecond: loaded * share }),
    ...(permutations !== undefined && {
      permutations: {
        ...permutations,
        bytesPerSecond: mapped(permutations.bytesPerSecond, all),
        transposedBytesPerSecond: permutations.transposedBytesPerSecond * share,
      },
    }),
    ...(products !== undefined && {
      products: mapped(products, (own) => ({
        ...own,
        flopsPerSecond: mapped(own.flopsPerSecond, (byForms) => mapped(byForms, all)),
      })),
    }),
  };
}

function mapped<K extends string, T, U>(
  record: Readonly<Record<K, T>>,
  change: (value: T) => U,
): Record<K, U> {
  const entries = Object.entries<T>(record).map(([key, value]) => [key, change(value)] as const);
  return Object.fromEntries(entries) as Record<K, U>;
}

/** Measures what is not known yet; some seconds. Where it cannot be measured the engine itself will say why. */
export async function measureTorch(processes: number, signal: AbortSignal): Promise<void> {
  const among = measuredAmong(processes);
  if (torchRates(processes) !== undefined || known.has(keyOf(among))) return;
  const limit = AbortSignal.timeout(1000 * SECONDS);
  const measured = await calibrate(among, AbortSignal.any([signal, limit]));
  signal.throwIfAborted();
  const rates = measured && ratesOf(measured);
  if (rates !== undefined || limit.aborted) known.set(keyOf(among), rates);
  if (measured?.hurried === false) keep(nameOf(among), keyOf(among), rates);
}

async function calibrate(processes: number, signal: AbortSignal): Promise<Calibrated | undefined> {
  let rates: Calibrated | undefined;
  const request = { calibrate: deviceWanted() };
  const onLine = (line: HostLine): void => {
    if (line.event === "rates") rates = line.rates as Calibrated;
  };
  try {
    await workOnHost(findPython(), { request, processes, signal, onLine });
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
    /** The computer was so busy that some figures are missing. */
    readonly hurried: boolean;
  };

function ratesOf({ torch, device, hurried, ...figures }: Calibrated): TorchRates {
  const on = device === "cpu" ? "this computer's cores" : device;
  const busy = hurried ? ", which was busy" : "";
  return {
    linkBytesPerSecond: figures.memoryBytesPerSecond / 2,
    linkLatencySeconds: figures.launchSeconds,
    ...figures,
    source: `measured with torch ${torch} on ${on}${busy}`,
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
