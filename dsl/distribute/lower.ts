/**
 * Lowering: a contraction tree whose nodes are placed becomes steps. Contractions are one batched GEMM on
 * views; a permutation is emitted only where the order of modes forbids the view. What does not depend on
 * the slice is computed once, before the loop.
 */
import { InvariantError } from "../base/diagnostic.ts";
import type { Network } from "../network/network.ts";
import type { BufferId, ModeId, Placement, Step } from "../schedule/schedule.ts";
import { fusedPermutation, sameOrder, viewAs, type Form, type Roles } from "./layout.ts";
import { localStep, moveStep, type CostModel } from "./model.ts";
import { elementCount, type ModeTree } from "./modes.ts";
import type { NodePlacements, Split } from "./place.ts";
import { allocate, bufferOf, emit, release, type Program } from "./program.ts";

export interface Lowering {
  readonly network: Network;
  readonly tree: ModeTree;
  readonly placements: NodePlacements;
  readonly model: CostModel;
  readonly program: Program;
}

/** A node's value on the ranks; a leaf is not loaded before its consumer says in which order. */
type Value = { readonly node: number; readonly buffer: BufferId | undefined };

/** Emits everything up to the root's value (one slice of it) and returns its buffer. */
export function lowerTree(low: Lowering): BufferId {
  const { tree } = low;
  const root = tree.nodes.length - 1;
  const values = new Map<number, Value>();
  for (const node of executionOrder(tree)) {
    const pair = tree.pairs[node - tree.leaves];
    if (pair === undefined) values.set(node, { node, buffer: undefined });
    else values.set(node, contractPair(low, node, [valueOf(values, pair[0]), valueOf(values, pair[1])]));
  }
  const value = valueOf(values, root);
  return value.buffer ?? loadLeaf(low, root, tree.nodes[root] ?? []);
}

function valueOf(values: Map<number, Value>, node: number): Value {
  const value = values.get(node);
  if (value === undefined)
    throw new InvariantError(`expected node ${node} to be lowered before its consumer`);
  return value;
}

/** Post-order, the larger child's subtree first: fewer buffers live at once. Iterative: trees may be deep. */
function executionOrder(tree: ModeTree): number[] {
  const order: number[] = [];
  const pending = [tree.nodes.length - 1];
  const size = (node: number): number => elementCount(tree.modes, tree.nodes[node] ?? []);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    order.push(node);
    const pair = tree.pairs[node - tree.leaves];
    if (pair !== undefined) pending.push(...[...pair].sort((a, b) => size(b) - size(a)));
  }
  return order.reverse();
}

function placementFor(split: Split, modes: readonly ModeId[]): Placement {
  return { modes: modes.filter((mode) => !split.includes(mode)), split, partial: [] };
}

function madeSplit(low: Lowering, node: number): Split {
  return low.placements.made[node] ?? low.model.mesh.map(() => null);
}

/** Loads a leaf in the given order of its local modes; indices that occur nowhere else are summed at once. */
function loadLeaf(low: Lowering, leaf: number, order: readonly ModeId[]): BufferId {
  const { tree, program } = low;
  const split = low.placements.used[leaf] ?? madeSplit(low, leaf);
  const summed = (tree.loaded[leaf] ?? []).filter((mode) => !(tree.nodes[leaf] ?? []).includes(mode));
  const inLoop = tree.sliceDependent[leaf] === true;
  const name = low.network.tensors[leaf]?.name ?? "";
  const out = allocate(program, name, placementFor(split, [...order, ...summed]), inLoop);
  const { elements } = bufferOf(program, out);
  emit(program, { kind: "load", tensor: leaf, out, model: localStep(low.model, 0, 2 * elements) }, inLoop);
  if (summed.length === 0) return out;
  const reduced = elementCount(tree.modes, summed);
  const result = allocate(program, name, placementFor(split, order), inLoop);
  const step: Step = {
    kind: "sum",
    in: out,
    out: result,
    outer: elements / reduced,
    reduced,
    inner: 1,
    model: localStep(low.model, 0, elements + elements / reduced),
  };
  emit(program, step, inLoop);
  release(program, out, inLoop);
  return result;
}

interface Shared {
  readonly batch: ReadonlySet<ModeId>;
  readonly k: ReadonlySet<ModeId>;
}

function localModes(low: Lowering, node: number): ModeId[] {
  const split = low.placements.used[node] ?? [];
  return (low.tree.nodes[node] ?? []).filter((mode) => !split.includes(mode));
}

