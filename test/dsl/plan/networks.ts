/** Small random networks, hyperedges included, and an independent account of what a tree costs. */
import type { Random } from "../../../dsl/base/random.ts";
import type { Network } from "../../../dsl/network/network.ts";

export function network(
  inputs: readonly (readonly string[])[],
  open: readonly string[],
  extents: Record<string, number>,
): Network {
  const tensors = inputs.map((labels, k) => ({ name: `T${k}`, labels }));
  return { name: "N", dtype: "float64", tensors, open, extents };
}

export function fromEquation(equation: string, sizes: Record<string, number>): Network {
  const [inputs = "", output = ""] = equation.split("->");
  return network(
    inputs.split(",").map((labels) => [...labels]),
    [...output],
    sizes,
  );
}

/** Each index on one to four tensors; some are open; traces and scalars occur. */
export function randomNetwork(random: Random, tensors: number, indices: number): Network {
  const inputs: string[][] = Array.from({ length: tensors }, () => []);
  const open: string[] = [];
  const extents: Record<string, number> = {};
  for (let k = 0; k < indices; k += 1) {
    const label = `i${k}`;
    extents[label] = 1 + Math.floor(4 * random());
    for (let copy = 0; copy < 1 + Math.floor(4 * random()); copy += 1)
      inputs[Math.floor(tensors * random())]?.push(label);
    if (random() < 0.2 && inputs.some((labels) => labels.includes(label))) open.push(label);
  }
  for (const label of Object.keys(extents)) if (!inputs.flat().includes(label)) inputs[0]?.push(label);
  return network(inputs, open, extents);
}

/**
 * Multiply-adds and largest intermediate by definition: an index of a set of tensors is kept where a tensor outside the
 * set or the output has it. Shares nothing with the product.
 */
export function costByDefinition(
  net: Network,
  pairs: readonly (readonly [number, number])[],
): { flops: number; size: number; written: number } {
  const groups: Set<number>[] = net.tensors.map((_, k) => new Set([k]));
  const labelsOf = (group: Set<number>): Set<string> => {
    const inside = new Set([...group].flatMap((k) => [...(net.tensors[k]?.labels ?? [])]));
    const outside = new Set([
      ...net.open,
      ...net.tensors.filter((_, k) => !group.has(k)).flatMap((t) => [...t.labels]),
    ]);
    return new Set([...inside].filter((label) => outside.has(label)));
  };
  const product = (labels: Iterable<string>): number =>
    [...labels].reduce((n, label) => n * (net.extents[label] ?? NaN), 1);
  let [flops, size, written] = [0, 0, 0];
  for (const [a, b] of pairs) {
    const [x, y] = [groups[a] ?? new Set<number>(), groups[b] ?? new Set<number>()];
    flops += product(new Set([...labelsOf(x), ...labelsOf(y)]));
    const both = new Set([...x, ...y]);
    groups.push(both);
    size = Math.max(size, product(labelsOf(both)));
    written += product(labelsOf(both));
  }
  return { flops, size, written };
}

/** All trees of n tensors, as pairs. */
export function* allTrees(
  n: number,
  live = Array.from({ length: n }, (_, k) => k),
  made = 0,
): Generator<[number, number][]> {
  if (live.length < 2) {
    yield [];
    return;
  }
  for (let i = 0; i < live.length; i += 1)
    for (let j = i + 1; j < live.length; j += 1) {
      const rest = live.filter((_, k) => k !== i && k !== j);
      for (const tail of allTrees(n, [...rest, n + made], made + 1))
        yield [[live[i] ?? -1, live[j] ?? -1], ...tail];
    }
}

export const unlimited = (trials: number): { expired: () => boolean; trials: number } => ({
  expired: () => false,
  trials,
});
