/**
 * Simplification of a network by what its entries are: indices that only one value has, or that two tensors' axes share because one
 * of them is diagonal, and tensors that are products of smaller ones. Made for circuits (after J. Gray and S. Kourtis, Quantum 5
 * (2021) 410, and quimb's column, diagonal, antidiagonal and split simplifications), and exact but for rounding on any network.
 */
import type { Entries, Label, Network, NetworkTensor, ValuedNetwork } from "./network.ts";
import { extentOf, hasData } from "./network.ts";
import { joined } from "./join.ts";
import { splitOf } from "./split.ts";
import { copied, placesOf, stridesOf, type View } from "./strides.ts";

/** Larger tensors are left as they are; so many multiply-adds may one join take. */
const MOST_ENTRIES = 1 << 12;
const MOST_PRODUCTS = 1 << 16;
const STEPS_A_TENSOR = 100;
/** What is so much smaller than a tensor's largest entry is rounding: the cosine of a right angle is 6e-17. */
const ROUNDING = 1e-15;

/** What a tensor is while the network is simplified. */
interface Piece {
  readonly name: string;
  labels: readonly Label[];
  entries: Entries;
  /** The entries that were found to be of full rank. */
  unsplit?: Entries;
}

interface State {
  /** Undefined once joined to another. */
  readonly pieces: (Piece | undefined)[];
  readonly extents: Map<Label, number>;
  readonly open: ReadonlySet<Label>;
  readonly holders: Map<Label, Set<number>>;
  /** Pieces that are still to be looked at. */
  readonly queue: Set<number>;
  /** Steps that are left: a guard against going round in circles. */
  steps: number;
  links: number;
}

/**
 * A network of the same value, with the same open indices. Until nothing is left to do: an axis that no other tensor and no
 * output has is summed, and of axes with one label the diagonal is taken; an index whose other values all meet zeros is fixed; two
 * indices that a tensor joins as a diagonal become one (a hyperedge), as an antidiagonal too, once one is counted backwards; a
 * tensor is multiplied into a neighbour where the product is no larger than the larger of both, under whose name it goes on; a
 * tensor of low rank is split where the parts have no more entries. Entries below 1e-15 of a tensor's largest count as
 * zero. Networks without data, and those whose value is wanted exactly, are given back as they are.
 */
export function rankSimplified(valued: ValuedNetwork): ValuedNetwork {
  if (!hasData(valued) || valued.exact !== undefined) return valued;
  const state = begin(valued);
  for (const id of state.queue) {
    state.queue.delete(id);
    while (state.steps > 0 && reduce(state, id)) state.steps -= 1;
  }
  const pieces = withoutScalars(state);
  const used = new Set(pieces.flatMap(({ labels }) => labels));
  const extents = Object.fromEntries([...state.extents].filter(([label]) => used.has(label)));
  const tensors = pieces.map(({ name, labels }): NetworkTensor => ({ name, labels }));
  const network: Network = { ...valued.network, tensors, extents };
  return { network, entries: pieces.map(({ entries }) => entries) };
}

/** Of up to so many tensors a network stays as it was written: a person may read it, and write orders over its factors. */
const MOST_AS_WRITTEN = 256;

/** `rankSimplified` where the network is too large to be followed factor by factor; else the network as it is. */
export function rankSimplifiedWhereLarge(valued: ValuedNetwork): ValuedNetwork {
  return valued.network.tensors.length > MOST_AS_WRITTEN ? rankSimplified(valued) : valued;
}

/** Numbers are multiplied into the smallest other tensor. */
function withoutScalars(state: State): readonly Piece[] {
  const pieces = state.pieces.filter((piece) => piece !== undefined);
  const scalars = pieces.filter(({ labels }) => labels.length === 0);
  const rest = pieces.filter(({ labels }) => labels.length > 0);
  const first =
    rest.length > 0 ? rest.reduce((a, b) => (b.entries.re.length < a.entries.re.length ? b : a)) : scalars[0];
  if (first === undefined) return pieces;
  for (const scalar of scalars)
    if (scalar !== first)
      first.entries = joined(first, scalar, first.labels, (label) => state.extents.get(label) ?? 1);
  return rest.length > 0 ? rest : [first];
}

function begin({ network, entries }: ValuedNetwork): State {
  const pieces = network.tensors.map(
    ({ name, labels }, id): Piece => ({ name, labels, entries: entries[id] as Entries }),
  );
  const holders = new Map<Label, Set<number>>();
  pieces.forEach(({ labels }, id) => {
    for (const label of labels) holders.set(label, (holders.get(label) ?? new Set()).add(id));
  });
  const extents = new Map([...holders.keys()].map((label) => [label, extentOf(network, label)]));
  return {
    pieces,
    extents,
    open: new Set(network.open),
    holders,
    queue: new Set(pieces.keys()),
    steps: STEPS_A_TENSOR * pieces.length,
    links: 0,
  };
}

