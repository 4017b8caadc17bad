/** Notebooks in memory: nbformat 4.5, with every multi-line string joined. Format: nbformat.readthedocs.io. */
import type { MimeBundle } from "../protocol/message.ts";

/** Free-form JSON that is kept as it came. */
export type Metadata = Readonly<Record<string, unknown>>;

export interface Notebook {
  readonly metadata: Metadata;
  readonly cells: readonly NotebookCell[];
}

export type NotebookCell = CodeCell | TextCell;

export interface CodeCell {
  readonly cell_type: "code";
  /** Unique in its notebook: 1 to 64 letters, digits, `-` or `_`. */
  readonly id: string;
  readonly metadata: Metadata;
  readonly source: string;
  readonly execution_count: number | null;
  readonly outputs: readonly CellOutput[];
}

export interface TextCell {
  readonly cell_type: "markdown" | "raw";
  readonly id: string;
  readonly metadata: Metadata;
  readonly source: string;
  /** Pictures and the like, by file name. */
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
}

export type CellOutput =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly output_type: "display_data"; readonly data: MimeBundle; readonly metadata: Metadata }
  | {
      readonly output_type: "execute_result";
      readonly execution_count: number | null;
      readonly data: MimeBundle;
      readonly metadata: Metadata;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** The text of an .ipynb file, as Jupyter writes it: lines as arrays, one space of indent, a final newline. */
export function formatNotebook(notebook: Notebook): string {
  const json = {
    cells: notebook.cells.map(cellJson),
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return JSON.stringify(json, null, 1) + "\n";
}

function cellJson(cell: NotebookCell): object {
  const source = lines(cell.source);
  return cell.cell_type === "code"
    ? { ...cell, source, outputs: cell.outputs.map(outputJson) }
    : { ...cell, source };
}

function outputJson(output: CellOutput): object {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: lines(output.text) };
    case "display_data":
    case "execute_result":
      return { ...output, data: bundleJson(output.data) };
    case "error":
      return output;
    default:
      return output satisfies never;
  }
}

function bundleJson(data: MimeBundle): MimeBundle {
  const entries = Object.entries(data).map(([mime, value]) => {
    return [mime, typeof value === "string" && !isJsonMime(mime) ? lines(value) : value];
  });
  return Object.fromEntries(entries) as MimeBundle;
}

/** JSON of these types is kept as it is; a value of any other type is text that may be split into lines. */
export function isJsonMime(mime: string): boolean {
  return /^application\/(.*\+)?json$/.test(mime);
}

function lines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
