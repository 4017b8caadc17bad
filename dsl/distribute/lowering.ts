/** What the passes that emit steps share: the tree with its placements, the model, and the steps so far. */
import type { Network } from "../network/network.ts";
import type { BufferId, ModeId } from "../schedule/schedule.ts";
import { fusedPermutation, sameOrder } from "./layout.ts";
import { permuteStep, type CostModel } from "./model.ts";
import type { ModeTree } from "./modes.ts";
import type { StorageOrders } from "./orders.ts";
import type { NodePlacements } from "./place.ts";
import { allocate, bufferOf, emit, release, type Program } from "./program.ts";

/** What two operands share, kept (batch) or contracted (k). */
export interface Shared {
  readonly batch: ReadonlySet<ModeId>;
  readonly k: ReadonlySet<ModeId>;
}

export interface Lowering {
  readonly network: Network;
  readonly tree: ModeTree;
  readonly placements: NodePlacements;
  /** Per node: modes that its consumer finds on a rank. */
  readonly local: readonly (readonly ModeId[])[];
  readonly orders: StorageOrders;
  readonly model: CostModel;
  readonly program: Program;
  /** Per pair's node, once it was asked. */
  readonly shared: (Shared | undefined)[];
}

/** The buffer with its modes in the order wanted: as it lies, or permuted. */
export function permuteTo(low: Lowering, from: BufferId, wanted: readonly ModeId[]): BufferId {
  const { placement, elements, name } = bufferOf(low.program, from);
  if (sameOrder(placement.modes, wanted)) return from;
  const inLoop = low.program.looped.has(from);
  const out = allocate(low.program, name, { ...placement, modes: wanted }, inLoop);
  const { shape, axes } = fusedPermutation(low.tree.modes, placement.modes, wanted);
  const model = permuteStep(low.model, elements, { shape, axes });
  emit(low.program, { kind: "permute", in: from, out, shape, axes, model }, inLoop);
  release(low.program, from, inLoop);
  return out;
}
