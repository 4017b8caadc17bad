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
 * One digit a prime factor, cluster digits first: ranks of one node have neighbouring numbers.
 * Throws UserError where the machine has too few devices or the count does not fill whole nodes.
 */
export function meshOf(machine: Machine, devices: number): readonly MeshDigit[] {
  const available = deviceCount(machine);
  if (!Number.isInteger(devices) || devices < 1)
    throw new UserError(`the number of devices must be a positive integer, not ${devices}`);
  if (devices > available)
    throw new UserError(`${machine.name} has ${available} devices, fewer than the ${devices} asked for`);
  const perNode = Math.min(devices, machine.node.count);
  if (devices % perNode !== 0)
    throw new UserError(`${devices} devices do not fill whole nodes of ${perNode} on ${machine.name}`);
  const digits = (count: number, tier: MeshDigit["tier"]): MeshDigit[] =>
    primeFactors(count).map((radix) => ({ radix, tier }));
  return [...digits(devices / perNode, "cluster"), ...digits(perNode, "node")];
}
