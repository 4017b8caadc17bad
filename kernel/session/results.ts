/** What the names of a session mean, and the orders of its networks, found when first needed. */
import { availableParallelism, totalmem } from "node:os";
import {
  composed,
  groupsContracted,
  InvariantError,
  movedWeight,
  slicedToFit,
  threadsMachine,
  type ContractionTree,
  type Definition,
  type Machine,
  type MachineSpec,
  type Objective,
  type OrderSpec,
  type SearchDefaults,
  type SearchWishes,
  type SliceSpec,
  type ValuedNetwork,
} from "../../dsl/index.ts";
import { threadRates, USABLE_MEMORY } from "../engine/calibrate.ts";
import { torchMachine } from "../engine/torch.ts";
import { searchOrder, type SearchOptions } from "../search/search.ts";
import type { Host, Results, Searched } from "./evaluate.ts";
import { orderApart } from "./planning.ts";
import { searchWatched, startFrom } from "./searching.ts";

/** A program while it runs. */
export interface Session {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly results: Map<string, Results>;
  /** Of searches by time; absent where each stands alone. */
  readonly searched?: Map<string, Searched>;
  readonly host: Host;
}

/** Where the program gives no order: reproducible, and quick for the networks of a first cell. */
const DEFAULT_SEARCH = { objective: "flops", seconds: 60, seed: 1, workers: 1, trials: 32 } as const;

/** A time of its own is used up; a seed alone gives other, equally reproducible trials. */
function unasked({ seconds, seed = DEFAULT_SEARCH.seed }: SearchDefaults = {}): Omit<
  SearchOptions,
  "signal"
> {
  if (seconds === undefined) return { ...DEFAULT_SEARCH, seed };
  return { objective: DEFAULT_SEARCH.objective, seconds, seed, workers: availableParallelism() };
}

type SearchedOrder = Extract<OrderSpec, { kind: "search" }>;

type DefinitionOf<K extends Definition["kind"]> = Extract<Definition, { kind: K }>;

export function definitionOf<K extends Definition["kind"]>(
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
  if (spec.kind === "model") return spec.machine;
  const { workers } = spec;
  if (spec.kind === "threads")
    return threadsMachine(workers, totalmem() * USABLE_MEMORY, threadRates(workers, session.host.multiplier));
  return torchMachine(workers, spec.overlap ?? session.host.overlap);
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
    plans: new Map(),
    tree:
      slices === undefined
        ? slicedAsWritten(tree, order?.spec)
        : sliceTree(session, network, tree, slices.spec),
  };
  session.results.set(name, results);
  return results;
}

/** With the slices that the order's file brought along. */
function slicedAsWritten(tree: ContractionTree, spec: OrderSpec | undefined): ContractionTree {
  return spec?.kind === "tree" && spec.sliced !== undefined ? { ...tree, sliced: spec.sliced } : tree;
}

async function orderOf(
  session: Session,
  name: string,
  spec: OrderSpec | undefined,
): Promise<ContractionTree> {
  const { network } = networkNamed(session, name);
  const { signal, search } = session.host;
  if (spec === undefined) return (await searchOrder(network, { ...unasked(search), signal })).tree;
  if (spec.kind !== "search" && spec.kind !== "partial") return orderApart(network, spec, signal);
  const options = { ...searchOptionsFor(session, network, spec), signal };
  if (spec.kind === "search") return searchedByTime(session, name, spec, options);
  const contracted = groupsContracted(network, spec.pairs);
  return composed(network, contracted, (await searchOrder(contracted.reduced, options)).tree.pairs);
}

/** On all cores of this computer. */
export function searchOptionsFor(
  session: Session,
  network: ValuedNetwork["network"],
  { objective, seconds, seed }: SearchWishes,
): SearchOptions {
  const workers = availableParallelism();
  return { objective: objectiveFor(session, network, objective), seconds, seed, workers };
}

/** A seed asks for a search that nothing found before has a part in. */
async function searchedByTime(
  session: Session,
  name: string,
  { seeded }: SearchedOrder,
  options: SearchOptions,
): Promise<ContractionTree> {
  const { network } = networkNamed(session, name);
  const from = seeded === true ? undefined : startFrom(session.searched?.get(name), network);
  if (from !== undefined) session.host.show({ data: { "text/plain": from.line } });
  const start = from === undefined ? {} : { start: from.start };
  const { tree } = await searchWatched(session.host, network, { ...options, ...start });
  session.searched?.set(name, { network, tree });
  return tree;
}

/** The time on a machine is minimised through the weight that its memory gives to elements moved. */
function objectiveFor(
  session: Session,
  { dtype }: ValuedNetwork["network"],
  wanted: SearchedOrder["objective"],
): Objective {
  if (typeof wanted !== "object" || !("machine" in wanted)) return wanted;
  return { weight: movedWeight(machineFor(session, wanted.machine), dtype) };
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