/** One step with one tensor; false where there is none to do. */
function reduce(state: State, id: number): boolean {
  const piece = state.pieces[id];
  if (piece === undefined || piece.entries.re.length > MOST_ENTRIES) return false;
  return (
    takeDiagonal(state, piece) ||
    sumLoose(state, piece) ||
    fixColumn(state, piece) ||
    mergeDiagonal(state, piece) ||
    split(state, id, piece) ||
    absorb(state, id, piece)
  );
}

function viewOf({ extents }: State, { labels }: Piece): View {
  const shape = labels.map((label) => extents.get(label) ?? 1);
  return { shape, strides: stridesOf(shape), offset: 0 };
}

function without<T>(list: readonly T[], axis: number): T[] {
  return list.filter((_, place) => place !== axis);
}

/** A[i,i] becomes A[i]. */
function takeDiagonal(state: State, piece: Piece): boolean {
  const { labels } = piece;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return false;
  const first = labels.indexOf(labels[second] as Label);
  const { shape, strides } = viewOf(state, piece);
  const both = strides.map((stride, axis) =>
    axis === first ? stride + (strides[second] as number) : stride,
  );
  piece.entries = copied(piece.entries, {
    shape: without(shape, second),
    strides: without(both, second),
    offset: 0,
  });
  piece.labels = without(labels, second);
  return true;
}

/** Sums an axis that nothing else has. */
function sumLoose(state: State, piece: Piece): boolean {
  const { labels } = piece;
  const axis = labels.findIndex((label) => state.holders.get(label)?.size === 1 && !state.open.has(label));
  if (axis < 0) return false;
  const { shape, strides } = viewOf(state, piece);
  const [extent, stride] = [shape[axis] as number, strides[axis] as number];
  const places = placesOf({ shape: without(shape, axis), strides: without(strides, axis), offset: 0 });
  const summed = (values: Float64Array): Float64Array =>
    Float64Array.from(places, (place) => {
      let sum = 0;
      for (let step = 0; step < extent; step += 1) sum += values[place + step * stride] as number;
      return sum;
    });
  const { re, im } = piece.entries;
  piece.entries = im === undefined ? { re: summed(re) } : { re: summed(re), im: summed(im) };
  state.holders.delete(labels[axis] as Label);
  piece.labels = without(labels, axis);
  return true;
}

/** The largest absolute value, and which entries are not zero beside it. */
function support({ re, im }: Entries): (place: number) => boolean {
  const size = (place: number): number => Math.hypot(re[place] as number, im?.[place] ?? 0);
  let most = 0;
  for (let place = 0; place < re.length; place += 1) most = Math.max(most, size(place));
  return (place) => size(place) > ROUNDING * most;
}

/** Where all entries but those at one value of an axis are zero, that index has this value everywhere. */
function fixColumn(state: State, piece: Piece): boolean {
  const { labels, entries } = piece;
  const { shape, strides } = viewOf(state, piece);
  const isThere = support(entries);
  for (const [axis, label] of labels.entries()) {
    const [extent, stride] = [shape[axis] as number, strides[axis] as number];
    if (state.open.has(label) || extent === 1) continue;
    const values = new Set<number>();
    for (let place = 0; place < entries.re.length && values.size < 2; place += 1)
      if (isThere(place)) values.add(Math.floor(place / stride) % extent);
    if (values.size > 1) continue;
    const [value = 0] = values;
    rewrite(state, label, (shape, strides, axis) => ({
      shape: without(shape, axis),
      strides: without(strides, axis),
      offset: value * (strides[axis] as number),
    }));
    for (const id of state.holders.get(label) ?? []) {
      const holder = state.pieces[id] as Piece;
      holder.labels = holder.labels.filter((own) => own !== label);
    }
    state.holders.delete(label);
    return true;
  }
  return false;
}

/** Changes one axis of all tensors that have the index, which must occur once in each. */
function rewrite(
  state: State,
  label: Label,
  change: (shape: readonly number[], strides: readonly number[], axis: number) => View,
): void {
  for (const id of state.holders.get(label) ?? []) {
    const holder = state.pieces[id] as Piece;
    while (takeDiagonal(state, holder));
    const { shape, strides } = viewOf(state, holder);
    holder.entries = copied(holder.entries, change(shape, strides, holder.labels.indexOf(label)));
    state.queue.add(id);
  }
}