/** What two operands share, kept (batch) or contracted (k). */
function sharedModes(low: Lowering, out: number, a: number, b: number): Shared {
  const kept = new Set(low.tree.nodes[out] ?? []);
  const others = new Set(localModes(low, b));
  const shared = localModes(low, a).filter((mode) => others.has(mode));
  return {
    batch: new Set(shared.filter((mode) => kept.has(mode))),
    k: new Set(shared.filter((mode) => !kept.has(mode))),
  };
}

type Operand = Roles & { readonly buffer: BufferId; readonly form: Form };

function contractPair(low: Lowering, node: number, pair: readonly [Value, Value]): Value {
  const inLoop = low.tree.sliceDependent[node] === true;
  const moved = pair.map((value) => ({ ...value, buffer: moveToUse(low, value) })) as [Value, Value];
  const size = (value: Value): number => elementCount(low.tree.modes, localModes(low, value.node));
  const [large, small] = size(moved[0]) >= size(moved[1]) ? moved : [moved[1], moved[0]];
  const shared = sharedModes(low, node, large.node, small.node);
  const first = asOperand(low, large, shared);
  const second = matchOperand(low, small, shared, first);
  const buffer = emitContraction(low, node, [first, second], inLoop);
  for (const value of [first, second]) release(low.program, value.buffer, inLoop);
  return { node, buffer };
}

/** The larger operand as it lies if its order allows a view, else permuted to [batch][free][k]. */
function asOperand(low: Lowering, value: Value, shared: Shared): Operand {
  const { batch, k } = shared;
  const order = value.buffer === undefined ? localModes(low, value.node) : modesIn(low, value.buffer);
  const view = viewAs(order, batch, k);
  if (view !== undefined) return { ...view, buffer: value.buffer ?? loadLeaf(low, value.node, order) };
  const roles: Roles = {
    batch: order.filter((mode) => batch.has(mode)),
    free: order.filter((mode) => !batch.has(mode) && !k.has(mode)),
    k: order.filter((mode) => k.has(mode)),
  };
  const wanted = [...roles.batch, ...roles.free, ...roles.k];
  return { ...roles, form: "free-k", buffer: inOrder(low, value, wanted) };
}

/** The smaller operand, brought to the batch and k order of the larger one. */
function matchOperand(low: Lowering, value: Value, shared: Shared, first: Roles): Operand {
  const order = value.buffer === undefined ? localModes(low, value.node) : modesIn(low, value.buffer);
  const free = order.filter((mode) => !shared.batch.has(mode) && !shared.k.has(mode));
  const roles: Roles = { batch: first.batch, k: first.k, free };
  const freeLast = [...first.batch, ...free, ...first.k];
  if (value.buffer !== undefined && sameOrder(order, freeLast))
    return { ...roles, form: "free-k", buffer: value.buffer };
  return { ...roles, form: "k-free", buffer: inOrder(low, value, [...first.batch, ...first.k, ...free]) };
}

function modesIn(low: Lowering, buffer: BufferId): readonly ModeId[] {
  return bufferOf(low.program, buffer).placement.modes;
}

/** The value with its local modes in the order wanted: loaded so, as it lies, or permuted. */
function inOrder(low: Lowering, value: Value, wanted: readonly ModeId[]): BufferId {
  if (value.buffer === undefined) return loadLeaf(low, value.node, wanted);
  return permuteTo(low, value.buffer, wanted);
}

export function permuteTo(low: Lowering, from: BufferId, wanted: readonly ModeId[]): BufferId {
  const { placement, elements, name } = bufferOf(low.program, from);
  if (sameOrder(placement.modes, wanted)) return from;
  const inLoop = low.program.looped.has(from);
  const out = allocate(low.program, name, { ...placement, modes: wanted }, inLoop);
  const { shape, axes } = fusedPermutation(low.tree.modes, placement.modes, wanted);
  const model = localStep(low.model, 0, 2 * elements);
  emit(low.program, { kind: "permute", in: from, out, shape, axes, model }, inLoop);
  release(low.program, from, inLoop);
  return out;
}

/** [batch, first's free, second's free], or the roles swapped where the consumer can then read a view. */
function emitContraction(
  low: Lowering,
  node: number,
  [first, second]: [Operand, Operand],
  inLoop: boolean,
): BufferId {
  const plain = [...first.batch, ...first.free, ...second.free];
  const swapped = [...first.batch, ...second.free, ...first.free];
  const swap = !readsInPlace(low, node, plain) && readsInPlace(low, node, swapped);
  const [a, b] = swap ? [second, first] : [first, second];
  const split = madeSplit(low, node);
  const out = allocate(low.program, `#${node}`, placementFor(split, swap ? swapped : plain), inLoop);
  const count = (modes: readonly ModeId[]): number => elementCount(low.tree.modes, modes);
  const extents = { batch: count(a.batch), m: count(a.free), n: count(b.free), k: count(a.k) };
  const { batch, m, n, k } = extents;
  const model = localStep(low.model, batch * m * n * k, batch * (m * k + k * n + m * n));
  const forms = {
    formA: a.form === "free-k" ? "mk" : "km",
    formB: b.form === "free-k" ? "nk" : "kn",
  } as const;
  const step: Step = {
    kind: "contract",
    a: a.buffer,
    b: b.buffer,
    out,
    ...extents,
    ...forms,
    pair: node - low.tree.leaves,
    model,
  };
  emit(low.program, step, inLoop);
  return out;
}

