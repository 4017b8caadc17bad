/** network + contraction tree -> the products to compute, laid out once and run for every slice and every prime. */
import { UserError } from "../base/diagnostic.ts";
import { formatBytes } from "../base/units.ts";
import { extentOf, type Label, type Network } from "../network/network.ts";
import { checkTree } from "../plan/path.ts";
import type { ContractionTree } from "../plan/tree.ts";
import { gatherOf, type Axis, type Gather } from "./gather.ts";
import type { ProductShape } from "./product.ts";

/** What a contraction may take. */
export interface Limits {
  /** Bytes of all intermediates that live at once; the entries of the network itself are not counted. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: Limits = { bytes: 2 ** 31 };

/** Elements that one array can hold and a table of offsets can name. */
const MOST_ELEMENTS = 2 ** 31 - 1;

/** A tensor of the network, its diagonals taken; `summed` values of indices that no one else has are still to be added up. */
export interface LeafStep {
  readonly gather: Gather;
  readonly kept: number;
  readonly summed: number;
  /** How far the tensor's first element moves with the value of each sliced index. */
  readonly sliceStrides: readonly number[];
}

/** x and y are ids of the tree; the result has the next id. */
export interface PairStep {
  readonly x: number;
  readonly y: number;
  readonly gatherX: Gather;
  readonly gatherY: Gather;
  readonly shape: ProductShape;
}

export interface Steps {
  readonly leaves: readonly LeafStep[];
  readonly pairs: readonly PairStep[];
  /** The last result in the order of the open indices. */
  readonly result: Gather;
  /** Extents of the sliced indices. */
  readonly slices: readonly number[];
  /** An upper bound of the roundings that any one entry of the result has gone through, within one slice. */
  readonly roundings: number;
  /** Of all intermediates that live at once, at their most. */
  readonly bytes: number;
}

interface State {
  readonly network: Network;
  /** Sliced indices; those that are open are kept whole. */
  readonly sliced: readonly Label[];
  /** How many tensors still have the index, and one more where it is open. */
  readonly holders: Map<Label, number>;
  /** Axes of each id, row-major. */
  readonly axes: (readonly Label[])[];
  readonly planes: number;
  readonly limits: Limits;
  live: number;
  /** Bytes at their most so far. */
  most: number;
}

/**
 * `planes` is 2 for complex entries. Throws UserError where the tree does not fit the network, or where the intermediates
 * would not fit the limits.
 */
export function stepsOf(network: Network, tree: ContractionTree, planes: number, limits: Limits): Steps {
  checkTree(network, tree);
  const sliced = tree.sliced.filter((label) => !network.open.includes(label));
  const state: State = {
    network,
    sliced,
    holders: holdersOf(network),
    axes: [],
    planes,
    limits,
    live: 0,
    most: 0,
  };
  const leaves = network.tensors.map(({ labels }) => leafStep(state, labels));
  const roundings = leaves.map(({ summed }) => summed);
  const pairs = tree.pairs.map((pair) => {
    const step = pairStep(state, pair);
    roundings.push((roundings[step.x] ?? 0) + (roundings[step.y] ?? 0) + step.shape.sums + 1);
    return step;
  });
  const last = state.axes.at(-1) ?? [];
  const result = gatherOf(axesOf(state, last, network.open));
  const slices = sliced.map((label) => extentOf(network, label));
  return { leaves, pairs, result, slices, roundings: roundings.at(-1) ?? 0, bytes: state.most };
}

function holdersOf({ tensors, open }: Network): Map<Label, number> {
  const holders = new Map<Label, number>();
  for (const labels of [...tensors.map((tensor) => tensor.labels), open])
    for (const label of new Set(labels)) holders.set(label, (holders.get(label) ?? 0) + 1);
  return holders;
}

function sizeOf({ network }: State, labels: readonly Label[]): number {
  return labels.reduce((size, label) => size * extentOf(network, label), 1);
}

/** The wanted axes of a tensor that has `labels`; a repeated label is a diagonal, so its strides add up. */
function axesOf({ network }: State, labels: readonly Label[], wanted: readonly Label[]): Axis[] {
  const strides = new Map<Label, number>();
  let stride = 1;
  for (const label of labels.toReversed()) {
    strides.set(label, (strides.get(label) ?? 0) + stride);
    stride *= extentOf(network, label);
  }
  return wanted.map((label) => ({ extent: extentOf(network, label), stride: strides.get(label) ?? 0 }));
}

function leafStep(state: State, labels: readonly Label[]): LeafStep {
  const distinct = [...new Set(labels)].filter((label) => !state.sliced.includes(label));
  const shared = (label: Label): boolean => (state.holders.get(label) ?? 0) > 1;
  const kept = distinct.filter(shared);
  const summed = distinct.filter((label) => !shared(label));
  state.axes.push(kept);
  return {
    gather: gatherOf(axesOf(state, labels, [...kept, ...summed])),
    kept: sizeOf(state, kept),
    summed: sizeOf(state, summed),
    sliceStrides: axesOf(state, labels, state.sliced).map(({ stride }) => stride),
  };
}

function pairStep(state: State, pair: readonly [number, number]): PairStep {
  const [a, b] = pair.map((id) => state.axes[id] ?? []) as [readonly Label[], readonly Label[]];
  // The operand with more free indices comes second: its columns are the inner loop.
  const swap = sizeOf(state, without(a, b)) > sizeOf(state, without(b, a));
  const [x, y] = swap ? [pair[1], pair[0]] : pair;
  const [ofX, ofY] = swap ? [b, a] : [a, b];
  const both = ofY.filter((label) => ofX.includes(label));
  for (const label of both) state.holders.set(label, (state.holders.get(label) ?? 0) - 1);
  const batch = both.filter((label) => (state.holders.get(label) ?? 0) > 1);
  const sums = without(both, batch);
  const [rows, columns] = [without(ofX, ofY), without(ofY, ofX)];
  const inner = sizeOf(state, batch) > sizeOf(state, columns) ? "batch" : "columns";
  const arranged = (outer: readonly Label[], next: readonly Label[]): Label[] =>
    inner === "batch" ? [...outer, ...next, ...batch] : [...batch, ...outer, ...next];
  const result = arranged(rows, columns);
  reserve(state, [x, y], result);
  state.axes.push(result);
  const [batches, rowCount, summed, columnCount] = [batch, rows, sums, columns].map((labels) =>
    sizeOf(state, labels),
  ) as [number, number, number, number];
  return {
    x,
    y,
    gatherX: gatherOf(axesOf(state, ofX, arranged(rows, sums))),
    gatherY: gatherOf(axesOf(state, ofY, arranged(sums, columns))),
    shape: { batch: batches, rows: rowCount, sums: summed, columns: columnCount, inner },
  };
}

function without(labels: readonly Label[], others: readonly Label[]): Label[] {
  const left = new Set(others);
  return labels.filter((label) => !left.has(label));
}

/** Both operands, their copies in the order of the product, the result, and the results that wait for later steps. */
function reserve(state: State, operands: readonly [number, number], result: readonly Label[]): void {
  const leaves = state.network.tensors.length;
  const made = sizeOf(state, result);
  if (made > MOST_ELEMENTS) refuseSize(made);
  let elements = state.live + made;
  for (const id of operands) elements += sizeOf(state, state.axes[id] ?? []) * (id < leaves ? 2 : 1);
  const bytes = 8 * state.planes * elements;
  if (bytes > state.limits.bytes)
    throw new UserError(
      `the contraction would hold ${formatBytes(bytes)} at once; the limit is ${formatBytes(state.limits.bytes)}: ` +
        "search a better order, or slice it",
    );
  state.most = Math.max(state.most, bytes);
  state.live += made;
  for (const id of operands) if (id >= leaves) state.live -= sizeOf(state, state.axes[id] ?? []);
}

function refuseSize(elements: number): never {
  throw new UserError(
    `an intermediate would have 2^${Math.log2(elements).toFixed(1)} elements; the limit is 2^31: ` +
      "search a better order, or slice it",
  );
}
