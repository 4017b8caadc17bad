/** Networks from JSON files: `{inputs, output, sizes}`, as cotengra and OMEinsum exchange them. */
import { failure, success, type Outcome } from "../base/diagnostic.ts";
import { badJsonLine } from "../base/json.ts";
import { diagnose } from "../base/messages.ts";
import type { Label, Network } from "./network.ts";

/** What is wrong, and where in the document: `inputs[3][0]`. */
class Malformed extends Error {
  override readonly name = "Malformed";
  readonly place: string;
  constructor(place: string, what: string) {
    super(what);
    this.place = place;
  }
}

function malformed(place: string, what: string): never {
  throw new Malformed(place, what);
}

/**
 * A network from JSON text: `inputs` a list of lists of labels, `output` a list of labels, `sizes` the extent of each
 * label, `name` optional; other keys are ignored. Its dtype is float64 and its tensors are T0, T1, ...
 * Errors name the JSON path, or the line where the text is not JSON.
 */
export function parseInstance(text: string): Outcome<Network> {
  try {
    return success(networkOf(JSON.parse(text) as unknown));
  } catch (error) {
    if (error instanceof Malformed) return failed(text, error.place, error.message);
    if (error instanceof SyntaxError)
      return failed(text, `line ${badJsonLine(text) ?? 1}`, `not valid JSON (${reworded(error)})`);
    throw error;
  }
}

function failed(text: string, place: string, what: string): Outcome<Network> {
  const hint =
    'expected {"inputs": [["i","j"],["j","k"]], "output": ["i","k"], "sizes": {"i": 2, "j": 3, "k": 2}}';
  return failure([diagnose("bad-network", { place, what }, { start: 0, end: text.length }, hint)]);
}

/** The engine's reason may quote the text, line breaks included. */
function reworded({ message }: SyntaxError): string {
  return message.replace(/\s+/g, " ");
}

function networkOf(value: unknown): Network {
  const document = recordAt("document", value);
  const sizes = sizesOf(document["sizes"]);
  const inputs = listAt("inputs", document["inputs"]).map((labels, k) =>
    labelsAt(`inputs[${k}]`, labels, sizes),
  );
  if (inputs.length === 0) malformed("inputs", "a network has at least one tensor");
  const open = labelsAt("output", document["output"], sizes);
  const known = new Set(inputs.flat());
  open.forEach((label, k) => {
    if (open.indexOf(label) !== k) malformed(`output[${k}]`, `index ${label} is named twice`);
    if (!known.has(label)) malformed(`output[${k}]`, `index ${label} occurs in no tensor of inputs`);
  });
  const extents = Object.fromEntries([...sizes].filter(([label]) => known.has(label)));
  const name = document["name"];
  const tensors = inputs.map((labels, k) => ({ name: `T${k}`, labels }));
  return { name: typeof name === "string" ? name : "network", dtype: "float64", tensors, open, extents };
}

function recordAt(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    malformed(path, `expected an object, got ${kindOf(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

function listAt(path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) malformed(path, `expected a list, got ${kindOf(value)}`);
  return value as readonly unknown[];
}

function sizesOf(value: unknown): Map<Label, number> {
  const sizes = new Map<Label, number>();
  for (const [label, extent] of Object.entries(recordAt("sizes", value))) {
    if (typeof extent !== "number" || !Number.isSafeInteger(extent) || extent < 1)
      malformed(`sizes.${label}`, `expected a positive integer, got ${JSON.stringify(extent)}`);
    sizes.set(label, extent);
  }
  return sizes;
}

function labelsAt(path: string, value: unknown, sizes: ReadonlyMap<Label, number>): readonly Label[] {
  return listAt(path, value).map((label, k) => {
    if (typeof label !== "string" || label === "")
      malformed(`${path}[${k}]`, `expected the name of an index, got ${JSON.stringify(label)}`);
    if (!sizes.has(label)) malformed(`${path}[${k}]`, `index ${label} has no extent in sizes`);
    return label;
  });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
