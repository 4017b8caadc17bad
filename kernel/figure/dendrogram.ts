/** A contraction tree on the page: which nodes are drawn, where, and which path is the stem. */
import { log2Add, treeNodes, type ContractionTree, type Network } from "../../dsl/core.ts";

export interface Branch {
  /** Id in the tree: a tensor of the network, or a result. */
  readonly id: number;
  /** Labels that others still need, without sliced ones. */
  readonly labels: readonly string[];
  readonly log2Size: number;
  /** log2 of the multiply-adds of this pair, within one slice; -Infinity for a tensor. */
  readonly log2Flops: number;
  /** The same for all pairs below and this one. */
  readonly log2Work: number;
  /** Tensors below; 1 for a tensor. */
  readonly tensors: number;
  /** Place among the leaves drawn. */
  readonly x: number;
  /** Steps from the root. */
  readonly depth: number;
  /** Branches drawn below: two, or none for tensors and for what is folded. */
  readonly children: readonly number[];
  readonly onStem: boolean;
}

export interface Dendrogram {
  /** In the order drawn; `children` are positions here. The last is the root. */
  readonly branches: readonly Branch[];
  /** Whether small subtrees are drawn as one leaf. */
  readonly folded: boolean;
}

/** Per node of the tree, over everything below it. */
interface Totals {
  readonly log2Work: Float64Array;
  readonly log2Largest: Float64Array;
  readonly tensors: Float64Array;
}

/**
 * Draws at most `most` pairs: those with the most work below them, which makes a tree again since work only
 * grows towards the root. The stem runs from the root towards the largest intermediate and on into the larger part.
 */
export function dendrogram(network: Network, tree: ContractionTree, most: number): Dendrogram {
  const nodes = treeNodes(network, tree);
  const totals = totalsOf(tree, nodes);
  const pairs = tree.pairs.map((_, pair) => tree.leaves + pair);
  const work = (id: number): number => totals.log2Work[id] ?? -Infinity;
  const kept = new Set([...pairs].sort((a, b) => work(b) - work(a) || b - a).slice(0, most));
  const root = tree.leaves + tree.pairs.length - 1;
  const branches: Branch[] = [];
  const position = new Map<number, number>();
  let leaves = 0;
  for (const { id, depth, onStem, children } of visitOrder(tree, totals, kept, root)) {
    const below = children.map((child) => position.get(child) ?? 0);
    const [a, b] = below.map((child) => branches[child]?.x ?? 0);
    const { labels = [], log2Size = 0, log2Flops = -Infinity } = nodes[id] ?? {};
    const x = a === undefined || b === undefined ? leaves++ : (a + b) / 2;
    position.set(id, branches.length);
    const own = { labels, log2Size, log2Flops, log2Work: work(id), tensors: totals.tensors[id] ?? 1 };
    branches.push({ id, ...own, x, depth, children: below, onStem });
  }
  return { branches, folded: kept.size < pairs.length };
}

function totalsOf(
  tree: ContractionTree,
  nodes: readonly { readonly log2Size: number; readonly log2Flops: number }[],
): Totals {
  const log2Work = Float64Array.from(nodes, ({ log2Flops }) => log2Flops);
  const log2Largest = Float64Array.from(nodes, ({ log2Size }, id) => (id < tree.leaves ? -1 : log2Size));
  const tensors = Float64Array.from(nodes, (_, id) => (id < tree.leaves ? 1 : 0));
  tree.pairs.forEach((pair, step) => {
    const id = tree.leaves + step;
    for (const child of pair) {
      log2Work[id] = log2Add(log2Work[id] ?? -Infinity, log2Work[child] ?? -Infinity);
      log2Largest[id] = Math.max(log2Largest[id] ?? 0, log2Largest[child] ?? 0);
      tensors[id] = (tensors[id] ?? 0) + (tensors[child] ?? 0);
    }
  });
  return { log2Work, log2Largest, tensors };
}

interface Visit {
  readonly id: number;
  readonly depth: number;
  readonly onStem: boolean;
  /** Towards the stem first. */
  readonly children: readonly number[];
}

/** Children before parents, the heavier child to the left. */
function visitOrder(tree: ContractionTree, totals: Totals, kept: ReadonlySet<number>, root: number): Visit[] {
  const heavierFirst = (a: number, b: number): number =>
    (totals.log2Largest[b] ?? 0) - (totals.log2Largest[a] ?? 0) ||
    (totals.tensors[b] ?? 0) - (totals.tensors[a] ?? 0) ||
    a - b;
  // Parents first, right before left; reversed at the end.
  const found: Visit[] = [];
  const waiting: { id: number; depth: number; onStem: boolean }[] = [{ id: root, depth: 0, onStem: true }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { id, depth, onStem } = next;
    const children = kept.has(id) ? [...(tree.pairs[id - tree.leaves] ?? [])].sort(heavierFirst) : [];
    found.push({ id, depth, onStem, children });
    children.forEach((child, rank) =>
      waiting.push({ id: child, depth: depth + 1, onStem: onStem && rank === 0 && child >= tree.leaves }),
    );
  }
  return found.reverse();
}
