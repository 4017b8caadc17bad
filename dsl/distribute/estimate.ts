/**
 * Modelled seconds of placements without lowering them: contractions, loads, moves and sums of slices, no permutations; and what no lowering
 * of them beats.
 */
import { onceFor } from "../base/memo.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { sliceCount } from "./assemble.ts";
import { collectiveStep } from "./collective.ts";
import { addingStep, denseSeconds, localSeconds, type CostModel } from "./model.ts";
import { elementCount, modesOf, type ModeTree } from "./modes.ts";
import { movesOf } from "./moves.ts";
import { isWhole, withoutSplit, type NodePlacements, type Split } from "./place.ts";
import { IN_FIRST, IN_RESULT, IN_SECOND } from "./price.ts";
import type { Problem } from "./problem.ts";
import { sizesOf } from "./sizes.ts";
import { roundsOf } from "./time.ts";

/** What a sliced tree is placed with, on which ranks. */
type Placing = Pick<Problem, "network" | "tree" | "modes" | "model">;

/** Modelled seconds of placements, on a rank. */
export interface Estimate {
  /** Of contractions, loads, and slices that are added up. */
  readonly local: number;
  /** Of moves. */
  readonly moving: number;
  /** Of permutations before moves, since modes that come have to lead; they mostly are needed. */
  readonly packing: number;
}

/** What a schedule of the estimated placements takes, about: it permutes more, and some moves need no packing. */
export function secondsOf({ local, moving, packing }: Estimate): number {
  return local + moving + packing;
}

export function estimateOf(
  placing: Placing,
  placements: NodePlacements,
  sliceDigits: readonly number[],
): Estimate {
  const times = timesOf(placing, sliceDigits);
  const local =
    contracting(placing, placements, times) +
    loading(placing, placements, times) +
    adding(placing, placements, sliceDigits);
  return { local, ...moving(placing, placements, times) };
}

/**
 * Modelled seconds that no schedule of the estimated placements beats: contractions of dense matrices, loads, sums of slices, and moves, as
 * far as the machine hides none behind contractions. Nothing where products were measured, since those of other forms may be faster than
 * the mean.
 */
export function leastSecondsOf({ machine, dtype }: CostModel, { local, moving }: Estimate): number {
  const { device, overlaps } = machine;
  if (device.products?.[dtype] !== undefined) return 0;
  return overlaps === true ? local : local + moving;
}

/** How often a rank runs what makes a node. */
type Times = (node: number) => number;

function timesOf({ network, tree, modes, model }: Placing, sliceDigits: readonly number[]): Times {
  const rounds = roundsOf(sliceCount(network, tree), model.mesh, sliceDigits);
  return (node) => (modes.sliceDependent[node] === true ? rounds : 1);
}

/** Of the pairs of a tree, by position: seconds of the product of whole operands. */
const wholeSeconds = onceFor((tree: ModeTree) =>
  onceFor((model: CostModel) => {
    const nothing = { made: tree.nodes.map(() => []), used: [] };
    const roles = new Uint8Array(tree.modes.length);
    return Float64Array.from(tree.pairs, (_, position) => pairSeconds(tree, model, nothing, position, roles));
  }),
);

function contracting({ modes, model }: Placing, placements: NodePlacements, times: Times): number {
  const { made, used } = placements;
  const roles = new Uint8Array(modes.modes.length);
  const whole = wholeSeconds(modes)(model);
  const isSplit = (node: number): boolean => !isWhole(used[node] ?? made[node] ?? []);
  let seconds = 0;
  modes.pairs.forEach(([a, b], position) => {
    const own =
      isSplit(a) || isSplit(b) ? pairSeconds(modes, model, placements, position, roles) : whole[position];
    seconds += times(modes.leaves + position) * (own ?? 0);
  });
  return seconds;
}

/** `roles`: by mode, which operands have it on a rank, and whether the result keeps it; none before and after. */
function pairSeconds(
  { nodes, pairs, leaves, modes }: ModeTree,
  model: CostModel,
  { made, used }: NodePlacements,
  position: number,
  roles: Uint8Array,
): number {
  const [a, b] = pairs[position] as readonly [number, number];
  const out = leaves + position;
  const extents = { batch: 1, m: 1, n: 1, k: 1 };
  for (const mode of nodes[out] ?? []) roles[mode] = IN_RESULT;
  mark(roles, nodes[a], used[a] ?? made[a], IN_FIRST);
  mark(roles, nodes[b], used[b] ?? made[b], IN_SECOND);
  for (const mode of nodes[a] ?? []) {
    const role = roles[mode] as number;
    if ((role & IN_FIRST) === 0) continue;
    const { extent } = modesOf(modes, mode);
    if ((role & IN_SECOND) === 0) extents.m *= extent;
    else if ((role & IN_RESULT) !== 0) extents.batch *= extent;
    else extents.k *= extent;
  }
  for (const mode of nodes[b] ?? [])
    if (((roles[mode] as number) & (IN_FIRST | IN_SECOND)) === IN_SECOND)
      extents.n *= modesOf(modes, mode).extent;
  for (const node of [a, b, out]) for (const mode of nodes[node] ?? []) roles[mode] = 0;
  return denseSeconds(model, extents);
}

function mark(
  roles: Uint8Array,
  modes: readonly ModeId[] = [],
  split: Split | undefined,
  role: number,
): void {
  for (const mode of withoutSplit(modes, split)) roles[mode] = (roles[mode] as number) | role;
}

function moving(
  { modes, model }: Placing,
  placements: NodePlacements,
  times: Times,
): Pick<Estimate, "moving" | "packing"> {
  let [moving, packing] = [0, 0];
  const root = modes.nodes.length - 1;
  for (let node = modes.leaves; node < root; node += 1) {
    const moves = movesOf(placements, node);
    if (moves.length === 0) continue;
    let elements = elementsWithout(modes, node, placements.made[node]);
    for (const { kind, digits, comes, leaves } of moves) {
      moving += times(node) * collectiveStep(model, kind, digits, elements).seconds;
      if (comes.length > 0) packing += times(node) * localSeconds(model, 0, 2 * elements);
      elements *= elementCount(modes.modes, leaves) / elementCount(modes.modes, comes);
    }
  }
  return { moving, packing };
}

function loading({ modes, model }: Placing, { used, made }: NodePlacements, times: Times): number {
  let seconds = 0;
  for (let leaf = 0; leaf < modes.leaves; leaf += 1)
    seconds +=
      times(leaf) * localSeconds(model, 0, 2 * elementsWithout(modes, leaf, used[leaf] ?? made[leaf]));
  return seconds;
}

/** Of slices, one to another. */
function adding(
  { network, tree, modes, model }: Placing,
  { made }: NodePlacements,
  sliceDigits: readonly number[],
): number {
  if (tree.sliced.length === 0) return 0;
  const root = modes.nodes.length - 1;
  const rounds = roundsOf(sliceCount(network, tree), model.mesh, sliceDigits);
  return addingStep(model, elementsWithout(modes, root, made[root]), rounds).seconds;
}

function elementsWithout(modes: Problem["modes"], node: number, split: Split | undefined): number {
  if (split === undefined || isWhole(split)) return sizesOf(modes).elements[node] ?? 1;
  return elementCount(modes.modes, withoutSplit(modes.nodes[node] ?? [], split));
}
