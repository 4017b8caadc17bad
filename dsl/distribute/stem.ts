/** The stem: the path of the costliest subtrees. */
import type { TreeFacts } from "./facts.ts";

/** The same facts with the stem's nodes alone to be placed; its branches are computed in the shards that it needs. */
export function onStem(facts: TreeFacts): TreeFacts {
  const { tree, work } = facts;
  const heavy = new Uint8Array(facts.heavy.length);
  for (let node = tree.nodes.length - 1; facts.heavy[node] === 1; ) {
    heavy[node] = 1;
    const [a, b] = tree.pairs[node - tree.leaves] ?? [];
    if (a === undefined || b === undefined) break;
    node = (work[a] ?? 0) >= (work[b] ?? 0) ? a : b;
  }
  return { ...facts, heavy };
}
