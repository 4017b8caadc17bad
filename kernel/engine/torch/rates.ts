/** What one rank of the torch engine reaches on this computer, measured once (`interpreter/calibrate.py`) and kept. */
import { availableParallelism, cpus } from "node:os";
import type { Dtype, ThreadRates } from "../../../dsl/core.ts";
import { keep, recall } from "../kept.ts";
import { workOnHost, type HostLine } from "./host.ts";
import { findPython } from "./python.ts";

/** Raised when the figures, or what is measured for them, change. */
const VERSION = 11;

const SECONDS = 120;

export interface TorchRates extends ThreadRates {
  /** Of a GPU; absent where ranks share the computer's memory. */
  readonly memoryBytes?: number;
  /** Whether messages go on while a product is computed; absent for one rank alone. */
  readonly overlaps?: boolean;
}

const known = new Map<string, TorchRates>();

/** What there was not enough time to measure: not tried again. */
const givenUp = new Set<string>();

/** As measured before, here or by an earlier process; undefined where that has not been. */
export function torchRates(processes: number): TorchRates | undefined {
  const found = ratesAmong(measuredAmong(processes));
  if (found === undefined) return undefined;
  // Each rank has a GPU of its own, or a share of the cores.
  return found.memoryBytes === undefined ? withShare(found, availableParallelism() / processes) : found;
}

function ratesAmong(processes: number): TorchRates | undefined {
  const key = keyOf(processes);
  const found = known.get(key) ?? (recall(nameOf(processes), key) as TorchRates | undefined);
  if (found !== undefined) known.set(key, found);
  return found;
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

/** Values that are absent stay so. */
function mapped<R extends object>(
  record: R,
  change: (value: Required<R>[keyof R]) => Required<R>[keyof R],
): R {
  const entries = Object.entries(record) as [string, Required<R>[keyof R]][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)])) as R;
}

/** Measures what is not known yet; some seconds. Where it cannot be measured the engine itself will say why. `dtype`: of products. */
export async function measureTorch(processes: number, dtype: Dtype, signal: AbortSignal): Promise<void> {
  const among = measuredAmong(processes);
  const key = keyOf(among);
  const before = ratesAmong(among);
  if (before?.products?.[dtype] !== undefined || givenUp.has(`${key}|${dtype}`)) return;
  const limit = AbortSignal.timeout(1000 * SECONDS);
  const request = { calibrate: deviceWanted(), dtype, rest: before === undefined };
  const measured = await calibrate(request, among, AbortSignal.any([signal, limit]));
  signal.throwIfAborted();
  if (limit.aborted) givenUp.add(`${key}|${dtype}`);
  const rates = before ?? (measured?.others && ratesOf(measured.others, measured.hurried));
  if (measured === undefined || rates === undefined) return;
  const more = { ...rates, products: { ...rates.products, ...measured.products } };
  known.set(key, more);
  if (!measured.hurried) keep(nameOf(among), key, more);
}

async function calibrate(
  request: { readonly calibrate: string; readonly dtype: Dtype; readonly rest: boolean },
  processes: number,
  signal: AbortSignal,
): Promise<Calibrated | undefined> {
  let rates: Calibrated | undefined;
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

/** What calibrate.py says. */
interface Calibrated extends Required<Pick<TorchRates, "products">> {
  /** The computer was so busy that some products are missing. */
  readonly hurried: boolean;
  /** Where they were asked for. */
  readonly others?: Others;
}

/** Links are absent for one rank alone. */
type Others = Omit<TorchRates, "source" | "products" | "linkBytesPerSecond" | "linkLatencySeconds"> &
  Partial<Pick<TorchRates, "linkBytesPerSecond" | "linkLatencySeconds">> & {
    readonly torch: string;
    readonly device: string;
  };

function ratesOf({ torch, device, ...figures }: Others, hurried: boolean): TorchRates {
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
