/** Trees to start from: greedy, elimination, dissection and sweeps, each with settings drawn at random. */
import type { Random } from "../base/random.ts";
import { dissect } from "./dissect.ts";
import { eliminate } from "./eliminate.ts";
import { greedy } from "./greedy.ts";
import type { Hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";
import { sweep } from "./sweep.ts";

/** Makes a tree of the graph; another one at each call. Once time has expired the rest of the tree is made anyhow. */
export type Start = (graph: Hypergraph, random: Random, expired: () => boolean) => Pairs;

/**
 * Each is the best on some kind of network: circuits, counting problems, lattices and codes, narrow lattices, lattices given row
 * by row.
 */
export const starts: readonly Start[] = [
  randomGreedy,
  randomElimination,
  randomDissection,
  randomSweep,
  sweepInOrder,
];

/** Of each of `starts`, for a line of progress. */
export const startNames: readonly string[] = [
  "greedy",
  "elimination",
  "dissection",
  "sweep",
  "sweep in order",
];

function randomGreedy(graph: Hypergraph, random: Random, expired: () => boolean): Pairs {
  const formula = random() < 0.75 ? "difference" : "ratio";
  // A heavy weight without noise pays on deep circuits of hyperedges; with noise it makes huge results, and takes long.
  const heavy = random() < 0.25;
  const weight = heavy ? 3 : 0.1 * 30 ** random();
  const temperature = heavy ? 0 : 0.001 * 300 ** random();
  return greedy(graph, { formula, weight, temperature }, random, expired);
}

function randomElimination(graph: Hypergraph, random: Random, expired: () => boolean): Pairs {
  const rule = (["fill", "fill", "size", "growth"] as const)[Math.floor(4 * random())] ?? "fill";
  return eliminate(graph, { rule, temperature: 0.001 * 1000 ** random() }, random, expired);
}

function randomDissection(graph: Hypergraph, random: Random, expired: () => boolean): Pairs {
  const imbalance = 0.05 * 12 ** random();
  const outside = random() < 0.5 ? 0 : random();
  return dissect(graph, { imbalance, outside, smallest: 8 }, random, expired);
}

function randomSweep(graph: Hypergraph, random: Random): Pairs {
  const from = random() < 0.35 ? "order" : "end";
  const smoothing = random() < 0.35 ? 0 : Math.floor(10 * 30 ** random());
  return sweep(graph, { from, smoothing }, random);
}

function sweepInOrder(graph: Hypergraph, random: Random): Pairs {
  return sweep(graph, { from: "order", smoothing: 0 }, random);
}
