/**
 * Values for a notebook's parameters, as papermill gives them: the cell with the tag `parameters` sets the defaults, and a cell after
 * it, with the tag `injected-parameters`, sets them anew.
 */
import { nearest, UserError } from "../../dsl/index.ts";
import type { CodeCell, Metadata, Notebook, NotebookCell } from "./nbformat.ts";

export type Parameters = Readonly<Record<string, unknown>>;

const DEFAULTS = "parameters";
const INJECTED = "injected-parameters";

/**
 * The notebook with the values set, in the language of the cell that sets the defaults; values given earlier are replaced. Throws
 * UserError where no cell sets defaults, for a name that none of them has, and for a value that a `%%tn` cell cannot have.
 */
export function withParameters(notebook: Notebook, values: Parameters): Notebook {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  const place = cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, DEFAULTS));
  const defaults = cells[place];
  if (defaults === undefined)
    throw new UserError(`no cell has the tag ${DEFAULTS}; give it to the cell that sets the defaults`);
  return { ...notebook, cells: cells.toSpliced(place + 1, 0, injected(defaults, values, freeId(cells))) };
}

function hasTag({ metadata }: { readonly metadata: Metadata }, tag: string): boolean {
  const { tags } = metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

function freeId(cells: readonly NotebookCell[]): string {
  let id = INJECTED;
  for (let count = 2; cells.some((cell) => cell.id === id); count += 1) id = `${INJECTED}-${count}`;
  return id;
}

function injected({ source }: NotebookCell, values: Parameters, id: string): CodeCell {
  const isTn = /^\s*%%tn\b/.test(source);
  const known = [...source.matchAll(/\b(?:let|const|var)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu)].map(
    ([, name = ""]) => name,
  );
  const lines = Object.entries(values).map(([name, value]) => {
    if (!known.includes(name)) throw unknownName(name, known);
    if (isTn && typeof value !== "number")
      throw new UserError(`the parameter ${name} of a %%tn cell is a number, got ${JSON.stringify(value)}`);
    return isTn ? `let ${name} = ${JSON.stringify(value)}` : `let ${name} = ${JSON.stringify(value)};`;
  });
  return {
    cell_type: "code",
    id,
    metadata: { tags: [INJECTED] },
    source: [...(isTn ? ["%%tn"] : []), ...lines].join("\n"),
    execution_count: null,
    outputs: [],
  };
}

function unknownName(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const hint = near === undefined ? `it has ${known.join(", ") || "none"}` : `did you mean ${near}?`;
  return new UserError(`the cell with the tag ${DEFAULTS} sets no ${name}; ${hint}`);
}
