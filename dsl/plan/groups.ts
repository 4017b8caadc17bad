/** A network some of whose tensors are contracted already. */
import type { Network, NetworkTensor } from "../network/network.ts";
import type { Simplified } from "../network/simplify.ts";
import { plainNodes } from "./cost.ts";
import { at, hypergraph } from "./hypergraph.ts";
import type { Pairs } from "./path.ts";

/**
 * The network with the tensors of each tree of `pairs` put together; the others stay as they are. Ids as in a contraction
 * tree; each is used at most once, and need not be used at all. `composed` makes a tree of the whole from one of `reduced`.
 */
export function groupsContracted(network: Network, pairs: Pairs): Simplified {
  const graph = hypergraph(network);
  const used = new Set(pairs.flat());
  const nodes = plainNodes(graph, pairs);
  const ids = nodes.flatMap((_, id) => (used.has(id) ? [] : [id]));
  const tensors = ids.map((id): NetworkTensor => {
    const labels = Array.from(at(nodes, id).indices, (index) => at(graph.labels, index));
    return network.tensors[id] ?? { name: `#${id}`, labels };
  });
  return { pairs: pairs.map(([a, b]) => [a, b] as const), reduced: { ...network, tensors }, ids };
}
