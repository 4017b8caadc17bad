/** In which order the pairs of a placed tree are contracted: the one that holds least of a rank's memory at once. */
import { modesOf, type ModeTree } from "./modes.ts";
import { isWhole, type NodePlacements, type Split } from "./place.ts";
import { sizesOf } from "./sizes.ts";

/** Per node: elements of its shard as it is made and as its consumer reads it, and while it waits in between. */
export interface Shards {
  readonly made: Float64Array;
  readonly used: Float64Array;
  readonly waiting: Float64Array;
}

interface Execution {
  readonly shards: Shards;
  /** Nodes, leaves included. */
  readonly order: readonly number[];
}

const known = new WeakMap<NodePlacements, Execution>();

/** The shards of a placed tree, and the order in which its nodes are made; found once for the placements. */
export function executionOf(tree: ModeTree, placements: NodePlacements): Execution {
  let execution = known.get(placements);
  if (execution === undefined) {
    const shards = shardsOf(tree, placements);
    known.set(placements, (execution = { shards, order: executionOrder(tree, shards) }));
  }
  return execution;
}

/** A leaf waits outside: it is loaded just before it is read. Others wait as they are made or as they are read, whichever is less. */
export function shardsOf(tree: ModeTree, { made, used }: NodePlacements): Shards {
  const { elements: whole } = sizesOf(tree);
  const sizes = (splits: readonly (Split | undefined)[]): Float64Array => {
    const found = whole.slice();
    for (let node = 0; node < found.length; node += 1) {
      const split = splits[node] ?? made[node] ?? [];
      if (isWhole(split)) continue;
      let elements = 1;
      for (const mode of tree.nodes[node] ?? [])
        if (!split.includes(mode)) elements *= modesOf(tree.modes, mode).extent;
      found[node] = elements;
    }
    return found;
  };
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
    if (pair === undefined) continue;
    const early = first[node] as number;
    pending.push(early, pair[0] === early ? pair[1] : pair[0]);
  }
  return order.reverse();
}
