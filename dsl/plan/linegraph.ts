/** A lower bound on the heaviest bag of any tree decomposition of a network's line graph. */
import { at, type Hypergraph } from "./hypergraph.ts";

/** Beyond so many edges, counted twice, the line graph is not made: the heaviest clique alone is the bound. */
const MOST_EDGES = 4_000_000;

interface LineGraph {
  readonly weights: Float64Array;
  readonly neighbours: (Set<number> | undefined)[];
  /** Weight of each vertex and its neighbours together. */
  readonly around: Float64Array;
}

/**
 * Minor-min-width (Gogate, Dechter, UAI 2004; Bodlaender, Koster, Inf. Comput. 209 (2011) 1103), with weights. Each graph has a
 * tree decomposition without a bag inside another; a leaf bag of it has a vertex that is in no other bag, and so all its
 * neighbours: the heaviest bag weighs no less than the lightest vertex with its neighbours. The same holds for each minor:
 * two neighbours become one of the lesser weight, which can stand in their bags. The bound is the most over a chain of minors, in
 * which the lightest vertex joins the neighbour with which it shares fewest others.
 */
export function leastBag(graph: Hypergraph): number {
  const cliques = cliquesOf(graph);
  const weigh = (clique: Int32Array): number => clique.reduce((sum, v) => sum + at(graph.weights, v), 0);
  const heaviest = cliques.reduce((most, clique) => Math.max(most, weigh(clique)), 0);
  const edges = cliques.reduce((sum, { length }) => sum + length * length, 0);
  if (edges > MOST_EDGES) return heaviest;
  const line = lineGraph(graph, cliques);
  const live = Array.from(line.weights.keys()).filter((v) => line.neighbours[v] !== undefined);
  let bound = heaviest;
  while (live.length > 0) {
    const place = lightest(line, live);
    const vertex = at(live, place);
    bound = Math.max(bound, at(line.around, vertex));
    live[place] = at(live, live.length - 1);
    live.pop();
    contract(line, vertex);
  }
  return bound;
}

/** Each tensor, and the output; indices of extent one left out. */
function cliquesOf({ tensors, weights, open }: Hypergraph): Int32Array[] {
  const output = Int32Array.from(open.keys()).filter((index) => at(open, index) === 1);
  return [...tensors, output].map((indices) => indices.filter((index) => at(weights, index) > 0));
}

function lineGraph(graph: Hypergraph, cliques: readonly Int32Array[]): LineGraph {
  const neighbours: (Set<number> | undefined)[] = Array.from(graph.weights, () => undefined);
  for (const clique of cliques)
    for (const v of clique) {
      const own = (neighbours[v] ??= new Set());
      for (const other of clique) if (other !== v) own.add(other);
    }
  const weights = graph.weights.slice();
  const around = weights.map((weight, v) => {
    let sum = weight;
    for (const other of neighbours[v] ?? []) sum += at(weights, other);
    return sum;
  });
  return { weights, neighbours, around };
}

function lightest({ around }: LineGraph, live: readonly number[]): number {
  let best = 0;
  for (let place = 1; place < live.length; place += 1)
    if (at(around, at(live, place)) < at(around, at(live, best))) best = place;
  return best;
}

/** Joins a vertex with a neighbour; one without neighbours is left out. */
function contract(line: LineGraph, vertex: number): void {
  const { weights, neighbours, around } = line;
  const own = neighbours[vertex] ?? new Set();
  neighbours[vertex] = undefined;
  const into = leastShared(line, own);
  for (const other of own) {
    neighbours[other]?.delete(vertex);
    around[other] = at(around, other) - at(weights, vertex);
  }
  if (into === undefined) return;
  reweigh(line, into, Math.min(at(weights, vertex), at(weights, into)));
  const joined = neighbours[into] ?? new Set();
  for (const other of own) {
    if (other === into || joined.has(other)) continue;
    joined.add(other);
    neighbours[other]?.add(into);
    around[into] = at(around, into) + at(weights, other);
    around[other] = at(around, other) + at(weights, into);
  }
}

function reweigh({ weights, neighbours, around }: LineGraph, vertex: number, weight: number): void {
  const change = weight - at(weights, vertex);
  if (change === 0) return;
  weights[vertex] = weight;
  around[vertex] = at(around, vertex) + change;
  for (const other of neighbours[vertex] ?? []) around[other] = at(around, other) + change;
}

function leastShared({ neighbours, around }: LineGraph, own: ReadonlySet<number>): number | undefined {
  let best: number | undefined;
  let fewest = Infinity;
  for (const other of own) {
    const theirs = neighbours[other];
    let shared = 0;
    for (const third of own) if (theirs?.has(third) === true) shared += 1;
    if (shared > fewest) continue;
    if (shared === fewest && best !== undefined && at(around, other) >= at(around, best)) continue;
    [best, fewest] = [other, shared];
  }
  return best;
}