/** Whether the consumer of `node` (or the move before it) can take this order without a permutation. */
function readsInPlace(low: Lowering, node: number, order: readonly ModeId[]): boolean {
  const arriving = exchanged(low, node).map(({ comes }) => comes);
  if (arriving.length > 0) return sameOrder(order.slice(0, arriving.length), arriving);
  const consumer = low.tree.consumers[node] ?? -1;
  const pair = low.tree.pairs[consumer - low.tree.leaves];
  if (pair === undefined) return true;
  const other = pair[0] === node ? pair[1] : pair[0];
  const { batch, k } = sharedModes(low, consumer, node, other);
  return viewAs(order, batch, k) !== undefined;
}

/** Digits of a node on which one mode leaves and another comes before its consumer reads it. */
function exchanged(low: Lowering, node: number): { digit: number; leaves: ModeId; comes: ModeId }[] {
  const before = madeSplit(low, node);
  const after = low.placements.used[node] ?? before;
  return before.flatMap((leaves, digit) => {
    const comes = after[digit] ?? null;
    return leaves !== null && comes !== null && leaves !== comes ? [{ digit, leaves, comes }] : [];
  });
}

/** Moves a value from the split it was made in to the one its consumer reads: first exchanges, then gathers. */
function moveToUse(low: Lowering, { node, buffer }: Value): BufferId | undefined {
  if (buffer === undefined) return undefined;
  const before = madeSplit(low, node);
  const after = low.placements.used[node] ?? before;
  const gathered = before.flatMap((mode, digit) => (mode !== null && after[digit] === null ? [digit] : []));
  return gather(low, redistribute(low, node, buffer), gathered);
}

function redistribute(low: Lowering, node: number, buffer: BufferId): BufferId {
  const moves = exchanged(low, node);
  if (moves.length === 0) return buffer;
  const comes = moves.map((move) => move.comes);
  const rest = modesIn(low, buffer).filter((mode) => !comes.includes(mode));
  const packed = permuteTo(low, buffer, [...comes, ...rest]);
  const inLoop = low.program.looped.has(packed);
  const { placement, elements, name } = bufferOf(low.program, packed);
  const split = placement.split.map(
    (mode, digit) => moves.find((move) => move.digit === digit)?.comes ?? mode,
  );
  const modes = [...moves.map((move) => move.leaves), ...rest];
  const out = allocate(low.program, name, { ...placement, split, modes }, inLoop);
  const digits = moves.map((move) => move.digit);
  const model = moveStep(low.model, digits, elements / elementCount(low.tree.modes, comes));
  emit(low.program, { kind: "redistribute", in: packed, out, digits, model }, inLoop);
  release(low.program, packed, inLoop);
  return out;
}

/** All-gathers over `digits`; what was split there then leads the storage order. */
export function gather(low: Lowering, buffer: BufferId, digits: readonly number[]): BufferId {
  if (digits.length === 0) return buffer;
  const inLoop = low.program.looped.has(buffer);
  const { placement, elements, name } = bufferOf(low.program, buffer);
  const joining = digits.flatMap((digit) => placement.split[digit] ?? []);
  const split = placement.split.map((mode, digit) => (digits.includes(digit) ? null : mode));
  const out = allocate(
    low.program,
    name,
    { ...placement, split, modes: [...joining, ...placement.modes] },
    inLoop,
  );
  emit(
    low.program,
    { kind: "gather", in: buffer, out, digits, model: moveStep(low.model, digits, elements) },
    inLoop,
  );
  release(low.program, buffer, inLoop);
  return out;
}

/** All-reduces partial sums over `digits`. */
export function reduce(low: Lowering, buffer: BufferId, digits: readonly number[]): BufferId {
  if (digits.length === 0) return buffer;
  const { placement, elements, name } = bufferOf(low.program, buffer);
  const out = allocate(low.program, name, { ...placement, partial: [] }, false);
  emit(
    low.program,
    { kind: "reduce", in: buffer, out, digits, model: moveStep(low.model, digits, elements) },
    false,
  );
  release(low.program, buffer, false);
  return out;
}
