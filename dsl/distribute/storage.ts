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
import { BATCH_INSIDE, readsBelow, resultOf, type Operands, type Reading } from "./below.ts";
import type { ModeTree } from "./modes.ts";
import { meetings, scatters } from "./meet.ts";
import { movesOf } from "./moves.ts";
import { orderAfter, type StorageOrders } from "./orders.ts";
import type { NodePlacements } from "./place.ts";
import {
  batchedFirst,
  madeModes,
  operandsOf,
  passOver,
  permutationCost,
  sizeOf,
  usedModes,
  type Pass,
} from "./shards.ts";

/**
 * Wishes that are followed at once, of those whose last permutation is at the same node, and of all. Ten times as many find nothing
 * faster for a square and a triangular lattice, Sycamore and a surface code on 1024 devices: what is permuted there stays permuted.
 */
const BEAM = 4;
const MOST_WISHES = 60;

/** `rounds`: how often a rank runs what depends on the slice. */
export function storageOrders(tree: ModeTree, placements: NodePlacements, rounds: number): StorageOrders {
  const pass = passOver(tree, placements, rounds);
  const root = tree.nodes.length - 1;
  const whole = usedModes(pass, root);
  const result = tree.open.length === whole.length ? inLine(...tree.open) : inLine(...anyOrder(whole));
  planChain(pass, root, [{ tree: result, cost: 0 }]);
  return pass;
}

/** A wish for the top of a chain, and what it costs its consumer, in elements. */
type Wanted = Pick<Wish, "tree" | "cost">;

/** A wish for a node of a chain, and how it came from the wish for the node above. */
interface Wish {
  readonly tree: OrderTree;
  /** Elements permuted so far, above this node. */
  readonly cost: number;
  /** What the wishes of one origin share: the node of the last of those permutations, and a fraction for the way to meet there. */
  readonly since: number;
  readonly above?: { readonly wish: Wish; readonly reading: Reading };
}

/** Fixes the orders of a subtree, any of whose `wishes` its consumer can read, and returns that of its top node. */
function planChain(pass: Pass, top: number, wishes: readonly Wanted[]): readonly ModeId[] {
  const chain: { node: number; operands: Operands }[] = [];
  let beam: Wish[] = wishes.map((one) => ({ ...one, since: top }));
  let node = top;
  for (let own = operandsOf(pass, node); own !== undefined; own = operandsOf(pass, node)) {
    const operands = own;
    beam = narrowed(wishesBelow(pass, node, operands, beam));
    chain.push({ node, operands });
    node = operands.stem;
  }
  // Of equal wishes one that takes the tensor as it comes.
  const own = batchedFirst(pass, usedModes(pass, node));
  const least = beam.reduce((low, { cost }) => Math.min(low, cost), Infinity);
  const cheapest = beam.filter(({ cost }) => cost === least);
  let wish = (cheapest.find(({ tree }) => allows(tree, own)) ?? cheapest[0]) as Wish;
  let order: readonly ModeId[] = ordered(wish.tree, placesOf(own));
  pass.used[node] = order;
  for (const { node: above, operands } of chain.reverse()) {
    if (wish.above === undefined) throw new InvariantError(`expected a wish above node ${node}, got none`);
    order = fixOrder(pass, above, operands, order, wish.above);
    wish = wish.above.wish;
  }
  return order;
}

/** The cheapest wishes since each permutation, of equal ones the freest; no wish twice. */
function narrowed(wishes: readonly Wish[]): Wish[] {
  const rated = wishes.map((wish) => ({ wish, free: freedom(wish.tree) }));
  rated.sort((a, b) => a.wish.cost - b.wish.cost || b.free - a.free);
  const kept = new Map<string, Wish>();
  const counts = new Map<number, number>();
  for (const { wish } of rated) {
    const count = counts.get(wish.since) ?? 0;
    if (count === BEAM) continue;
    const key = JSON.stringify(wish.tree);
    if (kept.has(key)) continue;
    kept.set(key, wish);
    counts.set(wish.since, count + 1);
    if (kept.size === MOST_WISHES) break;
  }
  return [...kept.values()];
}

/**
 * What the wishes for a node ask of the stem: with the node as it is made, and with the node permuted, which leaves every way open,
 * so that no wish needs to be followed that has cost as much.
 */
function wishesBelow(pass: Pass, node: number, operands: Operands, wishes: readonly Wish[]): Wish[] {
  const made = madeModes(pass, node);
  const cheapest = wishes.reduce((best, other) => (other.cost < best.cost ? other : best));
  const permuted = cheapest.cost + permutationCost(pass, node);
  const ways = meetings(pass, operands);
  const below = (wish: Wish, tree: OrderTree, cost: number, since: number): Wish[] =>
    ways.flatMap((way, place) => {
      const origin = ways.length === 1 ? since : node + place / ways.length;
      return readsBelow(operands, tree, way).map((reading) => {
        const gaps = reading.cost * (pass.own[operands.stem] ?? 0);
        return { tree: reading.stem, cost: cost + way.cost + gaps, since: origin, above: { wish, reading } };
      });
    });
  const going = wishes.flatMap((wish) => {
    const { tree, cost } = beforeMoves(pass, node, wish);
    return cost < permuted ? below(wish, tree, cost, wish.since) : [];
  });
  return [...going, ...below(cheapest, inLine(...anyOrder(made)), permuted, node)];
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
  const { own, before } = resultOf(operands, reading, order);
  const first = order.filter((mode) => batch.has(mode));
  const summed = order.filter((mode) => k.has(mode));
  const inside = BATCH_INSIDE * (pass.own[stem] ?? 0);
  const scattered =
    first.length > 0 && scatters(pass, operands) ? aroundBatch(first, own, summed, inside) : [];
  const branchOrder = planChain(pass, branch, [...leadingBatch(first, own, summed), ...scattered]);
  const rest = order.filter((mode) => !k.has(mode));
  const free = branchOrder.filter((mode) => !batch.has(mode) && !k.has(mode));
  const made = [...rest.slice(0, before), ...free, ...rest.slice(before)];
  pass.arranged[node] = { stem, made };
  const target = ordered(wish.tree, placesOf(made));
  const moved = movesOf(pass.placements, node).reduce((from, move) => orderAfter(from, move, target), made);
  const used = allows(wish.tree, moved) ? moved : ordered(wish.tree, placesOf(moved));
  pass.used[node] = used;
  return used;
}

/** Orders of the branch: the batch leads, and the contracted modes are at one end of the others. */
function leadingBatch(
  batch: readonly ModeId[],
  own: readonly OrderTree[],
  summed: readonly ModeId[],
): Wanted[] {
  return [
    { tree: inLine(...batch, ...own, ...summed), cost: 0 },
    { tree: inLine(...batch, ...summed, ...own), cost: 0 },
  ];
}

/** Orders of the branch in which modes of the batch lie on both sides of its own ones, at a cost. */
function aroundBatch(
  batch: readonly ModeId[],
  own: readonly OrderTree[],
  summed: readonly ModeId[],
  cost: number,
): Wanted[] {
  const any = anyOrder(batch);
  const sides: readonly (readonly OrderTree[])[] =
    own.length > 1
      ? [
          [...any, ...own],
          [...own, ...any],
        ]
      : [[{ kind: "free", parts: [...batch, ...own] }]];
  const trees = sides.flatMap((parts) => [inLine(...parts, ...summed), inLine(...summed, ...parts)]);
  return trees.map((tree) => ({ tree, cost }));
}

function placesOf(order: readonly ModeId[]): ReadonlyMap<ModeId, number> {
  return new Map(order.map((mode, place) => [mode, place]));
}
