/** Orders, schedules and reports of the session's networks, computed when first needed. */
import { availableParallelism, totalmem } from "node:os";
import {
  composed,
  deviceCount,
  distribute,
  groupsContracted,
  InvariantError,
  mulberry32,
  plan,
  presetNamed,
  slicedToFit,
  threadsMachine,
  UserError,
  type ContractionTree,
  type Definition,
  type Machine,
  type MachineSpec,
  type OrderSpec,
  type SliceSpec,
  type ValuedNetwork,
} from "../../dsl/index.ts";
import { dryEngine } from "../engine/dry.ts";
import type { RunReport } from "../engine/report.ts";
import { threadsEngine } from "../engine/threads.ts";
import { searchOrder } from "../search/search.ts";
import type { Host, Results } from "./evaluate.ts";

/** A program while it runs. */
export interface Session {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly results: Map<string, Results>;
  readonly host: Host;
}

/** Share of this computer's memory that worker threads may fill. */
const USABLE_MEMORY = 0.8;

/** Where the program gives no order: reproducible, and quick for the networks of a first cell. */
const DEFAULT_SEARCH = { objective: "flops", seconds: 60, seed: 1, workers: 1, trials: 32 } as const;

type DefinitionOf<K extends Definition["kind"]> = Extract<Definition, { kind: K }>;

function definitionOf<K extends Definition["kind"]>(
  session: Session,
  key: string,
  kind: K,
): DefinitionOf<K> | undefined {
  const found = session.definitions.get(key);
  return found?.kind === kind ? (found as DefinitionOf<K>) : undefined;
}

export function networkNamed(session: Session, name: string): ValuedNetwork {
  const found = definitionOf(session, name, "network");
  if (found === undefined) throw new InvariantError(`expected a network ${name}, which check has seen`);
  return found.valued;
}

export function machineFor(session: Session, machine: string | MachineSpec): Machine {
  const spec = typeof machine === "string" ? definitionOf(session, machine, "machine")?.spec : machine;
  if (spec === undefined) throw new InvariantError(`expected a machine, which check has seen`);
  return spec.kind === "threads"
    ? threadsMachine(spec.workers, totalmem() * USABLE_MEMORY)
    : presetNamed(spec.name);
}

/** The tree of a network, found once and kept until the network, its order or its slices are defined anew. */
export async function resultsOf(session: Session, name: string): Promise<Results> {
  const order = definitionOf(session, `order ${name}`, "order");
  const slices = definitionOf(session, `slice ${name}`, "slice");
  const basis = [definitionOf(session, name, "network"), order, slices];
  const known = session.results.get(name);
  if (known !== undefined && known.basis.every((part, position) => part === basis[position])) return known;
  const { network } = networkNamed(session, name);
  const tree = await orderOf(session, name, order?.spec);
  const results = {
    basis,
    tree: slices === undefined ? tree : sliceTree(session, network, tree, slices.spec),
  };
  session.results.set(name, results);
  return results;
}

async function orderOf(
  session: Session,
  name: string,
  spec: OrderSpec | undefined,
): Promise<ContractionTree> {
  const { network } = networkNamed(session, name);
  const { signal } = session.host;
  if (spec === undefined) return (await searchOrder(network, { ...DEFAULT_SEARCH, signal })).tree;
  if (spec.kind !== "search" && spec.kind !== "partial")
    return plan(network, spec, { expired: () => signal.aborted, trials: 1 }, mulberry32(1));
  const { objective, seconds, seed } = spec;
  const options = { objective, seconds, seed, workers: availableParallelism(), signal };
  if (spec.kind === "search") return (await searchOrder(network, options)).tree;
  const contracted = groupsContracted(network, spec.pairs);
  return composed(network, contracted, (await searchOrder(contracted.reduced, options)).tree.pairs);
}

function sliceTree(
  session: Session,
  network: ValuedNetwork["network"],
  tree: ContractionTree,
  spec: SliceSpec,
): ContractionTree {
  switch (spec.kind) {
    case "over":
      return { ...tree, sliced: spec.labels };
    case "bytes":
      return slicedToFit(network, tree, spec.bytes);
    case "fit":
      return slicedToFit(network, tree, machineFor(session, spec.machine).device.memoryBytes);
    default:
      return spec satisfies never;
  }
}

/** Runs a network on all devices of a machine, for real where an engine can, else dry; keeps the report. */
export async function runOn(
  session: Session,
  name: string,
  on: string | MachineSpec,
  dry: boolean,
): Promise<RunReport> {
  const { network, entries } = networkNamed(session, name);
  const results = await resultsOf(session, name);
  const machine = machineFor(session, on);
  if (!dry && machine.engine === "dry")
    throw new UserError(
      `${machine.name} is a model: run ${name} on it dry (run ${name} on ... dry), or run it on threads(n)`,
    );
  const schedule = distribute(network, results.tree, machine, deviceCount(machine));
  const engine = dry ? dryEngine : threadsEngine;
  const report = await engine.run(schedule, entries, { signal: session.host.signal });
  session.results.set(name, { ...results, schedule, report });
  return report;
}

/** The last run's report; before any run, what the model says for this computer. */
export async function reportOf(session: Session, name: string): Promise<RunReport> {
  const known = (await resultsOf(session, name)).report;
  return known ?? runOn(session, name, { kind: "threads", workers: availableParallelism() }, true);
}
