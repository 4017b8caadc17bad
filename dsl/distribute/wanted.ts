/** What a person may fix about a distribution; everything else is planned. */
import type { Label } from "../network/network.ts";

/**
 * Who places tensors on devices: every device takes slices; Fu et al. (arXiv 2407.00769); the prefix programme of
 * arXiv 2606.01852; the programme over the whole tree; order, slices and placement searched together.
 */
export type Method = "slicing" | "greedy" | "prefix" | "tree" | "joint";

export const METHODS: readonly Method[] = ["slicing", "greedy", "prefix", "tree", "joint"];

/** From pair `step` of the contraction tree on (0-based), the large tensors are split over `labels`, first label outermost. */
export interface WrittenDistribution {
  readonly labels: readonly Label[];
  readonly step: number;
}

export interface Wanted {
  /** Absent: the fastest that any method but `joint` finds. */
  readonly method?: Method;
  /** Devices in one group; the groups take slices. Absent: planned. */
  readonly groupSize?: number;
  /** In the order of their steps, the first at step 0. Absent: planned. */
  readonly over?: readonly WrittenDistribution[];
}
