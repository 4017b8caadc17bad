/** Orders, and plans for machines: on the caller's thread, or, where that may take long, on a thread of its own that an abort ends. */
import { createRequire } from "node:module";
import {
  deviceCount,
  distribute,
  distributeJointly,
  distributeSliced,
  InvariantError,
  mulberry32,
  plan,
  speedups,
  UserError,
  type ContractionTree,
  type Machine,
  type Network,
  type OrderMethod,
  type SlicedSchedule,
  type SpeedupPoint,
  type Wanted,
} from "../../dsl/core.ts";
import { runCrew } from "../engine/crew.ts";

/** Of the search for order and distribution together, where the program does not say. */
const JOINT_SECONDS = 5;

/** Networks of so many tensors are planned at once. */
const SMALL = 100;

interface PlanSpec extends Wanted {
  /** Absent: all. */
  readonly devices?: number;
  /** Of search, for the method that searches. */
  readonly seconds?: number;
}

export interface Ordered {
  readonly network: Network;
  readonly tree: ContractionTree;
  readonly machine: Machine;
}

export type PlanningTask =
  | { readonly kind: "order"; readonly network: Network; readonly method: OrderMethod }
  | (Ordered & {
      readonly kind: "plan";
      /** The program has chosen the slices, and is not overruled. */
      readonly sliced: boolean;
      readonly spec: PlanSpec;
    })
  | (Ordered & {
      readonly kind: "speedups";
      readonly counts: readonly number[];
      /** For each count an order that was searched for it; none where the one order serves all. */
      readonly own: readonly ContractionTree[];
    });

export type Planned =
  | { readonly kind: "order"; readonly tree: ContractionTree }
  | { readonly kind: "plan"; readonly plan: SlicedSchedule }
  | { readonly kind: "speedups"; readonly points: readonly SpeedupPoint[] }
  | { readonly kind: "refused"; readonly message: string };

/** The order by a method that ends of itself. Throws UserError as `plan` does. */
export async function orderApart(
  network: Network,
  method: OrderMethod,
  signal: AbortSignal,
): Promise<ContractionTree> {
  const answer = await answerTo({ kind: "order", network, method }, signal);
  if (answer.kind !== "order") throw new InvariantError(`expected an order, got ${answer.kind}`);
  return answer.tree;
}

/** The schedule of an ordered network for a machine. Throws UserError where the machine cannot hold it. */
export async function planApart(
  ordered: Ordered,
  sliced: boolean,
  spec: PlanSpec,
  signal: AbortSignal,
): Promise<SlicedSchedule> {
  const answer = await answerTo({ kind: "plan", ...ordered, sliced, spec }, signal);
  if (answer.kind !== "plan") throw new InvariantError(`expected a plan, got ${answer.kind}`);
  return answer.plan;
}

/** As `speedups` of the planners. */
export async function speedupsApart(
  ordered: Ordered,
  counts: readonly number[],
  own: readonly ContractionTree[],
  signal: AbortSignal,
): Promise<readonly SpeedupPoint[]> {
  const answer = await answerTo({ kind: "speedups", ...ordered, counts, own }, signal);
  if (answer.kind !== "speedups") throw new InvariantError(`expected speedups, got ${answer.kind}`);
  return answer.points;
}

async function answerTo(task: PlanningTask, signal: AbortSignal): Promise<Planned> {
  signal.throwIfAborted();
  const searches = task.kind === "plan" && task.spec.method === "joint";
  const answer =
    task.network.tensors.length <= SMALL && !searches ? reply(task) : await replyApart(task, signal);
  if (answer.kind === "refused") throw new UserError(answer.message);
  return answer;
}

async function replyApart(task: PlanningTask, signal: AbortSignal): Promise<Planned> {
  // Workers run compiled JavaScript, also where this file itself is run from its source.
  const file = createRequire(import.meta.url).resolve("tnlab/kernel/session/planningWorker.js");
  const [answer] = await runCrew<PlanningTask, Planned>({ file, tasks: [task], go: () => undefined, signal });
  if (answer === undefined) throw new InvariantError("expected an answer of the planning thread, got none");
  return answer;
}

/** What a task asks for; a UserError becomes an answer. */
export function reply(task: PlanningTask): Planned {
  try {
    switch (task.kind) {
      case "order": {
        const budget = { expired: () => false, trials: 1 };
        return { kind: "order", tree: plan(task.network, task.method, budget, mulberry32(1)) };
      }
      case "plan":
        return { kind: "plan", plan: makePlan(task, task.sliced, task.spec) };
      case "speedups": {
        const { network, tree, machine, counts, own } = task;
        return { kind: "speedups", points: speedups(network, tree, machine, counts, {}, own) };
      }
      default:
        return task satisfies never;
    }
  } catch (error) {
    if (error instanceof UserError) return { kind: "refused", message: error.message };
    throw error;
  }
}

/** As `planApart`, on this thread. */
export function makePlan(
  { network, tree, machine }: Ordered,
  sliced: boolean,
  { devices = deviceCount(machine), seconds = JOINT_SECONDS, ...rest }: PlanSpec,
): SlicedSchedule {
  const wanted = wantedOf(rest);
  const begun = Date.now();
  const best = sliced
    ? { tree, schedule: distribute(network, tree, machine, devices, wanted) }
    : distributeSliced(network, tree, machine, devices, wanted);
  if (rest.method !== "joint") return best;
  // From the slices that suit the machine best, so that searching further is never worse.
  const expired = (share = 1): boolean => Date.now() > begun + 1000 * share * seconds;
  const budget = { expired, trials: Number.MAX_SAFE_INTEGER };
  return distributeJointly(network, best.tree, machine, devices, budget, mulberry32(1), wanted);
}

function wantedOf({ method, groupSize, over }: Wanted): Wanted {
  return {
    ...(method && { method }),
    ...(groupSize !== undefined && { groupSize }),
    ...(over && { over }),
  };
}
