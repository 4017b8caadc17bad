/**
 * Lowering: a contraction tree whose nodes are placed becomes steps. Contractions are one batched GEMM on
 * views; a permutation is emitted only where the order of modes forbids the view. What does not depend on
 * the slice is computed once, before the loop.
 */
import { InvariantError } from "../base/diagnostic.ts";
import type { BufferId, ModeId, Placement, Step } from "../schedule/schedule.ts";
import { executionOf, type Shards } from "./execution.ts";
import { formOf, loadedPermutation, sameOrder, viewAs, type Form, type Roles } from "./layout.ts";
import { permuteTo, type Lowering, type Shared } from "./lowering.ts";
import { contractStep, launchesOf, loadStep, localStep } from "./model.ts";
import { elementCount } from "./modes.ts";
import { moveToUse, movesOf } from "./moves.ts";
import { withoutSplit, type Split } from "./place.ts";
import { allocate, bufferOf, emit, release } from "./program.ts";
import { viewInPlace, viewsInPlace, type ContractionView, type Found } from "./views.ts";

/** A node's value on the ranks; a leaf is not loaded before its consumer says in which order. */
type Value = { readonly node: number; readonly buffer: BufferId | undefined; readonly moved?: boolean };

/** Emits everything up to the root's value (one slice of it) and returns its buffer. */
export function lowerTree(low: Lowering): BufferId {
  const { tree } = low;
  const root = tree.nodes.length - 1;
  const values = new Map<number, Value>();
  const { shards, order } = executionOf(tree, low.placements);
  for (const node of order) {
    const pair = tree.pairs[node - tree.leaves];
    if (pair === undefined) values.set(node, { node, buffer: undefined });
    else {
      const made = contractPair(low, node, [valueOf(values, pair[0]), valueOf(values, pair[1])]);
      values.set(node, node === root ? made : readied(low, made, shards));
    }
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

function placementFor(split: Split, modes: readonly ModeId[]): Placement {
  return { modes: withoutSplit(modes, split), split, partial: [] };
}

function madeSplit(low: Lowering, node: number): Split {
  return low.placements.made[node] ?? low.model.mesh.map(() => null);
}

/** Loads a leaf in the given order of its local modes; indices that occur nowhere else are summed at once. */
function loadLeaf(low: Lowering, leaf: number, order: readonly ModeId[]): BufferId {
  const { tree, program } = low;
  const split = low.placements.used[leaf] ?? madeSplit(low, leaf);
  const [loaded, kept] = [tree.loaded[leaf] ?? [], tree.nodes[leaf] ?? []];
  const summed = loaded.length === kept.length ? [] : loaded.filter((mode) => !kept.includes(mode));
  const inLoop = tree.sliceDependent[leaf] === true;
  const name = low.network.tensors[leaf]?.name ?? "";
  const whole = summed.length === 0 ? order : [...order, ...summed];
  const out = allocate(program, name, placementFor(split, whole), inLoop);
  const { elements } = bufferOf(program, out);
  const permutation = loadedPermutation(tree.modes, low.network.tensors[leaf]?.labels ?? [], whole);
  const model = loadStep(low.model, elements, permutation);
  emit(program, { kind: "load", tensor: leaf, out, model }, inLoop);
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

function localModes({ local }: Lowering, node: number): readonly ModeId[] {
  return local[node] ?? [];
}

/** What the operands of a pair share, kept (batch) or contracted (k). */
function sharedModes(low: Lowering, out: number): Shared {
  const known = low.shared[out];
  if (known !== undefined) return known;
  const [a, b] = low.tree.pairs[out - low.tree.leaves] ?? [-1, -1];
  const [batch, k] = [new Set<ModeId>(), new Set<ModeId>()];
  const [first, kept] = [localModes(low, a), low.tree.nodes[out] ?? []];
  for (const mode of localModes(low, b))
    if (first.includes(mode)) (kept.includes(mode) ? batch : k).add(mode);
  return (low.shared[out] = { batch, k });
}

type Operand = Roles & { readonly buffer: BufferId; readonly form: Form };

function movedToUse(low: Lowering, value: Value): Value {
  const { node, buffer, moved } = value;
  return buffer === undefined || moved === true ? value : { node, buffer: moveToUse(low, node, buffer) };
}

/** A value that moves and is permuted at once, where it does not grow: what its consumer's other operand needs is not there yet. */
function readied(low: Lowering, value: Value, { made, used }: Shards): Value {
  const { node } = value;
  if (value.buffer === undefined || (used[node] ?? 0) > (made[node] ?? 0)) return value;
  const buffer = moveToUse(low, node, value.buffer);
  const order = low.orders.arranged[low.tree.consumers[node] ?? -1] && low.orders.used[node];
  return { node, buffer: order === undefined ? buffer : permuteTo(low, buffer, order), moved: true };
}

function contractPair(low: Lowering, node: number, pair: readonly [Value, Value]): Value {
  const inLoop = low.tree.sliceDependent[node] === true;
  const moved = [movedToUse(low, pair[0]), movedToUse(low, pair[1])] as const;
  const { a, b, out, view } =
    arranged(low, node, moved) ?? unplanned(low, node, moved) ?? chosen(low, node, moved);
  const buffer = emitContraction(low, node, [a, b], out, view, inLoop);
  for (const operand of [a, b]) release(low.program, operand, inLoop);
  return { node, buffer };
}

/** Operands, the order of the result, and how the product goes over them. */
interface Arranged {
  readonly a: BufferId;
  readonly b: BufferId;
  readonly out: readonly ModeId[];
  readonly view: ContractionView;
}

/** As the storage orders want it; undefined where nothing was planned, or where permutations cost less than to read what lies there. */
function arranged(low: Lowering, node: number, pair: readonly [Value, Value]): Arranged | undefined {
  const arrangement = low.orders.arranged[node];
  if (arrangement === undefined) return undefined;
  const [stem, branch] = pair[0].node === arrangement.stem ? pair : [pair[1], pair[0]];
  const [ofStem, ofBranch, out] = [orderOf(low, stem), orderOf(low, branch), arrangement.made];
  const found = viewInPlace(low.model, low.tree.modes, { a: ofStem, b: ofBranch, out });
  if (found === undefined) return undefined;
  const [first, second] = [inOrder(low, stem, ofStem), inOrder(low, branch, ofBranch)];
  const [a, b] = found.turned ? [second, first] : [first, second];
  return { a, b, out, view: found.view };
}

/** Elements of a value on a rank, as its consumer reads it. */
function sizeOn(low: Lowering, { node }: Value): number {
  return elementCount(low.tree.modes, localModes(low, node));
}

/** Of both operands. */
type Orders = readonly [readonly ModeId[], readonly ModeId[]];

/**
 * Where no order is planned: both operands as they lie, or one of them brought to match the other, whichever has a product, the result in
 * an order that its consumer reads if there is one.
 */
function unplanned(low: Lowering, node: number, pair: readonly [Value, Value]): Arranged | undefined {
  if (low.orders.arranged[node] !== undefined) return undefined;
  const [first, second] = pair[0].buffer === undefined ? [pair[1], pair[0]] : pair;
  const a = first.buffer === undefined ? matching(low, node, first) : orderOf(low, first);
  const b = second.buffer === undefined ? matching(low, node, second, a) : orderOf(low, second);
  const permuted = [
    (): Orders => [a, matching(low, node, second, a)],
    (): Orders => [matching(low, node, first, b), b],
  ];
  if (sizeOn(low, first) < sizeOn(low, second)) permuted.reverse();
  // A second launch costs what a permutation does.
  const ways = [[(): Orders => [a, b], 2] as const, ...permuted.map((orders) => [orders, 1] as const)];
  for (const [orders, launches] of ways) {
    const [ofFirst, ofSecond] = orders();
    const found = productOf(low, node, [ofFirst, ofSecond], launches);
    if (found === undefined) continue;
    const buffers = [inOrder(low, first, ofFirst), inOrder(low, second, ofSecond)] as const;
    const [one, other] = found.turned ? [buffers[1], buffers[0]] : buffers;
    return { a: one, b: other, out: found.out, view: found.view };
  }
  return undefined;
}

/** A product of at most so many launches over operands in these orders; the own modes of the second go somewhere between those of the first. */
function productOf(
  low: Lowering,
  node: number,
  [a, b]: Orders,
  launches: number,
): (Found & Pick<Arranged, "out">) | undefined {
  const { batch, k } = sharedModes(low, node);
  const begin = a.findIndex((mode) => k.has(mode));
  const summed = a.slice(begin, begin + k.size);
  // What is contracted has to be one axis.
  const from = b.findIndex((mode) => k.has(mode));
  if (k.size > 0 && !(summed.every((mode) => k.has(mode)) && sameOrder(summed, b.slice(from, from + k.size))))
    return undefined;
  const isOwn = (mode: ModeId): boolean => !batch.has(mode) && !k.has(mode);
  const [kept, own] = [a.filter((mode) => !k.has(mode)), b.filter(isOwn)];
  const places = new Set([kept.length, begin, kept.findIndex(isOwn), 0]);
  const orders = [...places].filter((place) => place >= 0).map((place) => kept.toSpliced(place, 0, ...own));
  const reads = orders.map((order) => readsInPlace(low, node, order));
  for (const wanted of [true, false])
    for (const [at, out] of orders.entries()) {
      if (reads[at] !== wanted) continue;
      for (const found of viewsInPlace(low.tree.modes, { a, b, out }))
        if (launchesOf(found.view) <= launches) return { ...found, out };
    }
  return undefined;
}

/**
 * An operand's order for the pair `node`: shared modes as the other one has them, what is contracted last; its own ones as the consumer of
 * the result would have them, its batch first.
 */
function matching(
  low: Lowering,
  node: number,
  value: Value,
  other: readonly ModeId[] = [],
): readonly ModeId[] {
  const { batch, k } = sharedModes(low, node);
  const next = low.tree.consumers[node];
  const then = next === undefined ? undefined : sharedModes(low, next);
  const rank = (mode: ModeId): number => {
    if (batch.has(mode)) return 0;
    if (k.has(mode)) return 4;
    return then?.batch.has(mode) === true ? 1 : then?.k.has(mode) === true ? 3 : 2;
  };
  const place = (mode: ModeId): number => (batch.has(mode) || k.has(mode) ? other.indexOf(mode) : 0);
  return [...localModes(low, value.node)].sort((x, y) => rank(x) - rank(y) || place(x) - place(y) || x - y);
}

/** The larger operand as it lies where it can, the smaller one to match. */
function chosen(low: Lowering, node: number, pair: readonly [Value, Value]): Arranged {
  const [a, b] = chosenOperands(low, node, pair);
  const count = (modes: readonly ModeId[]): number => elementCount(low.tree.modes, modes);
  const view: ContractionView = {
    batch: count(a.batch),
    m: count(a.free),
    n: count(b.free),
    k: count(a.k),
    formA: a.form === "free-k" ? "mk" : "km",
    formB: b.form === "free-k" ? "nk" : "kn",
  };
  return { a: a.buffer, b: b.buffer, out: a.batch.concat(a.free, b.free), view };
}

/** One operand as it lies, the larger one if both allow that, and the other one to match. */
function chosenOperands(low: Lowering, node: number, pair: readonly [Value, Value]): [Operand, Operand] {
  const [large, small] = sizeOn(low, pair[0]) >= sizeOn(low, pair[1]) ? pair : [pair[1], pair[0]];
  const shared = sharedModes(low, node);
  const isReadable = (value: Value): boolean =>
    formOf(orderOf(low, value), shared.batch, shared.k) !== undefined;
  const [fixed, other] = isReadable(large) || !isReadable(small) ? [large, small] : [small, large];
  const first = asOperand(low, fixed, shared);
  const second = matchOperand(low, other, shared, first);
  return swapHelps(low, node, first, second) ? [second, first] : [first, second];
}

/** Order in which an operand is read if it allows a view: as planned, else as it lies. */
function orderOf(low: Lowering, { node, buffer }: Value): readonly ModeId[] {
  return low.orders.used[node] ?? (buffer === undefined ? localModes(low, node) : modesIn(low, buffer));
}

/** An operand in its order if that allows a view, else permuted to [batch][free][k]. */
function asOperand(low: Lowering, value: Value, shared: Shared): Operand {
  const { batch, k } = shared;
  const order = orderOf(low, value);
  const view = viewAs(order, batch, k);
  if (view !== undefined) return { ...view, buffer: inOrder(low, value, order) };
  const roles: Roles = {
    batch: order.filter((mode) => batch.has(mode)),
    free: order.filter((mode) => !batch.has(mode) && !k.has(mode)),
    k: order.filter((mode) => k.has(mode)),
  };
  const wanted = roles.batch.concat(roles.free, roles.k);
  return { ...roles, form: "free-k", buffer: inOrder(low, value, wanted) };
}

/** The other operand, brought to the batch and k order of the first. */
function matchOperand(low: Lowering, value: Value, shared: Shared, first: Roles): Operand {
  const order = orderOf(low, value);
  const free = order.filter((mode) => !shared.batch.has(mode) && !shared.k.has(mode));
  const roles = { batch: first.batch, k: first.k, free };
  const freeLast = first.batch.concat(free, first.k);
  if (value.buffer !== undefined && sameOrder(order, freeLast))
    return { ...roles, form: "free-k", buffer: inOrder(low, value, freeLast) };
  return { ...roles, form: "k-free", buffer: inOrder(low, value, first.batch.concat(first.k, free)) };
}

function modesIn(low: Lowering, buffer: BufferId): readonly ModeId[] {
  return bufferOf(low.program, buffer).placement.modes;
}

/** The value with its local modes in the order wanted: loaded so, as it lies, or permuted. */
function inOrder(low: Lowering, value: Value, wanted: readonly ModeId[]): BufferId {
  if (value.buffer === undefined) return loadLeaf(low, value.node, wanted);
  return permuteTo(low, value.buffer, wanted);
}

/** Whether the consumer can read a view of [batch][second's free][first's free], and none of the order with the roles as they are. */
function swapHelps(low: Lowering, node: number, first: Operand, second: Operand): boolean {
  return (
    !readsInPlace(low, node, first.batch.concat(first.free, second.free)) &&
    readsInPlace(low, node, first.batch.concat(second.free, first.free))
  );
}

function emitContraction(
  low: Lowering,
  node: number,
  [a, b]: readonly [BufferId, BufferId],
  order: readonly ModeId[],
  view: ContractionView,
  inLoop: boolean,
): BufferId {
  const partial = low.placements.owed?.get(node) ?? [];
  const placement = { ...placementFor(madeSplit(low, node), order), partial };
  const out = allocate(low.program, `#${node}`, placement, inLoop);
  const model = contractStep(low.model, view);
  const step: Step = { kind: "contract", a, b, out, ...view, pair: node - low.tree.leaves, model };
  emit(low.program, step, inLoop);
  return out;
}

/** Whether the consumer of `node` (or the move before it) can take this order without a permutation. */
function readsInPlace(low: Lowering, node: number, order: readonly ModeId[]): boolean {
  const arriving = movesOf(low.placements, node)[0]?.comes;
  if (arriving !== undefined && arriving.length > 0)
    return sameOrder(order.slice(0, arriving.length), arriving);
  const consumer = low.tree.consumers[node] ?? -1;
  const pair = low.tree.pairs[consumer - low.tree.leaves];
  if (pair === undefined) return true;
  const { batch, k } = sharedModes(low, consumer);
  return formOf(order, batch, k) !== undefined;
}
