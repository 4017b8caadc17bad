/** Networks as JSON: lists of indices, or an equation with shapes or sizes. */
import type { Outcome } from "../base/diagnostic.ts";
import { listAt, malformed, positiveAt, readDocument, recordAt, textAt } from "../base/document.ts";
import { dtypeAt, INSTANCE_HINT, instanceOf } from "../network/instance.ts";
import type { Network } from "../network/network.ts";
import { einsumNetwork, parseEinsum } from "./einsum.ts";

/**
 * A network from JSON text, its tensors T0, T1, ..., its dtype as `dtype` says, else float64: cotengra's and OMEinsum's forms as
 * `parseInstance` reads them, or `equation` (or `eq`), an einsum equation, with `shapes`, a list of extents an input, or with `sizes` (or
 * `size_dict`, `size`). A contraction tree in the same file is left to `parsePath`. Errors name the JSON path, or the line
 * where the text is not JSON.
 */
export function parseNetwork(text: string): Outcome<Network> {
  return readDocument(text, INSTANCE_HINT, (value) => {
    const document = recordAt("document", value);
    const place = ["equation", "eq"].find((key) => document[key] !== undefined);
    if (place === undefined) return instanceOf(document);
    const equation = fitting(place, parseEinsum(textAt(place, document[place])));
    if (document["shapes"] === undefined)
      return instanceOf({ ...document, inputs: equation.inputs, output: equation.output, einsum: undefined });
    const shapes = listAt("shapes", document["shapes"]).map((shape, input) =>
      listAt(`shapes[${input}]`, shape).map((extent, axis) =>
        positiveAt(`shapes[${input}][${axis}]`, extent),
      ),
    );
    const name = typeof document["name"] === "string" ? document["name"] : "network";
    return fitting(
      place,
      einsumNetwork(equation, shapes, { name, dtype: dtypeAt("dtype", document["dtype"]) }),
    );
  });
}

function fitting<T>(place: string, outcome: Outcome<T>): T {
  return outcome.ok ? outcome.value : malformed(place, outcome.diagnostics[0]?.message ?? "is malformed");
}
