/** Absorption of vectors and matrices before an order is searched. Structure only; no numbers are touched. */
import { InvariantError } from "../base/diagnostic.ts";
import type { Label, Network, NetworkTensor } from "./network.ts";

export interface Simplified {
  /** Leading pairs over the ids of the original network, in static single assignment form. */
  readonly pairs: readonly (readonly [number, number])[];
  /** What is left to order; no pairs where there was nothing to absorb. */
  readonly reduced: Network;
  /** Id in the original network of each tensor of `reduced`. */
  readonly ids: readonly number[];
}

interface State {
  readonly network: Network;
  readonly open: ReadonlySet<Label>;
  /** Labels of each id that something else needs; undefined once absorbed. */
  readonly live: (readonly Label[] | undefined)[];
  readonly holders: Map<Label, Set<number>>;
  readonly pairs: (readonly [number, number])[];
}

/** Most bonds of a tensor that is absorbed. */
const MOST_BONDS = 2;
/** More tensors on one index than this, and it is not looked at whether another runs beside it. */
const MOST_HOLDERS = 8;

/**
 * Absorbs each tensor of rank 0, 1 or 2 (after free reductions, parallel bonds counted once) into a neighbour where the result is no larger than
 * the neighbour, the cheapest absorption of a tensor first; of rank 2 only where its own extents agree, since
 * in a chain of unequal matrices the order is worth a search. Scalars go into the smallest tensor.
 */
export function simplify(network: Network): Simplified {
  const state = begin(network);
  const queue = state.live.map((_, id) => id);
  for (let next = 0; next < queue.length; next += 1) {
    const id = queue[next] as number;
    const partner = state.live[id] === undefined ? undefined : partnerOf(state, id);
    if (partner === undefined) continue;
    const result = absorb(state, id, partner);
    queue.push(result, ...smallNeighbours(state, result));
  }
  absorbScalars(state);
  const ids = state.live.flatMap((labels, id) => (labels === undefined ? [] : [id]));
  const tensors = ids.map(
    (id): NetworkTensor => ({ name: nameOf(network, id), labels: state.live[id] ?? [] }),
  );
  return { pairs: state.pairs, reduced: { ...network, tensors }, ids };
}

function begin(network: Network): State {
  const holders = new Map<Label, Set<number>>();
  network.tensors.forEach((tensor, id) => {
    for (const label of tensor.labels) holders.set(label, (holders.get(label) ?? new Set()).add(id));
  });
  const open = new Set(network.open);
  const live = network.tensors.map((tensor) =>
    [...new Set(tensor.labels)].filter((label) => open.has(label) || (holders.get(label)?.size ?? 0) > 1),
  );
  return { network, open, live, holders, pairs: [] };
}

function nameOf(network: Network, id: number): string {
  return network.tensors[id]?.name ?? `#${id}`;
}

function labelsOf(state: State, id: number): readonly Label[] {
  const labels = state.live[id];
  if (labels === undefined) throw new InvariantError(`expected tensor ${id} to be live`);
  return labels;
}

function log2Size(state: State, labels: Iterable<Label>): number {
  let sum = 0;
  for (const label of labels) sum += Math.log2(state.network.extents[label] ?? 1);
  return sum;
}

function neighbours(state: State, id: number): Set<number> {
  const found = new Set(labelsOf(state, id).flatMap((label) => [...(state.holders.get(label) ?? [])]));
  found.delete(id);
  return found;
}

function smallNeighbours(state: State, id: number): number[] {
  return [...neighbours(state, id)].filter((other) => bondsOf(state, other).length <= MOST_BONDS);
}

/**
 * Extents of the bonds of a tensor, one more than MOST_BONDS at most: indices that the very same tensors have, all open or all
 * closed, are one bond.
 */
function bondsOf(state: State, id: number): readonly number[] {
  const labels = labelsOf(state, id);
  const extentOf = (label: Label): number => state.network.extents[label] ?? 1;
  if (labels.length <= 1) return labels.map(extentOf);
  const bonds = new Map<string, number>();
  for (const label of labels) {
    if (bonds.size > MOST_BONDS) break;
    const holders = state.holders.get(label) ?? new Set();
    // A label is no list of ids: an index of many tensors is a bond by itself.
    const those = holders.size <= MOST_HOLDERS ? [...holders].sort((a, b) => a - b).join() : `of ${label}`;
    const bond = `${those} ${String(state.open.has(label))}`;
    bonds.set(bond, (bonds.get(bond) ?? 1) * extentOf(label));
  }
  return [...bonds.values()];
}

/** Labels of the result of a pair. */
function resultOf(state: State, a: number, b: number): Label[] {
  const [x, y] = [labelsOf(state, a), labelsOf(state, b)];
  const shared = new Set(x.filter((label) => y.includes(label)));
  const done = (label: Label): boolean =>
    shared.has(label) && !state.open.has(label) && (state.holders.get(label)?.size ?? 0) === 2;
  return [...new Set([...x, ...y])].filter((label) => !done(label));
}

function partnerOf(state: State, id: number): number | undefined {
  const labels = labelsOf(state, id);
  const bonds = bondsOf(state, id);
  if (labels.length === 0 || bonds.length > MOST_BONDS || new Set(bonds).size > 1) return undefined;
  let best: { readonly partner: number; readonly flops: number } | undefined;
  for (const partner of neighbours(state, id)) {
    const other = labelsOf(state, partner);
    if (log2Size(state, resultOf(state, id, partner)) > log2Size(state, other) + 1e-9) continue;
    const flops = log2Size(state, new Set([...labels, ...other]));
    if (best === undefined || flops < best.flops) best = { partner, flops };
  }
  return best?.partner;
}

function absorb(state: State, a: number, b: number): number {
  const labels = resultOf(state, a, b);
  const id = state.live.length;
  for (const label of new Set([...labelsOf(state, a), ...labelsOf(state, b)])) {
    const holders = state.holders.get(label);
    holders?.delete(a);
    holders?.delete(b);
    if (labels.includes(label)) holders?.add(id);
  }
  state.pairs.push([a, b]);
  state.live[a] = undefined;
  state.live[b] = undefined;
  state.live.push(labels);
  return id;
}

/** Scalars are multiplied together and into the smallest tensor, where that costs least. */
function absorbScalars(state: State): void {
  const ids = state.live.flatMap((labels, id) => (labels === undefined ? [] : [id]));
  const scalars = ids.filter((id) => labelsOf(state, id).length === 0);
  let product = scalars[0];
  if (product === undefined || ids.length === 1) return;
  for (const scalar of scalars.slice(1)) product = absorb(state, product, scalar);
  const others = ids.filter((id) => state.live[id] !== undefined && labelsOf(state, id).length > 0);
  const sizes = new Map(others.map((id) => [id, log2Size(state, labelsOf(state, id))]));
  others.sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0) || a - b);
  if (others[0] !== undefined) absorb(state, product, others[0]);
}
