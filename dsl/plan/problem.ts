/** What a search of an order looks for, and what it finds, in terms of the hypergraph. */
import { scored } from "./anneal.ts";
import { plainCost, plainNodes } from "./cost.ts";
import { at, type Hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import type { Objective } from "./tree.ts";

/** The same for all parts of one search. Plain data. */
export interface Problem {
  readonly graph: Hypergraph;
  readonly objective: Objective;
  /** log2 of the elements that no result may exceed; Infinity for no limit. */
  readonly maxLog2Size: number;
}

/** A tree, and the indices of the graph that are sliced. */
export interface SlicedPairs {
  readonly pairs: Pairs;
  readonly sliced: readonly number[];
}

/** A tree found. Plain data. */
export interface Candidate extends SlicedPairs {
  /** What the search minimises, over all slices; lower is better. */
  readonly score: number;
  /** log2 of the elements of the largest result, within one slice. */
  readonly log2Size: number;
}

export function candidate({ graph, objective }: Problem, { pairs, sliced }: SlicedPairs): Candidate {
  const part = slicedGraph(graph, sliced);
  const log2Slices = sliced.reduce((sum, index) => sum + at(graph.weights, index), 0);
  const { log2Size } = plainCost(part, plainNodes(part, pairs));
  return { pairs, sliced, score: scored(part, pairs, objective).score + log2Slices, log2Size };
}

/** The same graph with these indices at extent one. */
export function slicedGraph(graph: Hypergraph, sliced: readonly number[]): Hypergraph {
  if (sliced.length === 0) return graph;
  const weights = graph.weights.slice();
  for (const index of sliced) weights[index] = 0;
  return { ...graph, weights };
}

/** Whether the largest result is within the limit. */
export function fits({ maxLog2Size }: Problem, { log2Size }: { readonly log2Size: number }): boolean {
  return log2Size <= maxLog2Size + 1e-9;
}
