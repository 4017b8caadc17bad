/** One unit of work of a search: a pure function of plain data, so that any thread may do it and the result is the same. */
import { mulberry32 } from "../base/random.ts";
import { anneal, scored } from "./anneal.ts";
import { slicedAnew, slicedDown } from "./fit.ts";
import { greedy, plainGreedy } from "./greedy.ts";
import { at } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { candidate, type Candidate, type Problem, type SlicedPairs } from "./problem.ts";
import { startNames, starts } from "./starts.ts";
import type { Objective } from "./tree.ts";

/** `start` is a place in `starts`. */
export type Work =
  | { readonly kind: "greedy" }
  /** A tree known before the search. */
  | { readonly kind: "given"; readonly from: SlicedPairs }
  /** A new tree, annealed. */
  | { readonly kind: "start"; readonly start: number; readonly hottest: number }
  /** A known tree, annealed further. */
  | { readonly kind: "anneal"; readonly from: Pairs; readonly hottest: number }
  /** A new tree with small results, then sliced. */
  | { readonly kind: "narrow"; readonly start: number }
  | { readonly kind: "slice"; readonly from: Pairs }
  /** A tree with slices, some of which are chosen anew. */
  | { readonly kind: "reslice"; readonly from: SlicedPairs };

export interface Unit {
  /** Units are numbered from 0 in the order in which they were made. */
  readonly number: number;
  readonly seed: number;
  /** Passes of annealing over the tree; in slicing, after each slice. */
  readonly sweeps: number;
  readonly work: Work;
}

const COLDEST = 0.03;

/** Of the same problem and unit always the same, unless time ends. */
export function perform(problem: Problem, unit: Unit, expired: () => boolean): Candidate {
  return candidate(problem, made(problem, unit, expired));
}

function made(problem: Problem, { seed, sweeps, work }: Unit, expired: () => boolean): SlicedPairs {
  const { graph, objective } = problem;
  const random = mulberry32(seed);
  const effort = { sweeps, expired };
  const annealed = (pairs: Pairs, aim: Objective, hottest: number): SlicedPairs => {
    const start = scored(graph, pairs, aim);
    const coldest = Math.min(COLDEST, hottest);
    const heat = { objective: aim, judge: judgeOf(aim, seed), sweeps, hottest, coldest, expired };
    return { pairs: anneal(graph, start, heat, random).pairs, sliced: [] };
  };
  const begun = (start: number): Pairs => at(starts, start)(graph, random, expired);
  switch (work.kind) {
    case "greedy":
      return { pairs: greedy(graph, plainGreedy, random), sliced: [] };
    case "given":
      return work.from;
    case "start":
      return annealed(begun(work.start), objective, work.hottest);
    case "anneal":
      return annealed(work.from, objective, work.hottest);
    case "narrow":
      return slicedDown(problem, annealed(begun(work.start), "size", 1), effort, random);
    case "slice":
      return slicedDown(problem, { pairs: work.from, sliced: [] }, effort, random);
    case "reslice":
      return slicedAnew(problem, work.from, effort, random);
    default:
      return work satisfies never;
  }
}

/** The largest intermediate and the peak are no sums over pairs: of the sums that stand for them, none leads everywhere. */
function judgeOf(objective: Objective, seed: number): Objective {
  return (objective === "size" || objective === "peak") && seed % 2 === 1 ? "flops" : objective;
}

/** In words, for a line of progress. */
export function describeWork(work: Work): string {
  switch (work.kind) {
    case "greedy":
      return "greedy";
    case "given":
      return "the order given";
    case "start":
      return `${startNames[work.start] ?? "start"}, annealed`;
    case "anneal":
      return "annealing";
    case "narrow":
      return `${startNames[work.start] ?? "start"} for small results, sliced`;
    case "slice":
    case "reslice":
      return "slices and annealing";
    default:
      return work satisfies never;
  }
}
