/** What every placement planner asks about a tree: roles and lifetimes of modes, the work of subtrees, which nodes matter. */
import { onceFor } from "../base/memo.ts";
import { elementBytes } from "../network/network.ts";
import type { ModeId } from "../schedule/schedule.ts";
import { localSeconds, type CostModel } from "./model.ts";
import type { ModeTree } from "./modes.ts";
import { sizesOf } from "./sizes.ts";

/** Subtrees of less than this share of what each rank has to do are computed in the shards that their consumer needs. */
const LIGHT_SHARE = 1e-4;
/** But not where one of their tensors is larger than this share of a device's memory. */
const LIGHT_MEMORY_SHARE = 1 / 64;

/** What a tree says of itself, whoever contracts it. */
export interface TreeShape {
  readonly tree: ModeTree;
  /** Per node: element count of its value, not split. */
  readonly elements: Float64Array;
  /** Per node: the modes of both operands; those of the value for a leaf. */
  readonly involved: readonly (readonly ModeId[])[];
  /** Per node: multiply-adds of its pair. */
  readonly multiplyAdds: Float64Array;
  /** Per node: steps to the root. */
  readonly depth: Int32Array;
  /** Per mode: depth of the pair that contracts it, -1 for open ones: the smaller, the longer it lives. */
  readonly death: Int32Array;
}

export interface TreeFacts extends TreeShape {
  /** Per node: modelled seconds of its subtree on one rank, all slices that a group runs. */
  readonly work: Float64Array;
  /** Per node: how often a group runs it. */
  readonly rounds: Float64Array;
  /** Per node: whether it is placed for itself; the others are computed in the shards that their consumer needs. */
  readonly heavy: Uint8Array;
}

/** Found once a tree. */
export const treeShape = onceFor(shaped);

function shaped(tree: ModeTree): TreeShape {
  const { elements, involved, multiplyAdds } = sizesOf(tree);
  return { tree, elements, involved, multiplyAdds, ...lifetimes(tree, involved) };
}

/** Whether a node's value has the mode. */
export function holds({ tree }: TreeShape, node: number, mode: ModeId): boolean {
  return tree.nodes[node]?.includes(mode) === true;
}

/** `rounds`: slices that each group of `ranks` ranks runs. */
export function treeFacts(shape: TreeShape, model: CostModel, rounds: number, ranks: number): TreeFacts {
  const times = Float64Array.from(shape.tree.sliceDependent, (depends) => (depends ? rounds : 1));
  const facts = { ...shape, rounds: times };
  const work = subtreeWork(facts, model);
  return { ...facts, work, heavy: heavyNodes(facts, work, model, ranks) };
}

function lifetimes(
  tree: ModeTree,
  involved: readonly (readonly ModeId[])[],
): { depth: Int32Array; death: Int32Array } {
  const depth = new Int32Array(tree.nodes.length);
  for (let node = tree.nodes.length - 1; node >= tree.leaves; node -= 1)
    for (const child of tree.pairs[node - tree.leaves] ?? []) depth[child] = (depth[node] ?? 0) + 1;
  const death = new Int32Array(tree.modes.length).fill(-1);
  for (let node = tree.leaves; node < tree.nodes.length; node += 1)
    for (const mode of involved[node] ?? [])
      if (tree.nodes[node]?.includes(mode) !== true) death[mode] = depth[node] ?? 0;
  return { depth, death };
}

type WithoutWork = Omit<TreeFacts, "work" | "heavy">;

function subtreeWork({ tree, elements, multiplyAdds, rounds }: WithoutWork, model: CostModel): Float64Array {
  const work = new Float64Array(tree.nodes.length);
  tree.pairs.forEach(([a, b], position) => {
    const node = tree.leaves + position;
    const moved = (elements[a] ?? 0) + (elements[b] ?? 0) + (elements[node] ?? 0);
    const seconds = localSeconds(model, multiplyAdds[node] ?? 1, moved);
    const own = (seconds - model.machine.device.launchSeconds) * (rounds[node] ?? 1);
    work[node] = own + (work[a] ?? 0) + (work[b] ?? 0);
  });
  return work;
}

function heavyNodes(
  { tree, elements }: TreeShape,
  work: Float64Array,
  model: CostModel,
  ranks: number,
): Uint8Array {
  const heavy = new Uint8Array(tree.nodes.length);
  const light = (LIGHT_SHARE * (work[work.length - 1] ?? 0)) / ranks;
  const room = (LIGHT_MEMORY_SHARE * model.machine.device.memoryBytes) / elementBytes(model.dtype);
  tree.pairs.forEach((pair, position) => {
    const node = tree.leaves + position;
    const below = pair.some((child) => heavy[child] === 1);
    if (below || (work[node] ?? 0) > light || (elements[node] ?? 0) > room) heavy[node] = 1;
  });
  heavy[heavy.length - 1] = 1;
  return heavy;
}
