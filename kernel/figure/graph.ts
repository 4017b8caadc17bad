/** network -> what is drawn of it: bonds, hubs (an index that is more than a bond), and open ends. */
import type { Label, Network } from "../../dsl/core.ts";

export type Point = readonly [number, number];

export interface Places {
  /** One a tensor, in units of a typical bond. */
  readonly tensors: readonly Point[];
  /** Places of indices by their label: all hubs, and bonds that should pass through a point of their own. */
  readonly joints: ReadonlyMap<Label, Point>;
  /** Heights at which the lines of an index run, by label; a line leaves its tensor straight up or down to there. */
  readonly rows?: ReadonlyMap<Label, number>;
  /** Whether both directions have the same scale. */
  readonly square: boolean;
}

/** One index of the network as it is used. */
export interface Joint {
  readonly label: Label;
  readonly extent: number;
  /** The tensors that have it, each once. */
  readonly tensors: readonly number[];
  /** Axes that carry it, over all tensors. */
  readonly uses: number;
  readonly open: boolean;
}

/** Indices in order of first use. */
export function jointsOf(network: Network): Joint[] {
  const open = new Set(network.open);
  const uses = new Map<Label, number[]>();
  network.tensors.forEach(({ labels }, tensor) => {
    for (const label of labels) {
      const known = uses.get(label);
      if (known === undefined) uses.set(label, [tensor]);
      else known.push(tensor);
    }
  });
  return [...uses].map(([label, holders]) => ({
    label,
    extent: network.extents[label] ?? 1,
    tensors: [...new Set(holders)],
    uses: holders.length,
    open: open.has(label),
  }));
}

/** Three ends or more, the result counted as one. */
export function isHyperedge({ uses, open }: Joint): boolean {
  return uses + Number(open) > 2;
}

/** Drawn as a line between two tensors. */
export function isBond({ uses, tensors, open }: Joint): boolean {
  return uses === 2 && tensors.length === 2 && !open;
}

/** Drawn as a line that ends beside its tensor: open, or summed over one tensor (a trace where that has it twice). */
export function isLeg({ tensors }: Joint): boolean {
  return tensors.length === 1;
}

/** Drawn as a dot joined to its tensors. */
export function isHub(joint: Joint): boolean {
  return !isBond(joint) && !isLeg(joint);
}

/**
 * Vertices 0..n-1 are the tensors, n.. the hubs in order; an edge for each bond and each spoke of a hub.
 * Neighbours may repeat where two tensors share several bonds.
 */
export function neighboursOf(tensors: number, joints: readonly Joint[]): number[][] {
  const hubs = joints.filter(isHub);
  const neighbours: number[][] = Array.from({ length: tensors + hubs.length }, () => []);
  const join = (a: number, b: number): void => {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  };
  for (const joint of joints.filter(isBond)) join(joint.tensors[0] ?? 0, joint.tensors[1] ?? 0);
  hubs.forEach((hub, position) => {
    for (const tensor of hub.tensors) join(tensor, tensors + position);
  });
  return neighbours;
}
