/** The model of a machine: what a step costs there. */
import type { Dtype } from "../network/network.ts";

/** One tier of links; a rank reaches its peers over it. */
export interface Tier {
  /** Ranks that share this tier's group (node: devices in a node; cluster: nodes). */
  readonly count: number;
  /** Bytes per second that one device sends, one direction. */
  readonly bytesPerSecond: number;
  readonly latencySeconds: number;
}

export interface Machine {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly device: {
    /** Sustained real floating-point operations per second, by dtype. */
    readonly flopsPerSecond: Readonly<Record<Dtype, number>>;
    readonly memoryBytes: number;
    readonly memoryBytesPerSecond: number;
    /** Fixed cost of starting a local step. */
    readonly launchSeconds: number;
  };
  readonly node: Tier;
  /** Absent on a single node. */
  readonly cluster?: Tier;
  /** The engine that `run Z on <machine>` uses: threads for this computer, dry where only the model exists. */
  readonly engine: "threads" | "dry";
}

export function deviceCount(machine: Machine): number {
  return machine.node.count * (machine.cluster?.count ?? 1);
}
