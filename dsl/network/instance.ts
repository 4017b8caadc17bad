/** Networks from JSON files: `{inputs, output, sizes}`, as cotengra and OMEinsum exchange them. */
import type { Outcome } from "../base/diagnostic.ts";
import { describe, listAt, malformed, positiveAt, readDocument, recordAt } from "../base/document.ts";
import { DTYPES, type Dtype, type Label, type Network } from "./network.ts";

export const INSTANCE_HINT =
  'expected {"inputs": [["i","j"],["j","k"]], "output": ["i","k"], "sizes": {"i": 2, "j": 3, "k": 2}}';

/**
 * A network from JSON text: `inputs` a list of lists of labels, `output` a list of labels, `sizes` (or `size_dict`, `size`) the
 * extent of each label, `name` and `dtype` (float64 where absent) optional; other keys are ignored. Labels are texts or integers.
 * OMEinsum's benchmarks put the lists into `einsum`, as `ixs` and `iy`. Its tensors are T0, T1, ...
 * Errors name the JSON path, or the line where the text is not JSON.
 */
export function parseInstance(text: string): Outcome<Network> {
  return readDocument(text, INSTANCE_HINT, instanceOf);
}

/** Of a parsed document, as `parseInstance`; ends `readDocument` where it is malformed. */
export function instanceOf(value: unknown): Network {
  const document = recordAt("document", value);
  const place = ["sizes", "size_dict", "size"].find((key) => document[key] !== undefined) ?? "sizes";
  const sizes = sizesOf(place, document[place]);
  const name = document["name"];
  const lists =
    document["einsum"] === undefined
      ? { at: "", inputs: "inputs", output: "output", of: document }
      : { at: "einsum.", inputs: "ixs", output: "iy", of: recordAt("einsum", document["einsum"]) };
  const inputsPlace = lists.at + lists.inputs;
  const inputs = listAt(inputsPlace, lists.of[lists.inputs]).map((labels, k) =>
    labelsAt(`${inputsPlace}[${k}]`, labels, sizes),
  );
  if (inputs.length === 0) malformed(inputsPlace, "a network has at least one tensor");
  const outputPlace = lists.at + lists.output;
  const open = labelsAt(outputPlace, lists.of[lists.output], sizes);
  const known = new Set(inputs.flat());
  checkOutput(outputPlace, open, known);
  const extents = Object.fromEntries([...sizes.extents].filter(([label]) => known.has(label)));
  const tensors = inputs.map((labels, k) => ({ name: `T${k}`, labels }));
  const dtype = dtypeAt("dtype", document["dtype"]);
  return { name: typeof name === "string" ? name : "network", dtype, tensors, open, extents };
}

/** float64 where it is absent. */
export function dtypeAt(path: string, value: unknown): Dtype {
  if (value === undefined) return "float64";
  const found = DTYPES.find((dtype) => dtype === value);
  const got = typeof value === "string" ? `"${value}"` : describe(value);
  return found ?? malformed(path, `expected one of ${DTYPES.join(", ")}, got ${got}`);
}

function checkOutput(place: string, open: readonly Label[], known: ReadonlySet<Label>): void {
  const seen = new Set<Label>();
  open.forEach((label, k) => {
    if (seen.has(label)) malformed(`${place}[${k}]`, `index ${label} is named twice`);
    if (!known.has(label)) malformed(`${place}[${k}]`, `index ${label} occurs in no tensor of inputs`);
    seen.add(label);
  });
}

interface Sizes {
  readonly place: string;
  readonly extents: ReadonlyMap<Label, number>;
}

function sizesOf(place: string, value: unknown): Sizes {
  const extents = new Map<Label, number>();
  for (const [label, extent] of Object.entries(recordAt(place, value)))
    extents.set(label, positiveAt(`${place}.${label}`, extent));
  return { place, extents };
}

function labelsAt(path: string, value: unknown, sizes: Sizes): readonly Label[] {
  return listAt(path, value).map((given, k) => {
    const label = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : given;
    if (typeof label !== "string" || label === "")
      malformed(`${path}[${k}]`, `expected the name of an index, got ${describe(label)}`);
    if (!sizes.extents.has(label))
      malformed(`${path}[${k}]`, `index ${label} has no extent in ${sizes.place}`);
    return label;
  });
}
