/** `slice` statements, and lists of a network's indices. */
import { nearest } from "../base/suggest.ts";
import type { Label, Network } from "../network/network.ts";
import type { IndexReference, SliceBody, Word } from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { evaluateAmount } from "./expression.ts";
import { labelOf } from "./labels.ts";
import type { SliceSpec } from "./program.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

/** Throws Refusal. */
export function sliceSpec(checker: Checker, name: Word, body: SliceBody): SliceSpec {
  const { network } = lookUp(checker, "network", name).valued;
  switch (body.kind) {
    case "fit":
      lookUp(checker, "machine", body.machine);
      return { kind: "fit", machine: body.machine.text };
    case "to":
      return { kind: "bytes", bytes: evaluateAmount(body.limit, checker.scope, "B") };
    case "over":
      return { kind: "over", labels: labelsWithin(checker, network, body.indices, "slice") };
    default:
      return body satisfies never;
  }
}

/** Indices of the network, each once. All mistakes are reported; throws Refusal after any of them. */
export function labelsWithin(
  checker: Checker,
  network: Network,
  indices: readonly IndexReference[],
  verb: "slice" | "distribute",
): Label[] {
  const labels = new Set<Label>();
  for (const index of indices)
    attempt(checker, () => {
      const label = labelOf(index, checker.scope);
      const { span } = index;
      const name = verb === "slice" ? "the slice" : "the distribution";
      if (labels.has(label))
        refuse("repeated-index", { name, index: label }, span, "each index stands once here");
      if (!Object.hasOwn(network.extents, label)) {
        const known = Object.keys(network.extents);
        const hint = didYouMean(nearest(label, known)) ?? `its indices: ${someOf(known)}`;
        refuse("no-such-index", { index: label, network: network.name, verb }, span, hint);
      }
      labels.add(label);
    });
  if (labels.size < indices.length) throw new Refusal(undefined);
  return [...labels];
}
