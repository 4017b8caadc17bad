/** One contraction of `exact.ts`: what it is told, and what it answers. */
import {
  countFirst,
  countModulo,
  scaledContract,
  UserError,
  type ContractionTree,
  type FirstCount,
  type Scaled,
  type ValuedNetwork,
} from "../../dsl/core.ts";

export interface ExactTask {
  readonly valued: ValuedNetwork;
  readonly tree: ContractionTree;
  readonly work:
    | { readonly kind: "first" | "scaled" }
    | { readonly kind: "modulo"; readonly primes: readonly number[] };
  /** That all intermediates together may take. */
  readonly bytes: number;
}

export type ExactReply =
  | { readonly kind: "first"; readonly first: FirstCount }
  | { readonly kind: "modulo"; readonly parts: readonly Float64Array[] }
  | { readonly kind: "scaled"; readonly scaled: Scaled }
  /** A mistake of the user, or a bug of tnlab. */
  | { readonly kind: "failed"; readonly message: string; readonly user: boolean };

/** Throws nothing. */
export function replyTo({ valued, tree, work, bytes }: ExactTask): ExactReply {
  const limits = { bytes };
  try {
    switch (work.kind) {
      case "first":
        return { kind: "first", first: countFirst(valued, tree, limits) };
      case "modulo":
        return { kind: "modulo", parts: countModulo(valued, tree, work.primes, limits) };
      case "scaled":
        return { kind: "scaled", scaled: scaledContract(valued, tree, limits) };
      default:
        return work satisfies never;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message, user: error instanceof UserError };
  }
}
