/**
 * Slices and order together: a tree is annealed with results beyond the limit made dearer, indices are sliced until it fits, and
 * slices are exchanged while that saves; then some are given back and all begins anew, since what was cheap whole need
 * not be cheap in slices.
 */
import type { Random } from "../base/random.ts";
import { anneal, settled } from "./anneal.ts";
import { plainNodes } from "./cost.ts";
import { at } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { candidate, fits, slicedGraph, type Problem, type SlicedPairs } from "./problem.ts";
import { indexToSlice, slicedCost, type SlicedCost } from "./slice.ts";

export interface FitEffort {
  /** Passes of annealing in all; a part of them after each few slices. */
  readonly sweeps: number;
  readonly expired: () => boolean;
}

/** Bits beyond the limit for each of which one more index is sliced before the next annealing. */
const BITS_A_BATCH = 5;
/** Share of the passes that anneal after each batch of slices. */
const BATCH_SHARE = 0.25;

/**
 * The tree with more indices sliced until it fits, annealed after each few; what annealing made needless is given back, and
 * slices are exchanged for better ones. Does not fit yet where time ended first.
 */
export function slicedDown(
  problem: Problem,
  start: SlicedPairs,
  effort: FitEffort,
  random: Random,
): SlicedPairs {
  const hottest = 0.2 * 10 ** random();
  const sweeps = Math.ceil(BATCH_SHARE * effort.sweeps);
  let found: SlicedPairs = start;
  while (!effort.expired()) {
    const sliced = moreSliced(problem, found, random);
    if (sliced.length === found.sliced.length) break;
    const pairs = annealed(problem, { pairs: found.pairs, sliced }, { ...effort, sweeps, hottest }, random);
    found = { pairs, sliced };
  }
  return lastTouch(problem, betterSliced(problem, found), effort, random);
}

/** Some slices given back at random, the tree annealed without them, and sliced anew. */
export function slicedAnew(
  problem: Problem,
  from: SlicedPairs,
  effort: FitEffort,
  random: Random,
): SlicedPairs {
  const share = 0.4 + 0.6 * random();
  const sliced = from.sliced.filter(() => random() < share);
  const heat = { ...effort, hottest: 0.05 * 30 ** random() };
  const pairs = annealed(problem, { pairs: from.pairs, sliced }, heat, random);
  return slicedDown(problem, { pairs, sliced }, effort, random);
}

/** What a tree costs with some indices sliced; its nodes are listed once. */
function costOver({ graph }: Problem, pairs: Pairs): (sliced: readonly number[]) => SlicedCost {
  const nodes = plainNodes(graph, pairs).slice(graph.tensors.length);
  return (sliced) => slicedCost(slicedGraph(graph, sliced), nodes, bitsOf(graph.weights, sliced));
}

function bitsOf(weights: Float64Array, sliced: readonly number[]): number {
  return sliced.reduce((sum, index) => sum + at(weights, index), 0);
}

/** A few more slices, one for each BITS_A_BATCH of excess; none where the tree fits. */
function moreSliced(problem: Problem, { pairs, sliced }: SlicedPairs, random: Random): readonly number[] {
  const { graph, maxLog2Size } = problem;
  const nodes = plainNodes(graph, pairs).slice(graph.tensors.length);
  const more = [...sliced];
  for (let wanted = 1; wanted > 0; wanted -= 1) {
    const part = slicedGraph(graph, more);
    const { log2Size } = slicedCost(part, nodes, 0);
    if (fits(problem, { log2Size })) break;
    if (more.length === sliced.length) wanted = Math.ceil((log2Size - maxLog2Size) / BITS_A_BATCH);
    more.push(indexToSlice(part, nodes, random));
  }
  return more;
}

/**
 * Gives back each slice that the limit does not need, and exchanges each other for the one or two that cost least in its place,
 * where that saves multiply-adds.
 */
function betterSliced(problem: Problem, { pairs, sliced }: SlicedPairs): SlicedPairs {
  const { graph } = problem;
  const nodes = plainNodes(graph, pairs).slice(graph.tensors.length);
  const costOf = costOver(problem, pairs);
  let best = { sliced, cost: costOf(sliced) };
  if (!fits(problem, best.cost)) return { pairs, sliced };
  for (const index of sliced) {
    const fewer = best.sliced.filter((other) => other !== index);
    for (let more = 0; more <= 2; more += 1) {
      const cost = costOf(fewer);
      if (fits(problem, cost)) {
        if (cost.log2Flops < best.cost.log2Flops - 1e-9 || more === 0) best = { sliced: fewer, cost };
        break;
      }
      fewer.push(indexToSlice(slicedGraph(graph, fewer), nodes));
    }
  }
  return { pairs, sliced: best.sliced };
}

/** Small subtrees made optimal with the slices as they are, as long as the tree still fits and gains. */
function lastTouch(problem: Problem, found: SlicedPairs, effort: FitEffort, random: Random): SlicedPairs {
  const { graph, objective, maxLog2Size } = problem;
  const before = candidate(problem, found);
  if (!fits(problem, before) || graph.tensors.length < 3) return found;
  const part = slicedGraph(graph, found.sliced);
  const heat = { objective, maxLog2Size, hottest: 1, coldest: 1, ...effort, sweeps: 300 };
  const { pairs } = settled(part, { pairs: found.pairs, score: Infinity }, heat, random);
  const after = candidate(problem, betterSliced(problem, { pairs, sliced: found.sliced }));
  return fits(problem, after) && after.score < before.score ? after : found;
}

interface Heat extends FitEffort {
  readonly hottest: number;
}

function annealed(
  { graph, objective, maxLog2Size }: Problem,
  { pairs, sliced }: SlicedPairs,
  heat: Heat,
  random: Random,
): Pairs {
  const settings = { objective, coldest: 0.02, maxLog2Size, settle: false, ...heat };
  return anneal(slicedGraph(graph, sliced), { pairs }, settings, random).pairs;
}
