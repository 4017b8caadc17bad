/** What stands at a place of a program, in words. */
import { formatNumber } from "../base/units.ts";
import type { Cost } from "../plan/tree.ts";
import { CONSTANTS, FUNCTIONS } from "./allowed.ts";
import { wordsAt } from "./complete.ts";
import { describeDefinition } from "./describe.ts";
import { familyKey } from "./labels.ts";
import type { Definitions } from "./program.ts";

/** One line for each word that has a meaning of its own. */
export const WORDS: Readonly<Record<string, string>> = {
  let: "let L = 8, beta = 0.44: names for values; any arithmetic, complex numbers and units too",
  index: "index i: 1000, s_{*}: 2: an index, or a family of them, and its extent",
  tensor: "tensor A[i,j] = normal(seed 1): a tensor and its entries",
  network:
    "network R[i,l] = A B C: a product of tensors, summed over every index that is not in R's brackets",
  import: 'import "circuit.qasm" as C: a circuit, a formula, a model or a network from a file',
  order:
    "order R = (A B) C: the order of contraction, written or found (search, greedy, optimal, partition, anneal)",
  machine: 'machine m = threads(2): this computer; or preset "dgx-h100", or a block of figures',
  slice: "slice Z to 16 GiB: fewer indices at a time, so that memory suffices; also to fit m, over s_1, s_2",
  distribute: "distribute Z on m devices 8: lays the contraction over the devices of a machine",
  require: "require Z: memory <= 80 GB, time <= 1 hour: budgets that must hold",
  run: "run Z on threads(2): contracts the network; dry: only as modelled",
  show: "show network Z, order Z, timeline of Z: figures",
  compare: "compare Z on m: slicing, greedy, tree: methods of distribution beside each other, modelled",
  product: "product { A[s_x] for x in 1..3 }: one factor for each value of the loop",
  for: "for x in 1..L, y in 1..L: a loop over whole numbers, both ends included",
  seed: "seed 7: random numbers that are the same each time",
  within: "within 30 s: the time that a search has",
  minimizing: "minimizing flops: what a search minimizes; also size, writes, combo, peak, time on m",
  copy: "the copy tensor: 1 where all indices are equal, else 0",
};

/**
 * Text for the name, index or word at `offset`; undefined where there is nothing to say. `costOf` gives the cost of a network's
 * order where one is known.
 */
export function hover(
  source: string,
  offset: number,
  definitions: Definitions,
  costOf: (network: string) => Cost | undefined = () => undefined,
): string | undefined {
  const words = wordsAt(source, offset).map((word) => word.replaceAll(/\s/g, ""));
  for (const word of words) {
    const own = definitions.get(word);
    if (own !== undefined)
      return [describeDefinition(word, own), ...detailsOf(word, definitions, costOf)].join("\n");
    const index = extentOf(word, definitions);
    if (index !== undefined) return index;
  }
  const [first = ""] = words;
  return WORDS[first] ?? functionNamed(first);
}

function functionNamed(name: string): string | undefined {
  if (FUNCTIONS.has(name)) return `${name}(...): a function of mathjs`;
  return CONSTANTS.has(name) ? `${name}: a constant` : undefined;
}

/** Of a network: its order, slices and machine, and what the order costs. */
function detailsOf(
  name: string,
  definitions: Definitions,
  costOf: (network: string) => Cost | undefined,
): string[] {
  if (definitions.get(name)?.kind !== "network") return [];
  const lines = ["order", "slice", "distribute", "require"].flatMap((what) => {
    const definition = definitions.get(`${what} ${name}`);
    return definition === undefined ? [] : [describeDefinition(`${what} ${name}`, definition)];
  });
  const cost = costOf(name);
  if (cost === undefined) return lines;
  const slices = cost.log2Slices === 0 ? "" : `, 2^${formatNumber(cost.log2Slices)} slices`;
  return [
    ...lines,
    `10^${formatNumber(cost.log10Flops)} multiply-adds, largest intermediate 2^${formatNumber(cost.log2Size)} elements${slices}`,
  ];
}

/** An index as it is declared, by its family, or by a tensor that has it. */
function extentOf(label: string, definitions: Definitions): string | undefined {
  const cut = label.indexOf("_");
  const base = cut < 0 ? label : label.slice(0, label.includes("{") ? label.indexOf("{") - 1 : cut);
  const arity = label.includes("{") ? label.split(",").length : 1;
  const families = cut < 0 ? [] : [familyKey(base, arity), familyKey(base, 1)];
  for (const key of families) {
    const family = definitions.get(key);
    if (family?.kind === "family") return `index ${label}: ${family.extent}, of ${key}`;
  }
  for (const [name, definition] of definitions) {
    if (definition.kind !== "tensor") continue;
    const axis = definition.labels.indexOf(label);
    if (axis >= 0) return `index ${label}: ${definition.shape[axis] ?? 1}, of tensor ${name}`;
  }
  return undefined;
}
