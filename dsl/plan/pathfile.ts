/** Contraction orders as JSON files of opt_einsum, cotengra, OMEinsum and tnlab itself. */
import { UserError, type Outcome } from "../base/diagnostic.ts";
import { describe, listAt, malformed, naturalAt, readDocument, recordAt } from "../base/document.ts";
import type { Label } from "../network/network.ts";
import { fromLinear, toLinear, type Pairs } from "./path.ts";
import type { ContractionTree } from "./tree.ts";

/** Whether it fits a network is for `checkTree` to say. */
export interface PathFile {
  readonly pairs: Pairs;
  readonly sliced: readonly Label[];
}

const HINT =
  'expected [[0, 1], [0, 1]] or {"path": ...} as opt_einsum writes it, {"ssa_path": [[0, 1], [2, 3]]}, or the "tree" of OMEinsum';

/**
 * The order of a network of `leaves` tensors: a list of pairs of places (opt_einsum's linear path), alone or as `path`; pairs
 * of ids as `ssa_path`; OMEinsum's `tree` of `args` and `tensorindex`, counted from 1. `sliced` or `slices` lists sliced indices.
 * Errors name the JSON path, or the line where the text is not JSON.
 */
export function parsePath(text: string, leaves: number): Outcome<PathFile> {
  return readDocument(text, HINT, (value) => {
    if (Array.isArray(value)) return { pairs: linearPairs("path", value, leaves), sliced: [] };
    const document = recordAt("document", value);
    return { pairs: pairsOf(document, leaves), sliced: slicedOf(document) };
  });
}

function pairsOf(document: Readonly<Record<string, unknown>>, leaves: number): Pairs {
  if (document["path"] !== undefined) return linearPairs("path", document["path"], leaves);
  if (document["ssa_path"] !== undefined)
    return stepsAt("ssa_path", document["ssa_path"]).map(pairAt("ssa_path"));
  if (document["tree"] !== undefined) return nestedPairs(document["tree"], leaves);
  return malformed("document", "has none of path, ssa_path and tree");
}

function slicedOf(document: Readonly<Record<string, unknown>>): readonly Label[] {
  const place = document["slices"] === undefined ? "sliced" : "slices";
  return listAt(place, document[place] ?? []).map((label, k) =>
    typeof label === "string" || typeof label === "number"
      ? String(label)
      : malformed(`${place}[${k}]`, `expected the name of an index, got ${describe(label)}`),
  );
}

function stepsAt(place: string, value: unknown): readonly (readonly number[])[] {
  return listAt(place, value).map((step, k) =>
    listAt(`${place}[${k}]`, step).map((id, side) => naturalAt(`${place}[${k}][${side}]`, id)),
  );
}

function pairAt(place: string): (step: readonly number[], k: number) => readonly [number, number] {
  return (step, k) => {
    const [a, b] = step;
    if (step.length !== 2 || a === undefined || b === undefined)
      return malformed(`${place}[${k}]`, `names ${step.length} tensors; a step contracts two`);
    return [a, b];
  };
}

function linearPairs(place: string, value: unknown, leaves: number): Pairs {
  try {
    return fromLinear(leaves, stepsAt(place, value));
  } catch (error) {
    if (error instanceof UserError) return malformed(place, error.message);
    throw error;
  }
}

/** A node whose `args` are read one after the other; `ids` are those read so far. */
interface Visit {
  readonly place: string;
  readonly args: readonly unknown[];
  readonly ids: number[];
}

/** By hand, not by recursion: a tree may be as deep as it has leaves. */
function nestedPairs(root: unknown, leaves: number): Pairs {
  const pairs: (readonly [number, number])[] = [];
  const top: Visit = { place: "tree", args: [root], ids: [] };
  const visits: Visit[] = [top];
  for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
    const next = visit.ids.length;
    if (next < visit.args.length) {
      const place = visit === top ? "tree" : `${short(visit.place)}.args[${next}]`;
      const node = recordAt(place, visit.args[next]);
      if (node["args"] === undefined) visit.ids.push(leafAt(place, node, leaves));
      else visits.push({ place, args: listAt(`${place}.args`, node["args"]), ids: [] });
      continue;
    }
    visits.pop();
    const parent = visits.at(-1);
    if (parent === undefined) break;
    const [a, b] = visit.ids;
    if (visit.ids.length !== 2 || a === undefined || b === undefined)
      return malformed(`${visit.place}.args`, `has ${visit.ids.length} tensors; a step contracts two`);
    parent.ids.push(leaves + pairs.length);
    pairs.push([a, b]);
  }
  return pairs;
}

/** The place of a deep node would be as long as the file. */
function short(place: string): string {
  return place.length > 80 ? `...${place.slice(-60)}` : place;
}

function leafAt(place: string, node: Readonly<Record<string, unknown>>, leaves: number): number {
  const index = naturalAt(`${place}.tensorindex`, node["tensorindex"]);
  if (index < 1 || index > leaves)
    malformed(`${place}.tensorindex`, `is ${index}, but the network has the tensors 1 to ${leaves}`);
  return index - 1;
}

/**
 * The text of an order that `parsePath` reads back: `path`, places in the list of what is left, as opt_einsum takes it; `ssa_path`, pairs
 * of ids, as cotengra takes it too; `sliced`, the labels of sliced indices. One line a key.
 */
export function formatPath(tree: ContractionTree): string {
  const lines = { path: toLinear(tree), ssa_path: tree.pairs, sliced: tree.sliced };
  const body = Object.entries(lines).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  return `{\n${body.join(",\n")}\n}\n`;
}
