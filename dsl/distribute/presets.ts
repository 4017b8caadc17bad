/** Machines that ship with tnlab, each with the source of its numbers. */
import { UserError } from "../base/diagnostic.ts";
import type { Machine } from "./machine.ts";

const H100_SUSTAINED = 30e12;

/** Machines by the name that `preset "..."` takes. */
export const presets: ReadonlyMap<string, Machine> = new Map<string, Machine>([
  [
    "dgx-h100",
    {
      name: "dgx-h100",
      source:
        "NVIDIA DGX H100 data sheet (80 GB, 3.35 TB/s, NVLink 900 GB/s in both directions together, 400 Gb/s InfiniBand a GPU); " +
        "28 to 33 TFLOP/s sustained in complex64 as reported by arXiv 2606.01852",
      device: {
        flopsPerSecond: {
          float32: H100_SUSTAINED,
          complex64: H100_SUSTAINED,
          float64: H100_SUSTAINED / 2,
          complex128: H100_SUSTAINED / 2,
        },
        memoryBytes: 80e9,
        memoryBytesPerSecond: 3.35e12,
        launchSeconds: 5e-6,
      },
      node: { count: 8, bytesPerSecond: 450e9, latencySeconds: 3e-6 },
      engine: "dry",
    },
  ],
]);

/** This computer, one worker thread a device. Rates are rough figures for plain JavaScript, not a calibration. */
export function threadsMachine(workers: number, memoryBytes: number): Machine {
  return {
    name: `threads(${workers})`,
    source:
      "rough figures for plain JavaScript arithmetic on one core; the memory is this computer's, shared equally",
    device: {
      flopsPerSecond: { float32: 2e9, float64: 2e9, complex64: 2e9, complex128: 2e9 },
      memoryBytes: Math.floor(memoryBytes / workers),
      memoryBytesPerSecond: 5e9,
      launchSeconds: 2e-6,
    },
    node: { count: workers, bytesPerSecond: 2e9, latencySeconds: 2e-5 },
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
