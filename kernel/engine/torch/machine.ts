/** This computer as the torch engine sees it. */
import { totalmem } from "node:os";
import { threadsMachine, type Machine } from "../../../dsl/index.ts";
import { threadRates, USABLE_MEMORY } from "../calibrate.ts";
import { torchRates } from "./rates.ts";

/** One process a device; with the rates of worker threads where PyTorch's have not been measured. */
export function torchMachine(processes: number): Machine {
  const rates = torchRates(processes);
  const memory = rates?.memoryBytes === undefined ? totalmem() : processes * rates.memoryBytes;
  const here = threadsMachine(processes, USABLE_MEMORY * memory, rates ?? threadRates(processes));
  return { ...here, name: `torch(${processes})`, engine: "torch" };
}
