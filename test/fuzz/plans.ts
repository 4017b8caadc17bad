/** Random networks on random machines: whatever is planned keeps every rule of a schedule, and its value on worker threads. */
import { UserError } from "../../dsl/base/diagnostic.ts";
import { mulberry32, type Random } from "../../dsl/base/random.ts";
import { distribute } from "../../dsl/distribute/distribute.ts";
import { distributeJointly } from "../../dsl/distribute/joint.ts";
import { machineFrom, type Machine } from "../../dsl/distribute/machine.ts";
import { distributeSliced } from "../../dsl/distribute/sweep.ts";
import { METHODS } from "../../dsl/distribute/wanted.ts";
import { isComplex, type ValuedNetwork } from "../../dsl/network/network.ts";
import type { ContractionTree } from "../../dsl/plan/tree.ts";
import type { Schedule } from "../../dsl/schedule/schedule.ts";
import { verify } from "../../dsl/schedule/verify.ts";
import { threadsEngine } from "../../kernel/engine/threads.ts";
import { bruteForce, randomNetwork, randomPairs } from "../support/networks.ts";

export interface PlanVerdict {
  /** Nothing where the plan is sound and its value right. */
  readonly fault?: string;
  /** Absent where the machine cannot hold the network. */
  readonly schedule?: Schedule;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Nodes, links, latencies, rates and memory of any size: often too little memory for one device, sometimes for all. */
function machineOf(random: Random, devices: number): Machine {
  const perNode = pick(
    random,
    [1, 2, 3, 4, 6, 8].filter((count) => devices % count === 0),
  );
  const tier = (count: number): Machine["node"] => ({
    count,
    bytesPerSecond: 10 ** (6 + 5 * random()),
    latencySeconds: 10 ** (-12 + 7 * random()),
  });
  return machineFrom({
    name: `machine of ${devices}`,
    peak: 10 ** (9 + 3 * random()),
    memoryBytes: 2 ** (random() < 0.5 ? 30 : 9 + 7 * random()),
    memoryBytesPerSecond: 10 ** (9 + 2 * random()),
    launchSeconds: 10 ** (-12 + 6 * random()),
    node: tier(perNode),
    ...(perNode < devices && { cluster: tier(devices / perNode) }),
    overlaps: random() < 0.3,
  });
}

function planned(random: Random, network: ValuedNetwork["network"], seed: number): [Schedule, Machine] {
  const devices = pick(random, [1, 2, 3, 4, 5, 6, 8]);
  const machine = machineOf(random, devices);
  const method = pick(random, METHODS);
  const sliced = Object.keys(network.extents).filter(() => random() < 0.2);
  const leaves = network.tensors.length;
  const tree: ContractionTree = { leaves, pairs: randomPairs(seed, leaves), sliced };
  if (method === "joint") {
    const budget = { trials: 3, expired: () => false };
    return [distributeJointly(network, tree, machine, devices, budget, random, { method }).schedule, machine];
  }
  // All ranks in one group, so that tensors are split, however little that pays.
  const wanted = { method, ...(random() < 0.4 && method !== "slicing" && { groupSize: devices }) };
  if (random() < 0.5) return [distribute(network, tree, machine, devices, wanted), machine];
  return [distributeSliced(network, tree, machine, devices, wanted).schedule, machine];
}

/** Plans and runs the case of a seed. Throws what the planners and the engine should not throw. */
export async function judgedPlan(seed: number): Promise<PlanVerdict> {
  const random = mulberry32(seed);
  const dtype = pick(random, ["float64", "complex128"] as const);
  const extents = pick(random, [[2], [2, 3, 4], [2, 4, 6], [1, 3, 4]]);
  const shape = { tensors: 2 + Math.floor(7 * random()), labels: 7, extents, dtype };
  const { network, entries } = randomNetwork(seed, shape);
  let schedule: Schedule;
  let machine: Machine;
  try {
    [schedule, machine] = planned(random, network, seed);
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
  const [breach] = verify(schedule, machine.device.memoryBytes);
  if (breach !== undefined) return { schedule, fault: `${breach.rule}: ${breach.detail}` };
  const { value } = await threadsEngine.run(schedule, entries);
  const expected = bruteForce({ network, entries });
  const scale = Math.max(1, ...expected.re.map(Math.abs), ...expected.im.map(Math.abs));
  const off = expected.re.map((re, at) => {
    const im = isComplex(dtype) ? (value?.im?.[at] ?? NaN) : 0;
    return Math.hypot((value?.re[at] ?? NaN) - re, im - (expected.im[at] ?? NaN)) / scale;
  });
  const wrong = off.findIndex((one) => !(one < 1e-11));
  if (wrong < 0 && value?.re.length === expected.re.length) return { schedule };
  return {
    schedule,
    fault: `entry ${wrong} of ${expected.re.length} is off by ${off[wrong]} of the largest`,
  };
}
