/**
 * Storage orders, planned backwards from the root. In: a tree whose nodes are placed. Out: for every node the order of modes in
 * which its consumer reads it, such that contractions are products on views and few large tensors are permuted.
 *
 * A wish for a pair's result becomes a wish for its larger operand, the stem (`below.ts`). Where no order of the operands meets it, or
 * where starting afresh is cheaper, the result is permuted. Along each chain of stems a beam of wishes is followed from the
 * root down, the cheapest is taken, and the orders are fixed from its end back up, those of the branches with them.
 */
import { InvariantError } from "../base/diagnostic.ts";
import type { ModeId } from "../schedule/schedule.ts";
import {
  allows,
  anyOrder,
  exchanged,
  freedom,
  frontier,
  inLine,
  LEFT,
  ordered,
  partsOf,
  together,
  type OrderTree,
} from "./arrange.ts";
import { readsBelow, resultOf, type Operands, type Reading } from "./below.ts";
import { viewAs } from "./layout.ts";
import { elementCount, type ModeTree } from "./modes.ts";
import { movesOf } from "./moves.ts";
import { orderAfter, type Arrangement, type StorageOrders } from "./orders.ts";
import type { NodePlacements } from "./place.ts";

/** Wishes that are followed at once. */
const BEAM = 6;
/** Subtrees whose tensors are all smaller than this share of the largest cost nothing, whatever their order. */
const LIGHT = 1e-4;

/** A permutation before the largest product counts this much more than its elements, so that of about equal ones another is taken. */
const BEFORE_LARGEST = 0.5;

interface Pass {
  readonly tree: ModeTree;
  readonly placements: NodePlacements;
  /** Per node: elements of the shard that its consumer reads, times how often; the largest of its subtree; their sum. */
  readonly own: Float64Array;
  readonly largest: Float64Array;
  readonly total: Float64Array;
  /** Per node: multiply-adds of its pair, over those of the largest. */
  readonly flops: Float64Array;
  readonly used: (readonly ModeId[] | undefined)[];
  readonly arranged: (Arrangement | undefined)[];
}

/** `rounds`: how often a rank runs what depends on the slice. */
export function storageOrders(tree: ModeTree, placements: NodePlacements, rounds: number): StorageOrders {
  const nodes = tree.nodes.length;
  const made = (): Float64Array => new Float64Array(nodes);
  const weights = { own: made(), largest: made(), total: made(), flops: made() };
  const pass: Pass = { tree, placements, ...weights, used: [], arranged: [] };
  for (let node = 0; node < nodes; node += 1) weigh(pass, node, rounds);
  const most = pass.flops.reduce((a, b) => Math.max(a, b), 1);
  pass.flops.forEach((own, node) => (pass.flops[node] = own / most));
  const root = nodes - 1;
  const whole = usedModes(pass, root);
  const result = tree.open.length === whole.length ? inLine(...tree.open) : inLine(...anyOrder(whole));
  planChain(pass, root, [result]);
  return pass;
}

function weigh({ tree, placements, own, largest, total, flops }: Pass, node: number, rounds: number): void {
  const pair = tree.pairs[node - tree.leaves] ?? [];
  const local = localModes(tree, node, placements.used[node]);
  const size = elementCount(tree.modes, local) * (tree.sliceDependent[node] === true ? rounds : 1);
  own[node] = size;
  const involved = new Set(pair.flatMap((child) => tree.nodes[child] ?? []));
  flops[node] = elementCount(tree.modes, [...involved]) * (tree.sliceDependent[node] === true ? rounds : 1);
  largest[node] = pair.reduce((most, child) => Math.max(most, largest[child] ?? 0), size);
  total[node] = pair.reduce((sum, child) => sum + (total[child] ?? 0), size);
}

function localModes(tree: ModeTree, node: number, split: NodePlacements["used"][number] = []): ModeId[] {
  return (tree.nodes[node] ?? []).filter((mode) => !split.includes(mode));
}

function usedModes({ tree, placements }: Pass, node: number): ModeId[] {
  return localModes(tree, node, placements.used[node]);
}

function madeModes({ tree, placements }: Pass, node: number): ModeId[] {
  return localModes(tree, node, placements.made[node]);
}

/** A wish for a node of a chain, and how it came from the wish for the node above. */
interface Wish {
  readonly tree: OrderTree;
  /** Elements permuted so far, above this node. */
  readonly cost: number;
  readonly above?: { readonly wish: Wish; readonly reading: Reading };
}

