/**
 * The network in modes: every index cut into digits that fit the mesh, and the modes of every node of the
 * contraction tree. In: network, tree, mesh. Out: `ModeTree`, on which placements are planned.
 */
import { InvariantError } from "../base/diagnostic.ts";
import { extentOf, type Label, type Network } from "../network/network.ts";
import type { ContractionTree } from "../plan/tree.ts";
import type { MeshDigit, Mode, ModeId } from "../schedule/schedule.ts";

export interface ModeTree {
  readonly modes: readonly Mode[];
  readonly pairs: ContractionTree["pairs"];
  readonly leaves: number;
  /** Per leaf: all its modes, those summed at once included; sliced ones never. */
  readonly loaded: readonly (readonly ModeId[])[];
  /** Per node (leaves, then pairs): the modes of its value. */
  readonly nodes: readonly (readonly ModeId[])[];
  /** Per node: the node that reads it; absent for the root. */
  readonly consumers: readonly (number | undefined)[];
  /** Per node: whether its value differs from slice to slice. */
  readonly sliceDependent: readonly boolean[];
  /** Modes of the open indices that are not sliced, in the order of the result's axes. */
  readonly open: readonly ModeId[];
  /** Modes of sliced open indices; they lead the accumulator of the slice loop. */
  readonly slicedOpen: readonly ModeId[];
}

/** Cuts an extent into one mode for every mesh digit whose radix still divides it, and one for the rest. */
function cutExtent(extent: number, mesh: readonly MeshDigit[]): number[] {
  const parts: number[] = [];
  let rest = extent;
  for (const { radix } of mesh)
    if (rest % radix === 0 && rest > 1) {
      parts.push(radix);
      rest /= radix;
    }
  if (rest > 1) parts.push(rest);
  return parts;
}

interface ModeTable {
  readonly modes: Mode[];
  readonly byLabel: ReadonlyMap<Label, readonly ModeId[]>;
}

function modeTable(network: Network, mesh: readonly MeshDigit[]): ModeTable {
  const modes: Mode[] = [];
  const byLabel = new Map<Label, readonly ModeId[]>();
  for (const label of Object.keys(network.extents)) {
    let stride = extentOf(network, label);
    const ids = cutExtent(stride, mesh).map((extent) => {
      stride /= extent;
      return modes.push({ label, extent, stride }) - 1;
    });
    byLabel.set(label, ids);
  }
  return { modes, byLabel };
}

export function modesOf(modes: readonly Mode[], id: ModeId): Mode {
  const mode = modes[id];
  if (mode === undefined) throw new InvariantError(`expected a mode, got id ${id}`);
  return mode;
}

/** Element count of a tensor with these modes. */
export function elementCount(modes: readonly Mode[], ids: readonly ModeId[]): number {
  let product = 1;
  for (let at = 0; at < ids.length; at += 1) product *= modesOf(modes, ids[at] as ModeId).extent;
  return product;
}

/** How many live tensors (the result counts as one for open indices) hold each mode. */
function occurrences(
  loaded: readonly (readonly ModeId[])[],
  open: readonly ModeId[],
  count: number,
): Int32Array {
  const held = new Int32Array(count);
  for (const ids of [...loaded, open]) for (const id of ids) held[id] = (held[id] ?? 0) + 1;
  return held;
}

function contractNodes(tree: ContractionTree, leaves: ModeId[][], held: Int32Array): ModeId[][] {
  const nodes = [...leaves];
  for (const [a, b] of tree.pairs) {
    const first = nodes[a] ?? [];
    const second = nodes[b] ?? [];
    for (const id of second) if (first.includes(id)) held[id] = (held[id] ?? 0) - 1;
    const kept = first.filter((id) => (held[id] ?? 0) > 1);
    for (const id of second) if ((held[id] ?? 0) > 1 && !first.includes(id)) kept.push(id);
    nodes.push(kept);
  }
  return nodes;
}

function sliceDependence(network: Network, tree: ContractionTree): boolean[] {
  const sliced = new Set(tree.sliced);
  const depends = network.tensors.map((tensor) => tensor.labels.some((label) => sliced.has(label)));
  for (const [a, b] of tree.pairs) depends.push(depends[a] === true || depends[b] === true);
  return depends;
}

function consumersOf(tree: ContractionTree): (number | undefined)[] {
  const consumers = new Array<number | undefined>(tree.leaves + tree.pairs.length).fill(undefined);
  tree.pairs.forEach((pair, position) => {
    for (const node of pair) consumers[node] = tree.leaves + position;
  });
  return consumers;
}

export function modeTree(network: Network, tree: ContractionTree, mesh: readonly MeshDigit[]): ModeTree {
  const { modes, byLabel } = modeTable(network, mesh);
  const sliced = new Set(tree.sliced);
  const expand = (labels: Iterable<Label>): ModeId[] =>
    [...labels].flatMap((label) => byLabel.get(label) ?? []);
  const kept = (labels: readonly Label[]): Set<Label> =>
    new Set(labels.filter((label) => !sliced.has(label)));
  const loaded = network.tensors.map((tensor) => expand(kept(tensor.labels)));
  const open = expand(kept(network.open));
  const held = occurrences(loaded, open, modes.length);
  const leaves = loaded.map((ids) => ids.filter((id) => (held[id] ?? 0) > 1));
  return {
    modes,
    pairs: tree.pairs,
    leaves: network.tensors.length,
    loaded,
    nodes: contractNodes(tree, leaves, held),
    consumers: consumersOf(tree),
    sliceDependent: sliceDependence(network, tree),
    open,
    slicedOpen: expand(tree.sliced.filter((label) => network.open.includes(label))),
  };
}
