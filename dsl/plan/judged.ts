/** Annealing of a whole tree by any function of it: what a sum over pairs cannot say, such as the time on a machine. */
import type { Random } from "../base/random.ts";
import type { Network } from "../network/network.ts";
import { at } from "./hypergraph.ts";
import { checkTree } from "./path.ts";
import { pairsOf } from "./rotate.ts";
import type { Budget, ContractionTree } from "./tree.ts";

/** Lower is better; Infinity where the tree will not do. Differences are compared with temperatures, so give a logarithm of a cost. */
export type TreeValue = (tree: ContractionTree) => number;

export interface Judging {
  readonly value: TreeValue;
  /** By how much the value may grow in a move, about; falls geometrically to a hundredth over the trials. */
  readonly hottest: number;
}

/**
 * The best tree met, never worse than `start`, whose slices stay. A trial is one rotation of the tree anywhere, and one call of
 * the function: for what is dear to compute, and a start that a search by multiply-adds has made. Throws UserError where the
 * tree does not fit the network.
 */
export function annealBy(
  network: Network,
  start: ContractionTree,
  { value, hottest }: Judging,
  budget: Budget,
  random: Random,
): ContractionTree {
  checkTree(network, start);
  const { leaves, sliced } = start;
  if (leaves < 3) return start;
  const left = Int32Array.from({ length: 2 * leaves - 1 }, (_, id) => start.pairs[id - leaves]?.[0] ?? -1);
  const right = Int32Array.from(left, (_, id) => start.pairs[id - leaves]?.[1] ?? -1);
  let best = start;
  let [own, least] = [value(start), value(start)];
  for (let trial = 0; trial < budget.trials && !budget.expired(); trial += 1) {
    const undo = rotate(leaves, left, right, random);
    if (undo === undefined) continue;
    const tree = { leaves, pairs: pairsOf(leaves, left, right), sliced };
    const next = value(tree);
    const temperature = hottest * 0.01 ** (trial / budget.trials);
    if (!(next <= own - temperature * Math.log(1 - random()))) {
      undo();
      continue;
    }
    own = next;
    if (next < least) [best, least] = [tree, next];
  }
  return best;
}

/** ((a b) c) -> (a (b c)) at a node drawn at random; undefined where that has no inner node. Returns what undoes it. */
function rotate(
  leaves: number,
  left: Int32Array,
  right: Int32Array,
  random: Random,
): (() => void) | undefined {
  const outer = leaves + Math.floor((leaves - 1) * random());
  const [inners, others] = random() < 0.5 ? [left, right] : [right, left];
  const inner = at(inners, outer);
  if (inner < leaves) return undefined;
  const before = [at(left, inner), at(right, inner), at(left, outer), at(right, outer)] as const;
  const rising = random() < 0.5 ? left : right;
  const c = at(others, outer);
  others[outer] = at(rising, inner);
  rising[inner] = c;
  return () => {
    [left[inner], right[inner], left[outer], right[outer]] = before;
  };
}
