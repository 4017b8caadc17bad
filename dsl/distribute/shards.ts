/** What the planning of storage orders asks about a placed tree: shards and their sizes, operands, what a permutation costs. */
import type { ModeId } from "../schedule/schedule.ts";
import type { Operands } from "./below.ts";
import { elementCount, type ModeTree } from "./modes.ts";
import type { Arrangement } from "./orders.ts";
import { withoutSplit, type NodePlacements } from "./place.ts";
import { sizesOf } from "./sizes.ts";

/** Subtrees whose tensors are all smaller than this share of the largest cost nothing, whatever their order. */
const LIGHT = 1e-4;

/** A permutation before the largest product counts this much more than its elements, so that of about equal ones another is taken. */
const BEFORE_LARGEST = 0.5;

export interface Pass {
  readonly tree: ModeTree;
  readonly placements: NodePlacements;
  /** Per node: modes of the shard that its consumer reads. */
  readonly local: readonly (readonly ModeId[])[];
  /** Per node: elements of the shard that its consumer reads, times how often; the largest of its subtree; their sum. */
  readonly own: Float64Array;
  readonly largest: Float64Array;
  readonly total: Float64Array;
  /** Per node: multiply-adds of its pair, over those of the largest. */
  readonly flops: Float64Array;
  /** Per mode: elements of the results that it is a batch of, times how often; these go around a product best where they lead. */
  readonly batched: Float64Array;
  readonly used: (readonly ModeId[] | undefined)[];
  readonly arranged: (Arrangement | undefined)[];
}

/** `rounds`: how often a rank runs what depends on the slice. */
export function passOver(tree: ModeTree, placements: NodePlacements, rounds: number): Pass {
  const nodes = tree.nodes.length;
  const made = (): Float64Array => new Float64Array(nodes);
  const weights = { own: made(), largest: made(), total: made(), flops: made() };
  const local = localModes(tree, placements);
  const pass: Pass = {
    tree,
    placements,
    local,
    ...weights,
    batched: new Float64Array(tree.modes.length),
    used: new Array<undefined>(nodes),
    arranged: new Array<undefined>(nodes),
  };
  for (let node = 0; node < nodes; node += 1) weigh(pass, node, rounds);
  const most = pass.flops.reduce((a, b) => Math.max(a, b), 1);
  pass.flops.forEach((own, node) => (pass.flops[node] = own / most));
  return pass;
}

function weigh(pass: Pass, node: number, rounds: number): void {
  const { tree, own, largest, total, flops } = pass;
  const pair = tree.pairs[node - tree.leaves] ?? [];
  const size =
    elementCount(tree.modes, usedModes(pass, node)) * (tree.sliceDependent[node] === true ? rounds : 1);
  own[node] = size;
  const { multiplyAdds, batches } = sizesOf(tree);
  flops[node] = (multiplyAdds[node] ?? 1) * (tree.sliceDependent[node] === true ? rounds : 1);
  largest[node] = pair.reduce((most, child) => Math.max(most, largest[child] ?? 0), size);
  for (const mode of batches[node] ?? []) pass.batched[mode] = (pass.batched[mode] ?? 0) + size;
  total[node] = pair.reduce((sum, child) => sum + (total[child] ?? 0), size);
}

/** Per node: modes that its consumer finds on a rank. */
export function localModes({ nodes }: ModeTree, { used }: NodePlacements): readonly (readonly ModeId[])[] {
  return nodes.map((modes, node) => withoutSplit(modes, used[node]));
}

export function usedModes({ local }: Pass, node: number): readonly ModeId[] {
  return local[node] ?? [];
}

export function madeModes({ tree, placements }: Pass, node: number): readonly ModeId[] {
  return withoutSplit(tree.nodes[node] ?? [], placements.made[node]);
}

/** Absent for a leaf and in a subtree that is not worth planning. */
export function operandsOf(pass: Pass, node: number): Operands | undefined {
  const { tree, total, largest } = pass;
  const pair = tree.pairs[node - tree.leaves];
  const heavy = (largest[node] ?? 0) >= LIGHT * (largest[largest.length - 1] ?? 0);
  if (pair === undefined || !heavy) return undefined;
  const [a, b] = pair;
  const [stem, branch] = (total[a] ?? 0) >= (total[b] ?? 0) ? [a, b] : [b, a];
  const kept = new Set(tree.nodes[node]);
  const [ofStem, ofBranch] = [usedModes(pass, stem), usedModes(pass, branch)];
  const [inStem, inBranch] = [new Set(ofStem), new Set(ofBranch)];
  const shared = ofBranch.filter((mode) => inStem.has(mode));
  return {
    stem,
    branch,
    batch: new Set(shared.filter((mode) => kept.has(mode))),
    k: new Set(shared.filter((mode) => !kept.has(mode))),
    stemFree: new Set(ofStem.filter((mode) => !inBranch.has(mode))),
    branchFree: new Set(ofBranch.filter((mode) => !inStem.has(mode))),
  };
}

/** Multiply-adds of the pair that reads a node, relative to the largest of all pairs. */
export function flopShare({ tree, flops }: Pass, node: number): number {
  return flops[tree.consumers[node] ?? node] ?? 0;
}

/** Elements of a node's shard with these local modes, times how often it is made. */
export function sizeOf(pass: Pass, node: number, modes: readonly ModeId[]): number {
  const { tree, own } = pass;
  const used = elementCount(tree.modes, usedModes(pass, node));
  return ((own[node] ?? 0) * elementCount(tree.modes, modes)) / used;
}

/** What permuting a node as it is made costs: its elements, more of them before a large product. */
export function permutationCost(pass: Pass, node: number): number {
  return sizeOf(pass, node, madeModes(pass, node)) * (1 + BEFORE_LARGEST * flopShare(pass, node));
}

/** Modes that are seldom or never a batch last, else in the order given. */
export function batchedFirst({ batched }: Pass, modes: readonly ModeId[]): ModeId[] {
  return [...modes].sort((a, b) => (batched[b] ?? 0) - (batched[a] ?? 0));
}
