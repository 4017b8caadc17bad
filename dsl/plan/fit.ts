/**
 * Slices and order together: while a limit on the size of intermediates is not met an index is sliced, and after each the
 * tree is annealed anew, since what was cheap whole need not be cheap in slices.
 */
import type { Random } from "../base/random.ts";
import { anneal, scored } from "./anneal.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { at, type Hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { indexToSlice } from "./slice.ts";
import type { Objective } from "./tree.ts";

export interface FitSettings {
  readonly objective: Objective;
  readonly maxLog2Size: number;
  /** Asked between passes; the first tree is sliced to the end all the same. */
  readonly expired: (share?: number) => boolean;
  /** Upper limit of passes, for reproducible runs. */
  readonly rounds: number;
}

/** A tree with its slices. */
export interface Fitted {
  readonly pairs: Pairs;
  /** Indices of the graph. */
  readonly sliced: readonly number[];
  /** What the search minimises, over all slices; lower is better. */
  readonly score: number;
}

/** Passes of annealing after each slice, and after some slices were given back. */
const SWEEPS_A_SLICE = 100;
const SWEEPS_A_ROUND = 150;
/** Trees that are bettered side by side, and the shares of the time for slicing the first ones and for all chains. */
const CHAINS = 3;
const STARTS_SHARE = 0.55;
const CHAINS_SHARE = 0.85;

/**
 * A tree of which no intermediate is larger than the limit. Each of `trees` is sliced; the best become chains, in which again
 * and again some slices are given back and the tree is annealed and sliced anew. At the end the best chain goes on alone.
 */
export function fitted(
  graph: Hypergraph,
  trees: readonly Pairs[],
  settings: FitSettings,
  random: Random,
): Fitted {
  const chains: Fitted[] = [];
  let round = 0;
  const goesOn = (share: number): boolean =>
    chains.length === 0 || (round < settings.rounds && !settings.expired(share));
  for (const pairs of trees) {
    if (!goesOn(STARTS_SHARE)) break;
    chains.push(sliceDown(graph, { pairs, sliced: [] }, settings, random));
    round += 1;
  }
  chains.sort((a, b) => a.score - b.score).splice(CHAINS);
  for (; goesOn(1); round += 1) {
    if (settings.expired(CHAINS_SHARE)) chains.sort((a, b) => a.score - b.score).splice(1);
    const place = round % chains.length;
    const chain = at(chains, place);
    const found = sliceDown(graph, loosened(graph, chain, settings, random), settings, random);
    if (found.score <= chain.score) chains[place] = found;
  }
  return chains.reduce((best, chain) => (chain.score < best.score ? chain : best));
}

type Sliced = Omit<Fitted, "score">;

/** Some slices given back at random, and the tree annealed without them. */
function loosened(graph: Hypergraph, best: Sliced, settings: FitSettings, random: Random): Sliced {
  const share = 0.5 + 0.5 * random();
  const sliced = best.sliced.filter(() => random() < share);
  const heat = { sweeps: SWEEPS_A_ROUND, hottest: 0.05 * 30 ** random() };
  return { pairs: annealed(graph, { pairs: best.pairs, sliced }, heat, settings, random), sliced };
}

function sliceDown(graph: Hypergraph, start: Sliced, settings: FitSettings, random: Random): Fitted {
  const sliced = [...start.sliced];
  const heat = { sweeps: SWEEPS_A_SLICE, hottest: 0.2 * 10 ** random() };
  let { pairs } = start;
  for (;;) {
    const part = slicedGraph(graph, sliced);
    const nodes = plainNodes(part, pairs);
    if (plainCost(part, nodes).log2Size <= settings.maxLog2Size + 1e-9) break;
    sliced.push(indexToSlice(part, nodes.slice(graph.tensors.length), random));
    pairs = annealed(graph, { pairs, sliced }, heat, settings, random);
  }
  const needed = withoutNeedless(graph, pairs, sliced, settings.maxLog2Size);
  return { pairs, sliced: needed, score: scoreOf(graph, pairs, needed, settings.objective) };
}

/** Gives back each slice that the limit does not need: annealing may have made it so. */
function withoutNeedless(
  graph: Hypergraph,
  pairs: Pairs,
  sliced: readonly number[],
  maxLog2Size: number,
): readonly number[] {
  let kept = sliced;
  for (const index of sliced) {
    const fewer = kept.filter((other) => other !== index);
    const part = slicedGraph(graph, fewer);
    if (plainCost(part, plainNodes(part, pairs)).log2Size <= maxLog2Size + 1e-9) kept = fewer;
  }
  return kept;
}

function scoreOf(graph: Hypergraph, pairs: Pairs, sliced: readonly number[], objective: Objective): number {
  const log2Slices = sliced.reduce((sum, index) => sum + at(graph.weights, index), 0);
  return scored(slicedGraph(graph, sliced), pairs, objective).score + log2Slices;
}

interface Heat {
  readonly sweeps: number;
  readonly hottest: number;
}

function annealed(
  graph: Hypergraph,
  { pairs, sliced }: Sliced,
  { sweeps, hottest }: Heat,
  { objective, expired, maxLog2Size }: FitSettings,
  random: Random,
): Pairs {
  const part = slicedGraph(graph, sliced);
  const start = scored(part, pairs, objective, maxLog2Size);
  return anneal(part, start, { objective, sweeps, hottest, coldest: 0.02, expired, maxLog2Size }, random)
    .pairs;
}

function slicedGraph(graph: Hypergraph, sliced: readonly number[]): Hypergraph {
  const weights = graph.weights.slice();
  for (const index of sliced) weights[index] = 0;
  return { ...graph, weights };
}
