/** From a machine and a device count to the digits of the rank number. */
import { UserError } from "../base/diagnostic.ts";
import type { MeshDigit } from "../schedule/schedule.ts";
import { deviceCount, type Machine } from "./machine.ts";

/** Prime factors of `count`, ascending. */
function primeFactors(count: number): number[] {
  const factors: number[] = [];
  let rest = count;
  for (let prime = 2; prime * prime <= rest; prime += 1)
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  if (rest > 1) factors.push(rest);
  return factors;
}

/**
 * One digit a prime factor, cluster digits first: ranks of one node have neighbouring numbers. All nodes in use have the same count
 * of devices in use, as many as can be. Throws UserError where the machine has too few devices or the count cannot be shared so.
 */
export function meshOf(machine: Machine, devices: number): readonly MeshDigit[] {
  const available = deviceCount(machine);
  if (!Number.isInteger(devices) || devices < 1)
    throw new UserError(`the number of devices must be a positive integer, not ${devices}`);
  if (devices > available)
    throw new UserError(`${machine.name} has ${available} devices, fewer than the ${devices} asked for`);
  const perNode = perNodeOf(machine, devices);
  const digits = (count: number, tier: MeshDigit["tier"]): MeshDigit[] =>
    primeFactors(count).map((radix) => ({ radix, tier }));
  return [...digits(devices / perNode, "cluster"), ...digits(perNode, "node")];
}

function perNodeOf(machine: Machine, devices: number): number {
  const nodes = machine.cluster?.count ?? 1;
  for (let perNode = Math.min(devices, machine.node.count); perNode * nodes >= devices; perNode -= 1)
    if (devices % perNode === 0) return perNode;
  throw new UserError(
    `${devices} devices cannot be shared equally by the ${nodes} nodes of ${machine.name}, of ${machine.node.count} each`,
  );
}
