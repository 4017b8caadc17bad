/**
 * Every planner that a method stands for, on every slicing of a tree. In: trees of the same pairs, with more and more slices. Out: the
 * fastest schedule that fits. No planner sees what another found, so that a method that falls back on others never is slower.
 */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { elementBytes, type Label, type Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { sliceCount } from "./assemble.ts";
import { sliceDigitChoices } from "./groups.ts";
import type { CostModel } from "./model.ts";
import { modeTree, type ModeTree } from "./modes.ts";
import { planGreedy, planSlicing } from "./planners.ts";
import type { Placed, Planner, Problem } from "./problem.ts";
import { planPrefix, planTree } from "./programmes.ts";
import { leastLoadSeconds, leastSeconds, workOf } from "./sharing.ts";
import type { Method, Wanted, WrittenDistribution } from "./wanted.ts";
import { idleDistribution, withoutIdle } from "./written.ts";

/** What is to be contracted, on what, and how a person wants it. */
export interface Posed {
  readonly network: Network;
  readonly model: CostModel;
  readonly wanted: Wanted;
}

/** Trees of the same pairs, with more and more slices. */
export interface Slicings {
  /** Fewer slices than one device's memory needs: slicing alone is not possible. */
  readonly coarse: readonly ContractionTree[];
  /** As many as one device's memory needs, and more. */
  readonly fine: readonly ContractionTree[];
}

export interface Chosen {
  readonly tree: ContractionTree;
  readonly schedule: Schedule;
  /** The tree with the fewest slices of which a schedule fits. */
  readonly fewest: ContractionTree;
}

/**
 * The fastest schedule that fits, of those that the wanted method makes, or of all methods but `joint`. Throws UserError where none
 * fits the memory of a device, with what would, and where the machine has not the wanted groups.
 */
export function fastestOver(posed: Posed, { coarse, fine }: Slicings): Chosen {
  const { network, model, wanted } = posed;
  const trees = [...coarse, ...fine];
  const hunt: Hunt = { ...posed, problems: new Map(), least: new Map(), best: undefined, refused: [] };
  const [first] = trees;
  if (first !== undefined) {
    const work = workOf(network, first, model);
    for (const tree of trees) {
      const contracting = leastSeconds(work, tree);
      hunt.least.set(tree, { contracting, all: contracting + leastLoadSeconds(work, tree) });
    }
  }
  for (const planner of plannersFor(wanted, model)) {
    sweep(hunt, planner, planner === planSlicing ? fine : trees);
  }
  if (hunt.best !== undefined) return hunt.best;
  throw refusalOf(hunt, trees);
}

interface Hunt extends Posed {
  readonly problems: Map<ContractionTree, Problem | undefined>;
  /** Modelled seconds that no schedule of a tree beats: of its contractions, and with its loads. */
  readonly least: Map<ContractionTree, { readonly contracting: number; readonly all: number }>;
  readonly refused: { readonly error?: UserError; readonly problem?: Problem; readonly bytes: number }[];
  best: Chosen | undefined;
}

/** One planner: on each tree alone with fewer slices than any that fits so far, then on the others at once. */
function sweep(hunt: Hunt, planner: Planner, trees: readonly ContractionTree[]): void {
  let next = 0;
  for (; next < trees.length && fewer(hunt, trees[next] as ContractionTree); next += 1)
    attempt(hunt, planner, trees.slice(next, next + 1), Infinity);
  const limit = hunt.best?.schedule.modelledSeconds ?? Infinity;
  const able = trees.slice(next).filter((tree) => (hunt.least.get(tree)?.all ?? 0) < limit);
  if (able.length > 0) attempt(hunt, planner, able, limit);
}

/** Whether a schedule of the tree would be the one with the fewest slices. */
function fewer({ best, network }: Hunt, tree: ContractionTree): boolean {
  return best === undefined || sliceCount(network, tree) < sliceCount(network, best.fewest);
}

/** Notes the planner's schedule; or, where none fits or the trees have not what is wanted, why. */
function attempt(hunt: Hunt, planner: Planner, trees: readonly ContractionTree[], limit: number): void {
  try {
    const problems = trees.map((tree) => problemFor(hunt, tree));
    const { best, leastBytes } = planner(problems, limit);
    if (best !== undefined) note(hunt, best);
    else hunt.refused.push({ ...(problems[0] && { problem: problems[0] }), bytes: leastBytes });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    hunt.refused.push({ error, bytes: Infinity });
  }
}

function note(hunt: Hunt, { problem: { tree }, schedule }: Placed): void {
  const { best } = hunt;
  const fewest = best === undefined || fewer(hunt, tree) ? tree : best.fewest;
  const faster = best === undefined || schedule.modelledSeconds < best.schedule.modelledSeconds;
  hunt.best = faster ? { tree, schedule, fewest } : { ...best, fewest };
}

function problemFor(hunt: Hunt, tree: ContractionTree): Problem {
  const known = hunt.problems.get(tree);
  if (known !== undefined) return known;
  const { network, model, wanted } = hunt;
  const { over, groupSize } = wanted;
  const modes = modeTree(network, tree, model.mesh);
  const problem: Problem = {
    network,
    tree,
    modes,
    model,
    leastSeconds: hunt.least.get(tree)?.contracting ?? 0,
    choices: sliceDigitChoices(model.mesh, sliceCount(network, tree), groupSize),
    ...(over !== undefined && over.length > 0 && { over: checkedOver(network, modes, tree.sliced, over) }),
  };
  hunt.problems.set(tree, problem);
  return problem;
}

/** A method falls back on those that it improves on: it never is slower. */
function plannersFor({ method, groupSize, over }: Wanted, { mesh }: CostModel): readonly Planner[] {
  if (over !== undefined && over.length > 0) return [planTree];
  // One device has nothing to place.
  if (mesh.length === 0) return [planSlicing];
  if (groupSize !== undefined && groupSize > 1) return plannersOfGroups(method);
  switch (method) {
    case "slicing":
      return [planSlicing];
    case "greedy":
      return [planSlicing, planGreedy];
    case "prefix":
      return [planSlicing, planPrefix];
    case "tree":
    case "joint":
    case undefined:
      return [planSlicing, planTree, planPrefix, planGreedy];
    default:
      return method satisfies never;
  }
}

/** With groups of a given size, slicing alone is no way out: its groups are single devices. */
function plannersOfGroups(method: Method | undefined): readonly Planner[] {
  if (method === "slicing") return [planSlicing];
  if (method === "greedy") return [planGreedy];
  return method === "prefix" ? [planPrefix] : [planTree, planPrefix, planGreedy];
}

/** Without indices that are contracted before their step; throws UserError for one that the network lacks, that is sliced, or that no pair has. */
function checkedOver(
  network: Network,
  modes: ModeTree,
  sliced: readonly Label[],
  over: readonly WrittenDistribution[],
): readonly WrittenDistribution[] {
  for (const label of over.flatMap(({ labels }) => labels)) {
    if (network.extents[label] === undefined)
      throw new UserError(`cannot distribute ${network.name} over ${label}: the network has no such index`);
    if (sliced.includes(label))
      throw new UserError(`cannot distribute ${network.name} over ${label}: it is sliced already`);
  }
  const idle = idleDistribution(modes, over);
  if (idle !== undefined) throw new UserError(`cannot distribute ${network.name} ${idle}`);
  return withoutIdle(modes, over);
}

/** Why there is no schedule: what a person asked for, or what it would take, by the attempt that came nearest. */
function refusalOf({ refused, network, model, wanted }: Hunt, trees: readonly ContractionTree[]): UserError {
  const nearest = refused.reduce<Hunt["refused"][number] | undefined>(
    (best, one) => (best === undefined || one.bytes < best.bytes ? one : best),
    undefined,
  );
  if (nearest?.problem !== undefined && nearest.bytes < Infinity)
    return tooLarge(nearest.problem, nearest.bytes);
  const told = refused.find(({ error }) => error !== undefined)?.error;
  if (told !== undefined) return told;
  if (wanted.over !== undefined && wanted.over.length > 0) {
    const labels = wanted.over.flatMap((one) => one.labels).join(", ");
    return new UserError(
      `no placement over ${labels} lets ${network.name} fit ${model.machine.name}; ` +
        "slice it, or distribute it over other indices or over none in particular",
    );
  }
  const last = refused.at(-1)?.problem;
  if (last === undefined) return new UserError(`${network.name} has no schedule in ${trees.length} slicings`);
  return tooLarge(last, planGreedy([last], Infinity).leastBytes);
}

/** Largest tensors alive at the same time, about: what one device can hold is a guess until it is planned. */
const LIVE_TENSORS = 2.5;

function tooLarge({ network, model }: Problem, least: number): UserError {
  const { name, device } = model.machine;
  const devices = rankCount(model.mesh) * 2 ** Math.max(1, Math.ceil(Math.log2(least / device.memoryBytes)));
  const log2Elements = Math.log2(device.memoryBytes / elementBytes(network.dtype) / LIVE_TENSORS);
  return new UserError(
    `${network.name} needs ${formatBytes(least)} on each device, and ${name} has ` +
      `${formatBytes(device.memoryBytes)}; slice it (slice ${network.name} to fit ...: tensors of about ` +
      `2^${Math.max(0, Math.floor(log2Elements))} elements fit one device) or use more devices (about ${devices})`,
  );
}
