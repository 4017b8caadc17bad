/** In which order the pairs of a placed tree are contracted: the one that holds least of a rank's memory at once. */
import { modesOf, type ModeTree } from "./modes.ts";
import type { NodePlacements, Split } from "./place.ts";

/** Per node: elements of its shard as it is made and as its consumer reads it, and while it waits in between. */
export interface Shards {
  readonly made: Float64Array;
  readonly used: Float64Array;
  readonly waiting: Float64Array;
}

/** A leaf waits outside: it is loaded just before it is read. Others wait as they are made or as they are read, whichever is less. */
export function shardsOf(tree: ModeTree, { made, used }: NodePlacements): Shards {
  const sizes = (splits: readonly (Split | undefined)[]): Float64Array =>
    Float64Array.from(tree.nodes, (modes, node) => {
      const split = splits[node] ?? made[node] ?? [];
      let elements = 1;
      for (const mode of modes) if (!split.includes(mode)) elements *= modesOf(tree.modes, mode).extent;
      return elements;
    });
  const [before, after] = [sizes(made), sizes(used)];
  const waiting = before.map((size, node) => (node < tree.leaves ? 0 : Math.min(size, after[node] ?? size)));
  return { made: before, used: after, waiting };
}

/**
 * Post-order, of two operands first the one whose subtree holds most beyond what then waits: of all post-orders that with the least
 * peak (Liu, ACM Trans. Math. Softw. 12, 249 (1986)). Whatever is large may be copied, by a permutation or a move.
 */
export function executionOrder(tree: ModeTree, { made, used, waiting }: Shards): number[] {
  const beyond = new Float64Array(tree.nodes.length);
  const first: number[] = [];
  tree.pairs.forEach(([a, b], position) => {
    const node = tree.leaves + position;
    const [early, late] = at(beyond, a) >= at(beyond, b) ? [a, b] : [b, a];
    first[node] = early;
    const own = at(made, node);
    const peak = Math.max(
      at(beyond, early) + at(waiting, early),
      at(waiting, early) + at(beyond, late) + at(waiting, late),
      at(used, a) + at(used, b) + own,
      own + at(used, node),
    );
    beyond[node] = peak - at(waiting, node);
  });
  return walked(tree, first);
}

function at(values: Float64Array, node: number): number {
  return values[node] ?? 0;
}

/** Iterative: trees may be deep. */
function walked(tree: ModeTree, first: readonly number[]): number[] {
  const order: number[] = [];
  const pending = [tree.nodes.length - 1];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    order.push(node);
    const pair = tree.pairs[node - tree.leaves];
    // What is pushed first is walked last, and the walk is reversed.
    if (pair !== undefined) pending.push(...(pair[0] === first[node] ? pair : pair.toReversed()));
  }
  return order.reverse();
}
