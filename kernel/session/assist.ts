/** Completion and hover in a `%%tn` cell; offsets are UTF-16 units of the whole cell, its first line included. */
import { complete, cost, hover, type Cost } from "../../dsl/index.ts";
import type { Environment } from "./evaluate.ts";
import type { Completion } from "./tslab.ts";

/** A cell as it was typed, and its source with an empty first line in place of the magic. */
export interface TypedCell {
  readonly code: string;
  readonly source: string;
}

/** Units by which the magic is longer than the empty line that replaces it. */
function shiftOf({ code, source }: TypedCell): number {
  return code.length - source.length;
}

export function completeLanguage(
  cell: TypedCell,
  cursor: number,
  environment: Environment | undefined,
): Completion {
  const shift = shiftOf(cell);
  if (cursor <= shift) return { matches: [], start: cursor, end: cursor };
  const found = complete(cell.source, cursor - shift, environment?.definitions ?? new Map());
  return { ...found, start: found.start + shift, end: found.end + shift };
}

export function inspectLanguage(
  cell: TypedCell,
  cursor: number,
  environment: Environment | undefined,
): string | undefined {
  const shift = shiftOf(cell);
  if (cursor <= shift || environment === undefined)
    return cursor <= shift ? undefined : hover(cell.source, cursor - shift, new Map());
  return hover(cell.source, cursor - shift, environment.definitions, (name) => costOf(environment, name));
}

/** Of the order that was found, where it still is that of the network. */
function costOf({ definitions, results }: Environment, name: string): Cost | undefined {
  const network = definitions.get(name);
  const found = results.get(name);
  const current = found?.basis[0] === network;
  return network?.kind === "network" && found !== undefined && current
    ? cost(network.valued.network, found.tree)
    : undefined;
}
