/**
 * Order, slices and placement searched together, with modelled time on the machine as the objective. The search of orders sees
 * roofline time: multiply-adds, and elements moved at the weight that the machine gives them; the placement of whole trees then
 * says what the promising ones take on the ranks. Each size of group has trees of its own, as large as the memory of a group.
 */
import { UserError } from "../base/diagnostic.ts";
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { slicedAnew, slicedDown } from "../plan/fit.ts";
import { at, hypergraph, type Hypergraph } from "../plan/hypergraph.ts";
import type { Problem as Order, SlicedPairs } from "../plan/problem.ts";
import { search } from "../plan/search.ts";
import type { Budget, ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { assertSound } from "../schedule/verify.ts";
import { fastestOver } from "./choose.ts";
import { distribute } from "./distribute.ts";
import { log2RoomOf } from "./fit.ts";
import { leadingDigits, sliceDigitChoices } from "./groups.ts";
import type { Machine } from "./machine.ts";
import { meshOf } from "./mesh.ts";
import { movedWeight, type CostModel } from "./model.ts";
import { modeTree } from "./modes.ts";
import type { Problem } from "./problem.ts";
import { estimatedSeconds, planTree } from "./programmes.ts";
import type { Wanted } from "./wanted.ts";

/** A tree, its slices included, and the schedule that contracts it. */
export interface Joint {
  readonly tree: ContractionTree;
  readonly schedule: Schedule;
}

/** Shares of the time at which orders are first searched anew for the leading levels, and after which no order is searched anew. */
const FIRST_SHARE = 0.2;
const SEARCH_SHARE = 0.5;
/** Levels for which orders are searched anew. */
const LEADING = 2;
/** Trees that are kept for each level. */
const POOL_SIZE = 3;
/** How often the largest tensor of a level is halved before the level is given up. */
const MOST_HALVINGS = 4;
/** Passes of annealing after each slice: at first, and later, where they vary. */
const FIRST_SWEEPS = 20;
const SWEEPS = 40;

/**
 * The fastest schedule met until the budget ends, never slower than what `distribute` makes of `start`. Written distributions
 * belong to the pairs of `start`, which then is kept. Throws UserError where nothing fits, and where the machine has not the
 * devices or the wanted groups.
 */
// eslint-disable-next-line max-params -- a plan's usual arguments, and then those of any search
export function distributeJointly(
  network: Network,
  start: ContractionTree,
  machine: Machine,
  devices: number,
  budget: Budget,
  random: Random,
  wanted: Wanted = {},
): Joint {
  const place = (tree: ContractionTree): Schedule => distribute(network, tree, machine, devices, wanted);
  if (wanted.over !== undefined && wanted.over.length > 0) return { tree: start, schedule: place(start) };
  const mesh = meshOf(machine, devices);
  const model: CostModel = { machine, dtype: network.dtype, mesh };
  const hunt: Hunt = { network, graph: hypergraph(network), model, budget, random, best: undefined };
  const refused = attempt(hunt, start, place);
  // With its own slices alone, too: as fast as whatever chose them.
  attempt(
    hunt,
    start,
    (tree) => fastestOver({ network, model, wanted }, { coarse: [], fine: [tree] }).schedule,
  );
  const levels = levelsOf(hunt, wanted.groupSize);
  begin(hunt, levels, start);
  continued(hunt, levels);
  // The order found may suit other groups better.
  if (hunt.best !== undefined) attempt(hunt, hunt.best.tree, place);
  if (hunt.best === undefined) throw refused ?? new UserError(`${network.name} has no schedule`);
  return { tree: hunt.best.tree, schedule: assertSound(hunt.best.schedule) };
}

interface Hunt {
  readonly network: Network;
  readonly graph: Hypergraph;
  readonly model: CostModel;
  readonly budget: Budget;
  readonly random: Random;
  best: Joint | undefined;
}

/** Places a tree and keeps the schedule if it is the fastest; what refuses to fit is returned. */
function attempt(
  hunt: Hunt,
  tree: ContractionTree,
  place: (tree: ContractionTree) => Schedule | undefined,
): UserError | undefined {
  try {
    const schedule = place(tree);
    if (schedule !== undefined && schedule.modelledSeconds < secondsOf(hunt.best))
      hunt.best = { tree, schedule };
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function secondsOf(best: Joint | undefined): number {
  return best?.schedule.modelledSeconds ?? Infinity;
}

/** One size of group, with its trees, best estimate first. */
interface Level {
  readonly sliceDigits: readonly number[];
  maxLog2Size: number;
  readonly pool: { readonly tree: ContractionTree; readonly seconds: number }[];
  /** Time of the last schedule over its estimate, which knows no permutations. */
  factor: number;
}

/** Groups of all ranks, of a node, of one rank, and those between. */
function levelsOf({ network, model }: Hunt, groupSize: number | undefined): Level[] {
  const { mesh, machine } = model;
  const choices =
    groupSize === undefined ? leadingDigits(mesh) : sliceDigitChoices(mesh, Infinity, groupSize);
  const nodes = mesh.filter(({ tier }) => tier === "cluster").length;
  const marks = new Set([0, Math.floor(nodes / 4), Math.floor(nodes / 2), nodes, mesh.length]);
  return choices
    .filter((_, place) => groupSize !== undefined || marks.has(place))
    .map((sliceDigits) => {
      const ranks = rankCount(mesh) / rankCount(sliceDigits.flatMap((digit) => mesh[digit] ?? []));
      return { sliceDigits, maxLog2Size: log2RoomOf(network, machine, ranks), pool: [], factor: 1 };
    });
}

/** What the search of orders minimises for a level; a larger weight leads to trees that move less. */
function orderFor({ graph, model }: Hunt, { maxLog2Size }: Level, factor: number): Order {
  return { graph, objective: { weight: factor * movedWeight(model.machine, model.dtype) }, maxLog2Size };
}

/** The given order, sliced until it fits the groups of a level; less than half of the memory where that is too much. */
function sliceFor(hunt: Hunt, level: Level, start: ContractionTree): void {
  const { budget, random } = hunt;
  const effort = { sweeps: FIRST_SWEEPS, expired: () => budget.expired(SEARCH_SHARE) };
  for (let attempts = 0; attempts < MOST_HALVINGS && level.maxLog2Size >= 1; attempts += 1) {
    const bare = { pairs: start.pairs, sliced: [] };
    if (enter(hunt, level, treeOf(hunt, slicedDown(orderFor(hunt, level, 1), bare, effort, random)))) return;
    if (budget.expired(SEARCH_SHARE)) return;
    level.maxLog2Size -= 1;
  }
}

/** Each level gets the given order, as it is and sliced anew; then those that lead get orders searched from nothing. */
function begin(hunt: Hunt, levels: readonly Level[], start: ContractionTree): void {
  const { network, budget, random } = hunt;
  for (const level of levels) {
    enter(hunt, level, start);
    if (budget.expired(SEARCH_SHARE)) continue;
    sliceFor(hunt, level, start);
  }
  const leading = [...levels].sort((a, b) => expected(a) - expected(b)).slice(0, LEADING);
  leading.forEach((level, place) => {
    const [from, to] = [place, place + 1].map(
      (part) => FIRST_SHARE + ((SEARCH_SHARE - FIRST_SHARE) * part) / leading.length,
    ) as [number, number];
    if (budget.expired(from)) return;
    const part: Budget = {
      trials: budget.trials,
      expired: (share = 1) => budget.expired(from + (to - from) * share),
    };
    const found = search(network, orderFor(hunt, level, 1), part, random);
    if (!enter(hunt, level, found)) sliceFor(hunt, level, found);
  });
}

/** The trees of the levels, bettered in turn until the time ends: the level that leads, most often. */
function continued(hunt: Hunt, levels: readonly Level[]): void {
  const { budget, random } = hunt;
  const known = levels.filter(({ pool }) => pool.length > 0);
  for (let trial = 0; known.length > 0 && trial < budget.trials && !budget.expired(); trial += 1) {
    known.sort((a, b) => expected(a) - expected(b));
    const level = known[Math.floor(known.length * random() ** 3)] as Level;
    const from = level.pool[Math.floor(level.pool.length * random() ** 2)];
    if (from === undefined) continue;
    const order = orderFor(hunt, level, 2 ** (2 * random() - 0.5));
    const effort = { sweeps: Math.ceil(SWEEPS * 4 ** random()), expired: () => budget.expired() };
    enter(hunt, level, treeOf(hunt, slicedAnew(order, pairsOf(hunt, from.tree), effort, random)));
  }
}

/** What the best tree of a level should take once it is lowered. */
function expected({ pool, factor }: Level): number {
  return factor * (pool[0]?.seconds ?? Infinity);
}

function treeOf({ graph, network }: Hunt, { pairs, sliced }: SlicedPairs): ContractionTree {
  return {
    leaves: network.tensors.length,
    pairs,
    sliced: sliced.map((index) => at(graph.labels, index)),
  };
}

function pairsOf({ graph }: Hunt, { pairs, sliced }: ContractionTree): SlicedPairs {
  return { pairs, sliced: sliced.map((label) => graph.labels.indexOf(label)) };
}

/**
 * Puts a tree into the pool of its level if it is good enough, and places it in full if it may be the best of all. False where it is
 * known not to fit.
 */
function enter(hunt: Hunt, level: Level, tree: ContractionTree): boolean {
  const { network, model } = hunt;
  const { pool, sliceDigits } = level;
  const problem: Problem = {
    network,
    tree,
    modes: modeTree(network, tree, model.mesh),
    model,
    leastSeconds: 0,
    choices: [sliceDigits],
  };
  const seconds = estimatedSeconds(problem, sliceDigits);
  if (seconds === Infinity) return false;
  const place = pool.findIndex((other) => seconds < other.seconds);
  if (place < 0 && pool.length >= POOL_SIZE) return true;
  if (level.factor * seconds < secondsOf(hunt.best)) {
    let schedule: Schedule | undefined;
    attempt(hunt, tree, () => (schedule = placed(level, problem, seconds)));
    if (schedule === undefined) return false;
  }
  pool.splice(place < 0 ? pool.length : place, 0, { tree, seconds });
  pool.length = Math.min(pool.length, POOL_SIZE);
  return true;
}

function placed(level: Level, problem: Problem, estimate: number): Schedule | undefined {
  const schedule = planTree([problem], Infinity).best?.schedule;
  if (schedule !== undefined) level.factor = schedule.modelledSeconds / estimate;
  return schedule;
}
