/**
 * Greedy placement, the baseline of Fu et al. (arXiv 2407.00769): along the stem (the path of the costliest
 * subtrees) the distributed modes are kept until one of them is about to be contracted; then all are swapped
 * for those that live longest, inter-node digits first. Branches are computed in the shards the stem needs,
 * so they communicate nothing.
 */
import { onceFor } from "../base/memo.ts";
import type { MeshDigit, ModeId } from "../schedule/schedule.ts";
import { elementCount, modesOf, type ModeTree } from "./modes.ts";
import { sizesOf } from "./sizes.ts";

/** For every mesh digit, the mode split over it, or null. */
export type Split = readonly (ModeId | null)[];

/** Whether a split leaves every value whole, as most of a tree is. */
export function isWhole(split: Split): boolean {
  for (let digit = 0; digit < split.length; digit += 1) if (split[digit] !== null) return false;
  return true;
}

/** The modes that a split leaves on a rank. */
export function withoutSplit(modes: readonly ModeId[], split: Split | undefined): readonly ModeId[] {
  return split === undefined || isWhole(split) ? modes : modes.filter((mode) => !split.includes(mode));
}

/** Indexed by node: leaves, then pairs. */
export interface NodePlacements {
  /** Split of the node's value as its own contraction (or load) yields it. */
  readonly made: readonly Split[];
  /** Split in which its consumer reads it; differs from `made` where it is moved in between. */
  readonly used: readonly Split[];
  /** By node: the digits along which the value holds partial sums as it is made. */
  readonly owed?: ReadonlyMap<number, readonly number[]>;
}

interface Stem {
  /** Nodes from the deepest leaf to the root. */
  readonly nodes: readonly number[];
  /** branch[i] is contracted with nodes[i] to give nodes[i + 1]. */
  readonly branches: readonly number[];
}

const stemOf = onceFor(findStem);

/** Multiply-adds of the subtree below every node; zero for leaves. */
function subtreeWork(tree: ModeTree): number[] {
  const { multiplyAdds } = sizesOf(tree);
  const work = new Array<number>(tree.leaves).fill(0);
  tree.pairs.forEach(([a, b], position) => {
    work.push((work[a] ?? 0) + (work[b] ?? 0) + (multiplyAdds[tree.leaves + position] ?? 0));
  });
  return work;
}

function findStem(tree: ModeTree): Stem {
  const work = subtreeWork(tree);
  const nodes: number[] = [];
  const branches: number[] = [];
  let node = tree.nodes.length - 1;
  for (;;) {
    nodes.push(node);
    const pair = tree.pairs[node - tree.leaves];
    if (pair === undefined) break;
    const [a, b] = pair;
    const firstIsStem = (work[a] ?? 0) >= (work[b] ?? 0);
    branches.push(firstIsStem ? b : a);
    node = firstIsStem ? a : b;
  }
  return { nodes: nodes.reverse(), branches: branches.reverse() };
}

/** First stem position at or after `from` at which the mode is gone; Infinity where it is open. */
function deaths(tree: ModeTree, stem: Stem): Map<ModeId, number> {
  const last = new Map<ModeId, number>();
  stem.nodes.forEach((node, position) => {
    for (const mode of tree.nodes[node] ?? []) last.set(mode, position + 1);
  });
  for (const mode of tree.open) last.set(mode, Infinity);
  return last;
}

/** Fills the digits that `wanted` marks with the longest-lived candidates, in the order of the digits. */
function assign(
  tree: ModeTree,
  mesh: readonly MeshDigit[],
  candidates: readonly ModeId[],
  wanted: readonly boolean[],
): (ModeId | null)[] {
  const free = new Set(candidates);
  return mesh.map(({ radix }, digit) => {
    if (wanted[digit] !== true) return null;
    for (const mode of free)
      if (modesOf(tree.modes, mode).extent === radix) {
        free.delete(mode);
        return mode;
      }
    return null;
  });
}

