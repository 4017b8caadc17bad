/** The planners that try what they know and keep the best: slicing alone, and greedy placement. */
import { elementBytes } from "../network/network.ts";
import { cost, plainNodes, type PlainNode } from "../plan/cost.ts";
import { at, hypergraph, withSliced, type Hypergraph } from "../plan/hypergraph.ts";
import { indexToSlice } from "../plan/slice.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { rankCount, type Schedule } from "../schedule/schedule.ts";
import { scheduleOf, sliceCount } from "./assemble.ts";
import { secondsOfPlacements } from "./estimate.ts";
import { elementCount, modeTree } from "./modes.ts";
import { placeGreedy, type NodePlacements } from "./place.ts";
import { CLOSE, type Planner, type Problem } from "./problem.ts";
import type { Method } from "./wanted.ts";

/** Every device takes slices of its own; where these are fewer than the devices, or not shared equally, more are tried too. */
export const planSlicing: Planner = (problem) => {
  const all = problem.model.mesh.map((_, digit) => digit);
  const bytes: number[] = [];
  let best: Schedule | undefined;
  for (const tree of [problem.tree, ...finerTrees(problem)]) {
    const finer = { ...problem, tree, modes: modeTree(problem.network, tree, problem.model.mesh) };
    const placements = placeGreedy(finer.modes, problem.model.mesh, []);
    best = better(finer, lowered(finer, { sliceDigits: all, placements, method: "slicing" }, bytes), best);
  }
  return { schedule: best, leastBytes: Math.min(...bytes) };
};

/** Rounds of slices up to which more are tried: then the last one, in which devices idle, is at most an eighth of all. */
const MOST_ROUNDS = 8;

/** The tree with more slices, where devices would idle: the count that shares the multiply-adds best. */
function finerTrees({ network, tree, model }: Problem): ContractionTree[] {
  const devices = rankCount(model.mesh);
  const whole = hypergraph(network);
  const nodes = plainNodes(whole, tree.pairs).slice(tree.leaves);
  const perDevice = (one: ContractionTree): number => {
    const slices = sliceCount(network, one);
    return cost(network, one).log10Flops + Math.log10(Math.ceil(slices / devices) / slices);
  };
  const idles = (one: ContractionTree): boolean => {
    const slices = sliceCount(network, one);
    return slices < MOST_ROUNDS * devices && slices % devices !== 0;
  };
  let best = tree;
  let finer = tree;
  while (idles(finer) && canSlice(whole, finer, nodes)) {
    const label = at(whole.labels, indexToSlice(withSliced(whole, finer.sliced), nodes));
    finer = { ...finer, sliced: [...finer.sliced, label] };
    if (perDevice(finer) < perDevice(best)) best = finer;
  }
  return best === tree ? [] : [best];
}

/** Whether any result has an index of more than one value left. */
function canSlice(whole: Hypergraph, { sliced }: ContractionTree, nodes: readonly PlainNode[]): boolean {
  const graph = withSliced(whole, sliced);
  return nodes.some(({ indices }) => indices.some((index) => at(graph.weights, index) > 0));
}

/** Fu et al., for every choice of groups, the most promising first, until others are no longer close. */
export const planGreedy: Planner = (problem, bound) => {
  const { mesh } = problem.model;
  const bytes: number[] = [];
  const drafts = problem.choices.map((sliceDigits) => {
    const usable = mesh.map((_, digit) => !sliceDigits.includes(digit));
    const placements = placeGreedy(problem.modes, mesh, usable);
    return { sliceDigits, placements, seconds: secondsOfPlacements(problem, placements, sliceDigits) };
  });
  let best: Schedule | undefined;
  let first = Infinity;
  for (const { sliceDigits, placements, seconds } of drafts.sort((a, b) => a.seconds - b.seconds)) {
    if (seconds > CLOSE * first || seconds >= bound) break;
    const alone = sliceDigits.length === mesh.length && mesh.length > 0;
    const draft = { sliceDigits, placements, method: alone ? "slicing" : "greedy" } as const;
    best = better(problem, lowered(problem, draft, bytes), best);
    if (best !== undefined) first = Math.min(first, seconds);
  }
  return { schedule: best, leastBytes: Math.min(...bytes) };
};

interface Draft {
  readonly sliceDigits: readonly number[];
  readonly placements: NodePlacements;
  readonly method: Method;
}

/** The schedule, unless a single shard is too large already; what it needs is added to `bytes`. */
function lowered(problem: Problem, draft: Draft, bytes: number[]): Schedule | undefined {
  const { sliceDigits, placements, method } = draft;
  const shard = largestShardBytes(problem, placements);
  const fits = shard <= problem.model.machine.device.memoryBytes;
  const schedule = fits ? scheduleOf({ ...problem, sliceDigits }, placements, method) : undefined;
  bytes.push(schedule?.peakBytes ?? shard);
  return schedule;
}

function largestShardBytes({ modes, model }: Problem, { made, used }: NodePlacements): number {
  const shard = (node: number, split: NodePlacements["made"][number] | undefined): number =>
    elementCount(
      modes.modes,
      (modes.nodes[node] ?? []).filter((mode) => split?.includes(mode) !== true),
    );
  const most = modes.nodes.reduce(
    (largest, _, node) => Math.max(largest, shard(node, made[node]), shard(node, used[node])),
    0,
  );
  return most * elementBytes(model.dtype);
}

/** Of two schedules the faster one that fits. */
function better(
  { model }: Problem,
  schedule: Schedule | undefined,
  best: Schedule | undefined,
): Schedule | undefined {
  if (schedule === undefined || schedule.peakBytes > model.machine.device.memoryBytes) return best;
  return schedule.modelledSeconds < (best?.modelledSeconds ?? Infinity) ? schedule : best;
}
