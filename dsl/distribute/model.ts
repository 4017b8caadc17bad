/** What a step costs on a machine: roofline for local work, volume and messages for moves. All modelled. */
import { elementBytes, isComplex, type Dtype } from "../network/network.ts";
import { rankCount, type MeshDigit, type StepModel } from "../schedule/schedule.ts";
import type { Machine } from "./machine.ts";

/** The machine as the lowering sees it. */
export interface CostModel {
  readonly machine: Machine;
  readonly dtype: Dtype;
  readonly mesh: readonly MeshDigit[];
}

const NOTHING_SENT = { node: 0, cluster: 0 };

export const FREE: StepModel = { seconds: 0, flops: 0, localBytes: 0, sentBytes: NOTHING_SENT, messages: 0 };

/** Real operations of one multiply-add. */
export function realFlops(dtype: Dtype): number {
  return isComplex(dtype) ? 8 : 2;
}

/** A local step: `multiplyAdds` of arithmetic, `elements` read and written in all. Seconds = max of both rates. */
export function localStep(model: CostModel, multiplyAdds: number, elements: number): StepModel {
  const { device } = model.machine;
  const flops = multiplyAdds * realFlops(model.dtype);
  const localBytes = elements * elementBytes(model.dtype);
  const rate = device.flopsPerSecond[model.dtype];
  const seconds = device.launchSeconds + Math.max(flops / rate, localBytes / device.memoryBytesPerSecond);
  return { seconds, flops, localBytes, sentBytes: NOTHING_SENT, messages: 0 };
}

/**
 * A collective over `digits`: each rank sends `elements` to every other member of its group.
 * Members that differ in node digits alone are reached inside the node.
 */
export function moveStep(model: CostModel, digits: readonly number[], elements: number): StepModel {
  const { machine, mesh } = model;
  const group = digits.flatMap((digit) => mesh[digit] ?? []);
  const inNode = rankCount(group.filter((digit) => digit.tier === "node"));
  const peers = { node: inNode - 1, cluster: rankCount(group) - inNode };
  const bytes = elements * elementBytes(model.dtype);
  const sentBytes = { node: peers.node * bytes, cluster: peers.cluster * bytes };
  const cluster = machine.cluster ?? machine.node;
  const seconds =
    sentBytes.node / machine.node.bytesPerSecond +
    sentBytes.cluster / cluster.bytesPerSecond +
    peers.node * machine.node.latencySeconds +
    peers.cluster * cluster.latencySeconds;
  const messages = peers.node + peers.cluster;
  return { seconds, flops: 0, localBytes: 2 * bytes * (messages + 1), sentBytes, messages };
}
