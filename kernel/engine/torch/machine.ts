/** This computer as the torch engine sees it. */
import { totalmem } from "node:os";
import { threadsMachine, type Machine } from "../../../dsl/core.ts";
import { threadRates, USABLE_MEMORY } from "../calibrate.ts";
import { torchRates, type TorchRates } from "./rates.ts";

/**
 * One process a device; with the rates of worker threads where PyTorch's have not been measured. `overlap`: moves go beside
 * contractions, whether or not that was measured to help.
 */
export function torchMachine(processes: number, overlap = false): Machine {
  const { memoryBytes, overlaps, ...rates }: TorchRates = torchRates(processes) ?? threadRates(processes);
  const memory = memoryBytes === undefined ? totalmem() : processes * memoryBytes;
  const here = threadsMachine(processes, USABLE_MEMORY * memory, rates);
  const name = `torch(${processes}${overlap ? ", overlap" : ""})`;
  return { ...here, ...((overlaps === true || overlap) && { overlaps: true }), name, engine: "torch" };
}
