/** A contraction pair by pair: what is left of the network after each, or after every few where there are many. */
import { log2Add, treeNodes, type ContractionTree, type Network } from "../../dsl/core.ts";

/** The network after so many pairs. */
export interface Stage {
  /** Pairs done, in the order of the tree. */
  readonly done: number;
  /** Ids in the tree of what is left: tensors of the network, and results. */
  readonly live: readonly number[];
  /** Of the pairs until the next stage those that are both here. */
  readonly next: readonly (readonly [number, number])[];
  /** log2 of the multiply-adds so far, within one slice; -Infinity before the first pair. */
  readonly log2Work: number;
}

/** A tensor of a stage. */
export interface Part {
  /** Labels that others still need, without sliced ones. */
  readonly labels: readonly string[];
  readonly log2Size: number;
  readonly log2Flops: number;
  /** Tensors of the network that it is made of. */
  readonly tensors: number;
}

export interface Stages {
  /** At least one; the last has a single tensor. */
  readonly stages: readonly Stage[];
  /** By id in the tree. */
  readonly parts: readonly Part[];
}

/** Begins where at most `mostLive` tensors are left, and has at most `mostStages`. Throws UserError where the tree does not fit. */
export function stagesOf(
  network: Network,
  tree: ContractionTree,
  { mostLive, mostStages }: { readonly mostLive: number; readonly mostStages: number },
): Stages {
  const parts = partsOf(network, tree);
  const wanted = countsDone(tree.pairs.length, mostLive, mostStages);
  const live = new Set(Array.from({ length: tree.leaves }, (_, id) => id));
  const stages: Stage[] = [];
  let [done, log2Work] = [0, -Infinity];
  wanted.forEach((count, position) => {
    for (; done < count; done += 1) {
      const id = tree.leaves + done;
      for (const operand of tree.pairs[done] ?? []) live.delete(operand);
      live.add(id);
      log2Work = log2Add(log2Work, parts[id]?.log2Flops ?? -Infinity);
    }
    const upcoming = tree.pairs.slice(count, wanted[position + 1]);
    const next = upcoming.filter((pair) => pair.every((operand) => live.has(operand)));
    stages.push({ done, live: [...live], next, log2Work });
  });
  return { stages, parts };
}

/** From the first count that leaves `mostLive` tensors to all pairs, evenly where there are too many. */
function countsDone(pairs: number, mostLive: number, mostStages: number): number[] {
  const first = Math.max(0, pairs + 1 - mostLive);
  const stages = Math.min(mostStages, pairs - first + 1);
  return Array.from({ length: stages }, (_, k) =>
    stages === 1 ? pairs : first + Math.round((k * (pairs - first)) / (stages - 1)),
  );
}

function partsOf(network: Network, tree: ContractionTree): Part[] {
  const tensors: number[] = [];
  return treeNodes(network, tree).map((node, id) => {
    const pair = tree.pairs[id - tree.leaves] ?? [];
    tensors.push(pair.length === 0 ? 1 : pair.reduce((sum, operand) => sum + (tensors[operand] ?? 0), 0));
    return { ...node, tensors: tensors[id] ?? 1 };
  });
}