/** Modes that stay distributed keep their digit, so that nothing moves needlessly; the others fill what is left. */
function keepInPlace(
  tree: ModeTree,
  mesh: readonly MeshDigit[],
  before: Split,
  chosen: readonly (ModeId | null)[],
): (ModeId | null)[] {
  const stay = new Set(chosen.filter((mode) => mode !== null && before.includes(mode)));
  const incoming = chosen.filter((mode) => mode !== null && !stay.has(mode));
  return before.map((mode, digit) => {
    if (mode === null || stay.has(mode)) return mode;
    const fits = incoming.findIndex(
      (id) => id !== null && modesOf(tree.modes, id).extent === mesh[digit]?.radix,
    );
    return fits < 0 ? null : (incoming.splice(fits, 1)[0] ?? null);
  });
}

/** Position from which the stem is distributed: the first tensor within a factor `reach` of the largest. */
function firstDistributed(tree: ModeTree, stem: Stem, reach: number): number {
  const sizes = stem.nodes.map((node) => elementCount(tree.modes, tree.nodes[node] ?? []));
  const largest = Math.max(...sizes);
  return sizes.findIndex((size) => size * reach >= largest);
}

/** A split restricted to the modes that a tensor has; itself where that is all of it: most of a tree is not split at all. */
export function restrict(split: Split, modes: readonly ModeId[]): Split {
  const kept = (mode: ModeId | null): boolean => mode === null || modes.includes(mode);
  return split.every(kept) ? split : split.map((mode) => (kept(mode) ? mode : null));
}

function demand(tree: ModeTree, node: number, split: Split, into: Split[][]): void {
  const pending: [number, Split][] = [[node, split]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [id, wanted] = next;
    const own = restrict(wanted, tree.nodes[id] ?? []);
    for (const splits of into) splits[id] = own;
    for (const child of tree.pairs[id - tree.leaves] ?? []) pending.push([child, own]);
  }
}

/** Placement of every node on the digits of `usable` (the others take slices or hold copies). */
export function placeGreedy(
  tree: ModeTree,
  mesh: readonly MeshDigit[],
  usable: readonly boolean[],
): NodePlacements {
  const made = new Array<Split>(tree.nodes.length);
  const used = new Array<Split>(tree.nodes.length);
  const stem = stemOf(tree);
  const death = deaths(tree, stem);
  const longest = (modes: readonly ModeId[]): ModeId[] =>
    [...modes].sort((x, y) => (death.get(y) ?? 0) - (death.get(x) ?? 0) || x - y);
  const modesAt = (position: number): readonly ModeId[] => tree.nodes[stem.nodes[position] ?? -1] ?? [];

  const ranks = mesh.reduce((product, { radix }) => product * radix, 1);
  const start = firstDistributed(tree, stem, 16 * ranks);
  let current: Split = assign(tree, mesh, longest(modesAt(start)), usable);
  demand(tree, stem.nodes[start] ?? 0, current, [made, used]);

  for (let position = start; position + 1 < stem.nodes.length; position += 1) {
    const after = modesAt(position + 1);
    if (current.some((mode) => mode !== null && !after.includes(mode))) {
      const survivors = longest(modesAt(position).filter((mode) => after.includes(mode)));
      const occupied = current.map((mode) => mode !== null);
      current = keepInPlace(tree, mesh, current, assign(tree, mesh, survivors, occupied));
      used[stem.nodes[position] ?? 0] = current;
    }
    const fresh = longest(after.filter((mode) => !modesAt(position).includes(mode)));
    const acquired = assign(
      tree,
      mesh,
      fresh,
      current.map((mode, digit) => mode === null && usable[digit] === true),
    );
    current = current.map((mode, digit) => mode ?? acquired[digit] ?? null);
    demand(tree, stem.branches[position] ?? 0, current, [made, used]);
    const node = stem.nodes[position + 1] ?? 0;
    made[node] = used[node] = restrict(current, after);
    current = made[node];
  }
  return { made, used };
}
