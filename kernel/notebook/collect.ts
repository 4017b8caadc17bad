/** Turns a kernel's iopub messages into the outputs of cells, by Jupyter's rules. */
import type { CellOutput, Metadata } from "./nbformat.ts";
import type { JupyterMessage, MimeBundle } from "../protocol/message.ts";

/** Outputs of one cell while it runs. */
export interface Collected {
  readonly outputs: readonly CellOutput[];
  /** `clear_output(wait=True)` came: the next output replaces all. */
  readonly clearNext: boolean;
  readonly executionCount: number | null;
  /** Position of each output that carries a display id. */
  readonly displayIds: ReadonlyMap<number, string>;
}

export const NOTHING: Collected = {
  outputs: [],
  clearNext: false,
  executionCount: null,
  displayIds: new Map(),
};

/** The cell's outputs after one more message of its own. Messages of other types change nothing. */
export function collect(before: Collected, message: JupyterMessage): Collected {
  const { content } = message;
  switch (message.header.msg_type) {
    case "execute_input":
      return { ...before, executionCount: numberOrNull(content.execution_count) };
    case "clear_output":
      return content.wait === true ? { ...before, clearNext: true } : cleared(before);
    case "stream":
      return appendStream(
        before.clearNext ? cleared(before) : before,
        content.name === "stderr" ? "stderr" : "stdout",
        String(content.text),
      );
    case "display_data":
      return append(before, { output_type: "display_data", ...display(content) }, displayId(content));
    case "execute_result": {
      const execution_count = numberOrNull(content.execution_count);
      const result = { output_type: "execute_result", execution_count, ...display(content) } as const;
      return { ...append(before, result, displayId(content)), executionCount: execution_count };
    }
    case "error":
      return append(before, errorOutput(content), undefined);
    default:
      return before;
  }
}

/** The cell after an `update_display_data`, which may concern outputs of earlier cells as well. */
export function updateDisplays(before: Collected, message: JupyterMessage): Collected {
  const id = displayId(message.content);
  if (id === undefined) return before;
  const outputs = before.outputs.map((output, position) => {
    const shown = output.output_type === "display_data" || output.output_type === "execute_result";
    return shown && before.displayIds.get(position) === id
      ? { ...output, ...display(message.content) }
      : output;
  });
  return { ...before, outputs };
}

function append(before: Collected, output: CellOutput, id: string | undefined): Collected {
  const { outputs, displayIds, ...rest } = before.clearNext ? cleared(before) : before;
  const ids = id === undefined ? displayIds : new Map(displayIds).set(outputs.length, id);
  return { ...rest, outputs: [...outputs, output], displayIds: ids };
}

function appendStream(before: Collected, name: "stdout" | "stderr", text: string): Collected {
  const last = before.outputs.at(-1);
  const merged = last?.output_type === "stream" && last.name === name ? last.text + text : undefined;
  const output = { output_type: "stream", name, text: overwrite(merged ?? text) } as const;
  const kept = merged === undefined ? before.outputs : before.outputs.slice(0, -1);
  return { ...before, outputs: [...kept, output] };
}

/** A carriage return inside a line starts the line anew (progress bars), as in nbclient. */
function overwrite(text: string): string {
  return text.replace(/[^\n]*\r(?=[^\n\r])/g, "");
}

function cleared(before: Collected): Collected {
  return { ...before, outputs: [], clearNext: false, displayIds: new Map() };
}

function errorOutput(content: Metadata): CellOutput {
  const traceback = Array.isArray(content.traceback) ? content.traceback.map(String) : [];
  return { output_type: "error", ename: String(content.ename), evalue: String(content.evalue), traceback };
}

function display(content: Metadata): { readonly data: MimeBundle; readonly metadata: Metadata } {
  return { data: record(content.data), metadata: record(content.metadata) };
}

function displayId(content: Metadata): string | undefined {
  const id = record(content.transient).display_id;
  return typeof id === "string" ? id : undefined;
}

function record(value: unknown): Metadata {
  return typeof value === "object" && value !== null ? (value as Metadata) : {};
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
