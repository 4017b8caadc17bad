/** What stands at a place of a program, in words. */
import { formatNumber } from "../base/units.ts";
import type { Cost } from "../plan/tree.ts";
import { CONSTANTS, FUNCTIONS } from "./allowed.ts";
import { wordsAt } from "./complete.ts";
import { describeDefinition } from "./describe.ts";
import { familyKey } from "./labels.ts";
import { explanationOfWord } from "./manual.ts";
import type { Definitions } from "./program.ts";

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
  return explanationOfWord(first) ?? functionNamed(first);
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
