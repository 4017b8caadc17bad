/** A large network in fewer parts, for drawing: each part stands for a connected patch of tensors. */
import type { Label, Network, NetworkTensor } from "../../dsl/core.ts";
import { jointsOf, neighboursOf } from "./graph.ts";

/**
 * At most `parts` patches (more where there are more components), grown from tensors spread evenly over the list. A patch
 * is a tensor named after what it holds, and has the indices that leave it.
 */
export function clustered(network: Network, parts: number): Network {
  const owners = patchesOf(network, parts);
  const members: NetworkTensor[][] = [];
  const ends = new Map<Label, Set<number>>();
  network.tensors.forEach((tensor, position) => {
    const owner = owners[position] ?? 0;
    (members[owner] ??= []).push(tensor);
    for (const label of tensor.labels) {
      const patches = ends.get(label) ?? new Set();
      ends.set(label, patches.add(owner));
    }
  });
  const open = new Set(network.open);
  const leaves = (label: Label): boolean => open.has(label) || (ends.get(label)?.size ?? 0) > 1;
  const tensors = members.map((patch) => ({
    name: patchName(patch),
    labels: [...new Set(patch.flatMap(({ labels }) => labels))].filter(leaves),
  }));
  return { ...network, tensors };
}

function patchName(patch: readonly NetworkTensor[]): string {
  const [first] = patch;
  return patch.length === 1 ? (first?.name ?? "") : `${patch.length} tensors around ${first?.name ?? ""}`;
}

/** The patch of each tensor: that of the nearest seed; patches are numbered from 0 without gaps. */
function patchesOf(network: Network, parts: number): number[] {
  const count = network.tensors.length;
  const neighbours = neighboursOf(count, jointsOf(network));
  const owner = new Array<number>(neighbours.length).fill(-1);
  const stride = Math.ceil(count / parts);
  const queue = network.tensors.flatMap((_, tensor) => (tensor % stride === 0 ? [tensor] : []));
  queue.forEach((seed, patch) => (owner[seed] = patch));
  const seeds = queue.length;
  let patches = seeds;
  const spread = (): void => {
    for (const vertex of queue)
      for (const next of neighbours[vertex] ?? [])
        if (owner[next] === -1) {
          owner[next] = owner[vertex] ?? 0;
          queue.push(next);
        }
  };
  spread();
  for (let tensor = 0; tensor < count; tensor += 1)
    if (owner[tensor] === -1) {
      owner[tensor] = patches;
      patches += 1;
      queue.splice(0, queue.length, tensor);
      spread();
    }
  return owner.slice(0, count);
}