/** Absent for a leaf and in a subtree that is not worth planning. */
function operandsOf(pass: Pass, node: number): Operands | undefined {
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

/** Fixes the orders of a subtree, any of whose `wishes` its consumer can read, and returns that of its top node. */
function planChain(pass: Pass, top: number, wishes: readonly OrderTree[]): readonly ModeId[] {
  const chain: { node: number; operands: Operands }[] = [];
  let beam: Wish[] = wishes.map((tree) => ({ tree, cost: 0 }));
  let node = top;
  for (let own = operandsOf(pass, node); own !== undefined; own = operandsOf(pass, node)) {
    const operands = own;
    const at = node;
    beam = narrowed(beam.flatMap((wish) => wishesBelow(pass, at, operands, wish)));
    chain.push({ node, operands });
    node = operands.stem;
  }
  let wish = beam.reduce((best, other) => (other.cost < best.cost ? other : best));
  let order: readonly ModeId[] = frontier(wish.tree);
  pass.used[node] = order;
  for (const { node: above, operands } of chain.reverse()) {
    if (wish.above === undefined) throw new InvariantError(`expected a wish above node ${node}, got none`);
    order = fixOrder(pass, above, operands, order, wish.above);
    wish = wish.above.wish;
  }
  return order;
}

/** The cheapest wishes, of equal ones the freest; no wish twice. */
function narrowed(wishes: readonly Wish[]): Wish[] {
  const rated = wishes.map((wish) => ({ wish, free: freedom(wish.tree) }));
  rated.sort((a, b) => a.wish.cost - b.wish.cost || b.free - a.free);
  const kept = new Map<string, Wish>();
  for (const { wish } of rated) {
    const key = JSON.stringify(wish.tree);
    if (!kept.has(key)) kept.set(key, wish);
    if (kept.size === BEAM) break;
  }
  return [...kept.values()];
}

/** What a wish for a node asks of the stem: with the node as it is made, and with the node permuted. */
function wishesBelow(pass: Pass, node: number, operands: Operands, wish: Wish): Wish[] {
  const { tree, cost } = beforeMoves(pass, node, wish);
  const made = madeModes(pass, node);
  const permuted = wish.cost + sizeOf(pass, node, made) * (1 + BEFORE_LARGEST * flopShare(pass, node));
  const below = (from: OrderTree, paid: number): Wish[] =>
    readsBelow(operands, from).map((reading) => {
      return { tree: reading.stem, cost: paid, above: { wish, reading } };
    });
  return [...below(tree, cost), ...below(inLine(...anyOrder(made)), permuted)];
}

/** Multiply-adds of the pair that reads a node, relative to the largest of all pairs. */
function flopShare({ tree, flops }: Pass, node: number): number {
  return flops[tree.consumers[node] ?? node] ?? 0;
}

/** Elements of a node's shard with these local modes, times how often it is made. */
function sizeOf({ tree, own, placements }: Pass, node: number, modes: readonly ModeId[]): number {
  const used = elementCount(tree.modes, localModes(tree, node, placements.used[node]));
  return ((own[node] ?? 0) * elementCount(tree.modes, modes)) / used;
}

/** The wish for a node as it is made, where its consumer's is for the node as it has moved; adds the permutations between. */
function beforeMoves(pass: Pass, node: number, wish: Wish): { tree: OrderTree; cost: number } {
  let { tree, cost } = wish;
  for (const { leaves, comes } of movesOf(pass.placements, node).reverse()) {
    let rest = restAfter(tree, leaves);
    if (rest === undefined) {
      const modes = frontier(tree);
      cost += sizeOf(pass, node, modes);
      rest = anyOrder(modes.filter((mode) => !leaves.includes(mode)));
    }
    tree = inLine(...comes, ...rest);
  }
  return { tree, cost };
}

/** Parts that follow the modes that lead, in their order; undefined where they cannot lead. */
function restAfter(tree: OrderTree, leading: readonly ModeId[]): readonly OrderTree[] | undefined {
  const front = new Set([LEFT]);
  let found = tree;
  for (const mode of leading) {
    front.add(mode);
    const next = together(found, front);
    if (next === undefined) return undefined;
    found = next;
  }
  return partsOf(exchanged(found, new Set(leading), []));
}

/** Order of a node as its consumer reads it, from that of the stem; plans the branch too. */
function fixOrder(
  pass: Pass,
  node: number,
  operands: Operands,
  order: readonly ModeId[],
  { wish, reading }: NonNullable<Wish["above"]>,
): readonly ModeId[] {
  const { stem, branch, batch, k } = operands;
  const { own, outer, branchLeads } = resultOf(operands, reading, order);
  const lead = order.slice(0, outer);
  const view = viewed(order, new Set(lead), k);
  const first = lead.filter((mode) => batch.has(mode));
  const branchWishes = [inLine(...first, ...own, ...view.k), inLine(...first, ...view.k, ...own)];
  const branchView = viewed(planChain(pass, branch, branchWishes), batch, k);
  pass.arranged[node] = { stem, outer, branchLeads };
  const free = branchLeads ? [...branchView.free, ...view.free] : [...view.free, ...branchView.free];
  const made = [...lead, ...free];
  const target = ordered(wish.tree, placesOf(made));
  const moved = movesOf(pass.placements, node).reduce(
    (before, move) => orderAfter(before, move, target),
    made,
  );
  const used = allows(wish.tree, moved) ? moved : ordered(wish.tree, placesOf(moved));
  pass.used[node] = used;
  return used;
}

function placesOf(order: readonly ModeId[]): ReadonlyMap<ModeId, number> {
  return new Map(order.map((mode, place) => [mode, place]));
}

function viewed(
  order: readonly ModeId[],
  batch: ReadonlySet<ModeId>,
  k: ReadonlySet<ModeId>,
): NonNullable<ReturnType<typeof viewAs>> {
  const view = viewAs(order, batch, k);
  if (view === undefined) throw new InvariantError(`expected an order with a view, got ${order.join()}`);
  return view;
}
