/** Machines that ship with tnlab, each with the source of its numbers. Bandwidths of links are those of one direction. */
import { UserError } from "../base/diagnostic.ts";
import { machineFrom, type Device, type Machine, type MachineFigures, type Tier } from "./machine.ts";

/**
 * Share of a GPU's peak in single precision that contractions sustain: 28 to 33 TFLOP/s in complex64 of an H100's 66.9, as
 * reported by arXiv 2606.01852. Taken for its relatives too.
 */
const SUSTAINED = 0.45;
const SUSTAINED_SOURCE =
  "45 % of the peak in float32 sustained, as arXiv 2606.01852 reports for H100s in complex64";

const GPU_LATENCY_SECONDS = 3e-6;
const NETWORK_LATENCY_SECONDS = 8e-6;

/** The figures of one GPU, in units of data sheets. */
interface Gpu {
  readonly teraflopsFloat32: number;
  readonly gigabytes: number;
  readonly terabytesPerSecond: number;
}

const A100: Gpu = { teraflopsFloat32: 19.5, gigabytes: 80, terabytesPerSecond: 2.039 };
const H100: Gpu = { teraflopsFloat32: 66.9, gigabytes: 80, terabytesPerSecond: 3.35 };
const H200: Gpu = { teraflopsFloat32: 66.9, gigabytes: 141, terabytesPerSecond: 4.8 };
const GB200: Gpu = { teraflopsFloat32: 80, gigabytes: 186, terabytesPerSecond: 8 };

function figuresOf(gpu: Gpu): Pick<MachineFigures, "peak" | "memoryBytes" | "memoryBytesPerSecond"> {
  return {
    peak: Number((SUSTAINED * gpu.teraflopsFloat32).toFixed(1)) * 1e12,
    memoryBytes: gpu.gigabytes * 1e9,
    memoryBytesPerSecond: gpu.terabytesPerSecond * 1e12,
  };
}

function nvlink(count: number, gigabytesPerSecond: number): Tier {
  return { count, bytesPerSecond: gigabytesPerSecond * 1e9, latencySeconds: GPU_LATENCY_SECONDS };
}

function infiniband(count: number, gigabitsPerSecond: number): Tier {
  return { count, bytesPerSecond: (gigabitsPerSecond / 8) * 1e9, latencySeconds: NETWORK_LATENCY_SECONDS };
}

const DGX_H100_SOURCE =
  "NVIDIA DGX H100 data sheet: 80 GB at 3.35 TB/s, NVLink 900 GB/s in both directions together, 400 Gb/s InfiniBand a GPU";

const figures: readonly MachineFigures[] = [
  {
    name: "dgx-h100",
    source: `${DGX_H100_SOURCE}; ${SUSTAINED_SOURCE}`,
    ...figuresOf(H100),
    node: nvlink(8, 450),
  },
  {
    name: "h100-cluster",
    source: `${DGX_H100_SOURCE}; ${SUSTAINED_SOURCE}; 128 nodes, as in arXiv 2606.01852`,
    ...figuresOf(H100),
    node: nvlink(8, 450),
    cluster: infiniband(128, 400),
  },
  {
    name: "dgx-a100",
    source:
      "NVIDIA DGX A100 data sheet: 80 GB at 2.039 TB/s, NVLink 600 GB/s in both directions together; " +
      SUSTAINED_SOURCE,
    ...figuresOf(A100),
    node: nvlink(8, 300),
  },
  {
    name: "h200",
    source: `NVIDIA H200 data sheet: 141 GB at 4.8 TB/s; else as a DGX H100; ${SUSTAINED_SOURCE}`,
    ...figuresOf(H200),
    node: nvlink(8, 450),
  },
  {
    name: "gb200-nvl72",
    source:
      "NVIDIA GB200 NVL72 data sheet, per GPU of the 72: 80 TFLOP/s in float32, 186 GB at 8 TB/s, NVLink 1.8 TB/s in both " +
      `directions together; ${SUSTAINED_SOURCE}`,
    ...figuresOf(GB200),
    node: nvlink(72, 900),
  },
  {
    name: "gb200-cluster",
    source:
      "16 racks GB200 NVL72, 400 Gb/s InfiniBand a GPU (NVIDIA DGX SuperPOD with GB200, reference architecture)",
    ...figuresOf(GB200),
    node: nvlink(72, 900),
    cluster: infiniband(16, 400),
  },
  {
    name: "ethernet-cpu",
    source:
      "16 servers of two Intel Xeon Platinum 8358 (32 cores, 2.6 GHz, two 512-bit units each core: 5.3 TFLOP/s in float32, of which " +
      "60 % are sustained; 8 channels of DDR4-3200; three links of 11.2 GT/s between the sockets), 25 Gb/s Ethernet a server",
    peak: 3.2e12,
    memoryBytes: 128e9,
    memoryBytesPerSecond: 204.8e9,
    launchSeconds: 2e-6,
    node: { count: 2, bytesPerSecond: 67e9, latencySeconds: 1e-6 },
    // Two sockets share a server's link.
    cluster: { count: 16, bytesPerSecond: 25e9 / 8 / 2, latencySeconds: 30e-6 },
  },
];

/** Machines by the name that `preset "..."` takes. */
export const presets: ReadonlyMap<string, Machine> = new Map(
  figures.map((one) => [one.name, machineFrom(one)]),
);

/** What one worker thread reaches; measured by the kernel, or rough figures for plain JavaScript. */
export interface ThreadRates extends Pick<
  Device,
  | "flopsPerSecond"
  | "memoryBytesPerSecond"
  | "launchSeconds"
  | "halfExtent"
  | "products"
  | "permutations"
  | "addedBytesPerSecond"
  | "loadedBytesPerSecond"
> {
  /** Of copies between the memories of two workers. */
  readonly linkBytesPerSecond: number;
  readonly linkLatencySeconds: number;
  readonly source: string;
}

const ROUGH_RATES: ThreadRates = {
  source: "rough figures for plain JavaScript arithmetic on one core",
  flopsPerSecond: { float32: 2e9, float64: 2e9, complex64: 2e9, complex128: 2e9 },
  memoryBytesPerSecond: 5e9,
  launchSeconds: 2e-6,
  halfExtent: 1,
  linkBytesPerSecond: 2e9,
  linkLatencySeconds: 2e-5,
};

/** This computer, one worker thread a device; its memory is shared equally. Without `rates`: rough figures, not a calibration. */
export function threadsMachine(
  workers: number,
  memoryBytes: number,
  rates: ThreadRates = ROUGH_RATES,
): Machine {
  const { source, linkBytesPerSecond, linkLatencySeconds, ...local } = rates;
  return {
    name: `threads(${workers})`,
    source: `${source}; the memory is this computer's, shared equally`,
    device: { ...local, memoryBytes: Math.floor(memoryBytes / workers) },
    node: { count: workers, bytesPerSecond: linkBytesPerSecond, latencySeconds: linkLatencySeconds },
    engine: "threads",
  };
}

/** Looks a preset up. Throws UserError that lists the known ones. */
export function presetNamed(name: string): Machine {
  const machine = presets.get(name);
  if (machine === undefined)
    throw new UserError(`there is no machine preset "${name}"; known: ${[...presets.keys()].join(", ")}`);
  return machine;
}