/** Two axes of one extent of which only equal values meet entries, or only values that add up to the last one. */
function mergeDiagonal(state: State, piece: Piece): boolean {
  const { labels, entries } = piece;
  const { shape, strides } = viewOf(state, piece);
  const isThere = support(entries);
  const value = (place: number, axis: number): number =>
    Math.floor(place / (strides[axis] as number)) % (shape[axis] as number);
  for (const [a, first] of labels.entries())
    for (const [b, second] of labels.entries()) {
      const extent = shape[a] as number;
      if (b <= a || shape[b] !== extent || extent === 1) continue;
      if (state.open.has(first) && state.open.has(second)) continue;
      const all = (test: (x: number, y: number) => boolean): boolean =>
        entries.re.every((_, place) => !isThere(place) || test(value(place, a), value(place, b)));
      const [kept, gone] = state.open.has(second) ? [second, first] : [first, second];
      if (all((x, y) => x === y)) {
        rename(state, gone, kept);
        return true;
      }
      if (all((x, y) => x + y === extent - 1)) {
        reverse(state, gone);
        rename(state, gone, kept);
        return true;
      }
    }
  return false;
}

/** Counts the values of an index backwards. */
function reverse(state: State, label: Label): void {
  rewrite(state, label, (shape, strides, axis) => ({
    shape,
    strides: strides.map((stride, own) => (own === axis ? -stride : stride)),
    offset: ((shape[axis] as number) - 1) * (strides[axis] as number),
  }));
}

function rename(state: State, from: Label, to: Label): void {
  const kept = state.holders.get(to) ?? new Set();
  for (const id of state.holders.get(from) ?? []) {
    const holder = state.pieces[id] as Piece;
    holder.labels = holder.labels.map((label) => (label === from ? to : label));
    kept.add(id);
    state.queue.add(id);
  }
  state.holders.delete(from);
  state.holders.set(to, kept);
}

/** Multiplies the tensor with a neighbour, where that takes fewest multiply-adds, if the product is no larger than one of both. */
function absorb(state: State, id: number, piece: Piece): boolean {
  let best:
    | { readonly other: number; readonly kept: readonly Label[]; readonly products: number }
    | undefined;
  const neighbours = new Set(piece.labels.flatMap((label) => [...(state.holders.get(label) ?? [])]));
  const count = (labels: Iterable<Label>): number => {
    let product = 1;
    for (const label of labels) product *= state.extents.get(label) ?? 1;
    return product;
  };
  for (const other of neighbours) {
    const theirs = state.pieces[other] as Piece;
    if (other === id || new Set(theirs.labels).size < theirs.labels.length) continue;
    const all = new Set([...piece.labels, ...theirs.labels]);
    const products = count(all);
    if (products > (best?.products ?? MOST_PRODUCTS)) continue;
    const kept = [...all].filter((label) => state.open.has(label) || isElsewhere(state, label, id, other));
    const larger = Math.max(piece.entries.re.length, theirs.entries.re.length);
    if (count(kept) <= larger) best = { other, kept, products };
  }
  if (best === undefined) return false;
  const theirs = state.pieces[best.other] as Piece;
  const name = theirs.entries.re.length > piece.entries.re.length ? theirs.name : piece.name;
  const entries = joined(piece, theirs, best.kept, (label) => state.extents.get(label) ?? 1);
  state.pieces[best.other] = undefined;
  state.pieces[id] = { name, labels: best.kept, entries };
  for (const label of [...piece.labels, ...theirs.labels]) {
    const holders = state.holders.get(label);
    holders?.delete(best.other);
    if (!best.kept.includes(label)) state.holders.delete(label);
    else holders?.add(id);
    // Their neighbours may now be joined with something they could not be joined with before.
    for (const holder of holders ?? []) state.queue.add(holder);
  }
  return true;
}

function isElsewhere({ holders }: State, label: Label, a: number, b: number): boolean {
  for (const holder of holders.get(label) ?? []) if (holder !== a && holder !== b) return true;
  return false;
}

/** Two tensors for one, where they have no more entries; the larger keeps the name. */
function split(state: State, id: number, piece: Piece): boolean {
  if (piece.unsplit === piece.entries) return false;
  const found = splitOf(piece.entries, viewOf(state, piece).shape);
  if (found === undefined) {
    piece.unsplit = piece.entries;
    return false;
  }
  const { rows, rank, left, right } = found;
  const other = state.pieces.length;
  const link = rank === 1 ? [] : [unusedLabel(state)];
  for (const label of link) {
    state.extents.set(label, rank);
    state.holders.set(label, new Set([id, other]));
  }
  const ours = piece.labels.filter((_, axis) => rows.includes(axis));
  const theirs = piece.labels.filter((_, axis) => !rows.includes(axis));
  const [own, others] = left.re.length < right.re.length ? ["'", ""] : ["", "'"];
  state.pieces[id] = { name: `${piece.name}${own}`, labels: [...ours, ...link], entries: left };
  state.pieces.push({ name: `${piece.name}${others}`, labels: [...link, ...theirs], entries: right });
  for (const label of theirs) state.holders.get(label)?.delete(id);
  for (const label of theirs) state.holders.get(label)?.add(other);
  state.queue.add(other);
  return true;
}

function unusedLabel(state: State): Label {
  for (;;) {
    const label = `r_${state.links++}`;
    if (!state.extents.has(label)) return label;
  }
}
