/** Schedules of a session's networks for machines, planned when first needed and kept; and their runs. */
import { availableParallelism } from "node:os";
import {
  InvariantError,
  leftOut,
  UserError,
  type DistributionSpec,
  type Machine,
  type MachineSpec,
  type Schedule,
} from "../../dsl/index.ts";
import { dryEngine } from "../engine/dry.ts";
import type { Engine } from "../engine/engine.ts";
import type { RunReport } from "../engine/report.ts";
import { threadsEngine } from "../engine/threads.ts";
import { torchEngine } from "../engine/torch.ts";
import { checkpointFor, forget, keepPlan } from "./checkpoints.ts";
import type { Plan } from "./evaluate.ts";
import { planApart } from "./planning.ts";
import { completed } from "./exact.ts";
import { followed } from "./following.ts";
import { definitionOf, machineFor, networkNamed, resultsOf, type Session } from "./results.ts";

/** All of this computer's cores. */
function ownThreads(): MachineSpec {
  return { kind: "threads", workers: availableParallelism() };
}

/**
 * What is fixed of the distribution of a network: as `distribute` says where that is for the machine, else the machine
 * alone; without a machine that of `distribute`, else this computer.
 */
export function distributionOf(
  session: Session,
  name: string,
  on: string | MachineSpec | undefined,
): DistributionSpec {
  const written = definitionOf(session, `distribute ${name}`, "distribution")?.spec;
  if (on === undefined) return written ?? { machine: ownThreads() };
  const machine = machineFor(session, on);
  const same = written !== undefined && isAlike(session, name, machineFor(session, written.machine), machine);
  return same ? written : { machine: on };
}

/** Not by name: a machine may have been defined anew. */
function isAlike(session: Session, name: string, one: Machine, other: Machine): boolean {
  return keyOf(session, name, one) === keyOf(session, name, other);
}

/** Of a machine as the network sees it: what is measured later of other dtypes changes nothing. `rest`: what else counts. */
function keyOf(session: Session, name: string, machine: Machine, rest?: object): string {
  const { dtype } = networkNamed(session, name).network;
  const { device } = machine;
  return JSON.stringify([{ ...machine, device: { ...device, products: device.products?.[dtype] } }, rest]);
}

/** Throws UserError where the machine cannot hold the network. */
export async function planFor(session: Session, name: string, spec: DistributionSpec): Promise<Plan> {
  const results = await resultsOf(session, name);
  const machine = machineFor(session, spec.machine);
  const key = keyOf(session, name, machine, { ...spec, machine: undefined });
  const known = results.plans.get(key);
  if (known !== undefined) return known;
  const { network } = networkNamed(session, name);
  const sliced = definitionOf(session, `slice ${name}`, "slice") !== undefined;
  const { signal } = session.host;
  const made = await planApart({ network, tree: results.tree, machine }, sliced, spec, signal);
  return kept(session, name, key, { ...made, machine });
}

/** E: the modelled time of slicing alone on as many devices over that of the plan (arXiv 2606.01852). */
export async function extraSpeedup(session: Session, name: string, plan: Plan): Promise<number> {
  const devices = plan.schedule.mesh.reduce((product, { radix }) => product * radix, 1);
  const alone = await planAlone(session, name, plan.machine, devices);
  return alone.schedule.modelledSeconds / plan.schedule.modelledSeconds;
}

/** The plan in which every device takes slices of its own, whatever slices the program has chosen. */
async function planAlone(session: Session, name: string, machine: Machine, devices: number): Promise<Plan> {
  const results = await resultsOf(session, name);
  const key = keyOf(session, name, machine, { alone: devices });
  const known = results.plans.get(key);
  if (known !== undefined) return known;
  const { network } = networkNamed(session, name);
  const spec = { machine: { kind: "model", machine }, devices, method: "slicing" } as const;
  const made = await planApart({ network, tree: results.tree, machine }, false, spec, session.host.signal);
  return kept(session, name, key, { ...made, machine });
}

/** Whatever else has become known of the network meanwhile stays. */
async function kept(session: Session, name: string, key: string, plan: Plan): Promise<Plan> {
  const results = await resultsOf(session, name);
  session.results.set(name, { ...results, plans: new Map([...results.plans, [key, plan]]) });
  return plan;
}

/** Runs a network as planned, for real where an engine can, else dry; keeps the report. */
export async function runOn(
  session: Session,
  name: string,
  on: string | MachineSpec | undefined,
  dry: boolean,
): Promise<RunReport> {
  const where = dry ? on : (session.host.runsOn ?? on);
  const spec = distributionOf(session, name, where);
  const checkpoint = dry ? undefined : checkpointFor(session, name, spec);
  const plan = checkpoint?.plan ?? (await planFor(session, name, spec));
  const { schedule, machine, tree } = plan;
  const engine = dry ? dryEngine : engineFor(machine, name);
  const valued = networkNamed(session, name);
  const { signal, following, multiplier } = session.host;
  if (checkpoint !== undefined) keepPlan(checkpoint.folder, plan);
  const options = { signal, multiplier, checkpoint: checkpoint?.folder };
  const raw = await followed(following, schedule, (onProgress) =>
    engine.run(schedule, valued.entries, { ...options, ...(onProgress && { onProgress }) }),
  );
  const left = checkpoint === undefined ? [] : forget(checkpoint.folder);
  const unsplit = spec.over === undefined ? [] : leftOut(valued.network, tree, spec.over);
  const warnings = [...(raw.warnings ?? []), ...left, ...unsplit];
  const warned = warnings.length === 0 ? raw : { ...raw, warnings };
  const report = await completed(warned, valued, tree, signal);
  const laid = session.definitions.get(`distribute ${name}`);
  session.results.set(name, { ...(await resultsOf(session, name)), schedule, report, machine, laid });
  return report;
}

function engineFor(machine: Machine, name: string): Engine {
  switch (machine.engine) {
    case "threads":
      return threadsEngine;
    case "torch":
      return torchEngine();
    case "dry":
      throw new UserError(
        `${machine.name} is a model: run ${name} on it dry (run ${name} on ... dry), or run it on threads(n)`,
      );
    default:
      return machine.engine satisfies never;
  }
}

/**
 * On a machine: the last run's report there, else what the model says. Without one: of the last run wherever it was. What was only
 * modelled is modelled anew where the distribution has been written anew.
 */
export async function reportOf(
  session: Session,
  name: string,
  on: string | MachineSpec | undefined,
): Promise<RunReport> {
  const { report, machine, laid } = await resultsOf(session, name);
  const here =
    on === undefined || (machine !== undefined && isAlike(session, name, machineFor(session, on), machine));
  const current = report?.engine !== "dry" || laid === session.definitions.get(`distribute ${name}`);
  return report !== undefined && here && current ? report : runOn(session, name, on, true);
}

/** The schedule of the report that `reportOf` gives. */
export async function scheduleOf(
  session: Session,
  name: string,
  on: string | MachineSpec | undefined,
): Promise<Schedule> {
  await reportOf(session, name, on);
  const { schedule } = await resultsOf(session, name);
  if (schedule === undefined)
    throw new InvariantError(`expected a schedule of ${name}, which reportOf makes`);
  return schedule;
}

/** The machine of the report that `reportOf` gives. */
export async function machineOfReport(session: Session, name: string): Promise<Machine> {
  const { machine } = await resultsOf(session, name);
  if (machine === undefined) throw new InvariantError(`expected a run of ${name}, which reportOf makes`);
  return machine;
}
