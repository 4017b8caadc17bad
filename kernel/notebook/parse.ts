/** Reads and validates nbformat 4 (any minor; earlier ones gain cell ids), strictly: every error names the place. */
import { badJsonLine, UserError } from "../../dsl/index.ts";
import { isJsonMime } from "./nbformat.ts";
import type { CellOutput, Metadata, Notebook, NotebookCell } from "./nbformat.ts";
import type { MimeBundle } from "../protocol/message.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `name` is the file, for messages. Throws UserError that says what is wrong, where, and how to get on. */
export function parseNotebook(text: string, name: string): Notebook {
  try {
    return notebook(json(text));
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error);
    throw new UserError(`line ${badJsonLine(text) ?? 1}: not a notebook, for it is not JSON (${reason})`);
  }
}

function notebook(value: unknown): Notebook {
  const fields = object(value, "notebook");
  if (fields.nbformat !== 4) {
    const hint = typeof fields.nbformat === "number" ? "; open it in Jupyter and save it again" : "";
    throw wrong("nbformat", "4", fields.nbformat, hint);
  }
  const minor = integer(fields.nbformat_minor, "nbformat_minor");
  only(fields, "notebook", ["cells", "metadata", "nbformat", "nbformat_minor"]);
  const cells = array(fields.cells, "cells").map((item, at) => cell(item, at, minor));
  const seen = new Set<string>();
  for (const [at, { id }] of cells.entries()) {
    if (seen.has(id))
      throw new UserError(`cells[${at}].id: "${id}" is used twice; give each cell its own id`);
    seen.add(id);
  }
  return { metadata: object(fields.metadata, "metadata"), cells };
}

function cell(value: unknown, at: number, minor: number): NotebookCell {
  const where = `cells[${at}]`;
  const fields = object(value, where);
  const common = {
    id: cellId(fields.id, at, minor),
    metadata: object(fields.metadata, `${where}.metadata`),
    source: multiline(fields.source, `${where}.source`),
  };
  const kind = fields.cell_type;
  if (kind === "code") {
    only(fields, where, ["cell_type", "id", "metadata", "source", "execution_count", "outputs"]);
    const outputs = array(fields.outputs, `${where}.outputs`);
    return {
      cell_type: kind,
      ...common,
      execution_count: count(fields.execution_count, `${where}.execution_count`),
      outputs: outputs.map((item, position) => output(item, `${where}.outputs[${position}]`)),
    };
  }
  if (kind !== "markdown" && kind !== "raw") {
    throw wrong(`${where}.cell_type`, '"code", "markdown" or "raw"', kind);
  }
  only(fields, where, ["cell_type", "id", "metadata", "source", "attachments"]);
  if (fields.attachments === undefined) return { cell_type: kind, ...common };
  return { cell_type: kind, ...common, attachments: attachments(fields.attachments, `${where}.attachments`) };
}

function attachments(value: unknown, where: string): Readonly<Record<string, MimeBundle>> {
  const entries = Object.entries(object(value, where));
  return Object.fromEntries(entries.map(([name, data]) => [name, bundle(data, `${where}["${name}"]`)]));
}

/** Ids came with 4.5; before that the position serves. */
function cellId(value: unknown, at: number, minor: number): string {
  if (value === undefined && minor < 5) return `cell-${at}`;
  if (typeof value === "string" && /^[a-zA-Z0-9_-]{1,64}$/.test(value)) return value;
  throw wrong(`cells[${at}].id`, "1 to 64 letters, digits, - or _", value);
}

function output(value: unknown, where: string): CellOutput {
  const fields = object(value, where);
  switch (fields.output_type) {
    case "stream":
      return stream(fields, where);
    case "display_data":
      only(fields, where, ["output_type", "data", "metadata"]);
      return { output_type: "display_data", ...display(fields, where) };
    case "execute_result": {
      only(fields, where, ["output_type", "data", "metadata", "execution_count"]);
      const execution_count = count(fields.execution_count, `${where}.execution_count`);
      return { output_type: "execute_result", execution_count, ...display(fields, where) };
    }
    case "error":
      return failure(fields, where);
    default:
      throw wrong(
        `${where}.output_type`,
        '"stream", "display_data", "execute_result" or "error"',
        fields.output_type,
      );
  }
}

function stream(fields: Fields, where: string): CellOutput {
  only(fields, where, ["output_type", "name", "text"]);
  const { name } = fields;
  if (name !== "stdout" && name !== "stderr") throw wrong(`${where}.name`, '"stdout" or "stderr"', name);
  return { output_type: "stream", name, text: multiline(fields.text, `${where}.text`) };
}

function failure(fields: Fields, where: string): CellOutput {
  only(fields, where, ["output_type", "ename", "evalue", "traceback"]);
  return {
    output_type: "error",
    ename: string(fields.ename, `${where}.ename`),
    evalue: string(fields.evalue, `${where}.evalue`),
    traceback: array(fields.traceback, `${where}.traceback`).map((line, at) =>
      string(line, `${where}.traceback[${at}]`),
    ),
  };
}

function display(fields: Fields, where: string): { readonly data: MimeBundle; readonly metadata: Metadata } {
  return {
    data: bundle(fields.data, `${where}.data`),
    metadata: object(fields.metadata, `${where}.metadata`),
  };
}

function bundle(value: unknown, where: string): MimeBundle {
  const entries = Object.entries(object(value, where)).map(([mime, data]) => {
    return [mime, isJsonMime(mime) ? data : multiline(data, `${where}["${mime}"]`)];
  });
  return Object.fromEntries(entries) as MimeBundle;
}

function multiline(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  throw wrong(where, "text or a list of lines", value);
}

function string(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw wrong(where, "text", value);
}

function integer(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw wrong(where, "a whole number, 0 or more", value);
}

function count(value: unknown, where: string): number | null {
  return value === null ? null : integer(value, where);
}

function object(value: unknown, where: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(where, "an object", value);
}

function array(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw wrong(where, "a list", value);
}

function only(fields: Fields, where: string, allowed: readonly string[]): void {
  const extra = Object.keys(fields).find((key) => !allowed.includes(key));
  if (extra !== undefined) {
    throw new UserError(`${where}: nbformat 4 knows no "${extra}" here; take it out or put it into metadata`);
  }
}

function wrong(where: string, expected: string, got: unknown, hint = ""): UserError {
  const text = got === undefined ? "nothing" : JSON.stringify(got);
  return new UserError(
    `${where}: expected ${expected}, got ${text.length > 60 ? text.slice(0, 60) + "..." : text}${hint}`,
  );
}
