/** Runs a notebook from top to bottom without a front end. */
import { randomUUID } from "node:crypto";
import { PROTOCOL_VERSION } from "../protocol/message.ts";
import type { JupyterMessage, MimeBundle } from "../protocol/message.ts";
import type { KernelProcess } from "../session/channel.ts";
import { collect, NOTHING, updateDisplays } from "./collect.ts";
import type { Collected } from "./collect.ts";
import type { CodeCell, Notebook } from "./nbformat.ts";

export interface ExecuteOptions {
  /** Goes on after a cell that failed. Default: stops there. */
  readonly allowErrors?: boolean;
  /** Of each cell; the kernel is interrupted when it is over. Default: no limit. */
  readonly timeoutSeconds?: number;
  /** Interrupts the running cell and ends the run. */
  readonly signal?: AbortSignal;
}

export interface Execution {
  readonly notebook: Notebook;
  /** Every cell ran and none failed. */
  readonly ok: boolean;
}

/** How long an interrupted cell may take to answer; a kernel replaces a child that does not yield within 2 s. */
const GRACE_SECONDS = 10;

/** Outputs of cells that did not run are taken out, so that none is mistaken for a result of this run. */
export async function executeNotebook(
  notebook: Notebook,
  kernel: KernelProcess,
  options: ExecuteOptions = {},
): Promise<Execution> {
  const collected = new Map<string, Collected>();
  const requests = new Map<string, string>();
  const unsubscribe = kernel.subscribe((message) => {
    listen(message, collected, requests);
  });
  let ok = true;
  try {
    for (const cell of notebook.cells) {
      if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
      if (options.signal?.aborted === true) ok = false;
      if (!ok && (options.signal?.aborted === true || options.allowErrors !== true)) break;
      const request = executeRequest(cell.source);
      collected.set(cell.id, NOTHING);
      requests.set(request.header.msg_id, cell.id);
      const end = await runCell(kernel, request, options);
      if (end === "ok") continue;
      ok = false;
      if (end === "timeout" || end === "stopped") {
        addFailure(collected, cell, end, options);
        break;
      }
    }
  } finally {
    unsubscribe();
  }
  return { notebook: withOutputs(notebook, collected), ok };
}

function listen(
  message: JupyterMessage,
  collected: Map<string, Collected>,
  requests: ReadonlyMap<string, string>,
): void {
  if (message.channel !== "iopub") return;
  if (message.header.msg_type === "update_display_data") {
    for (const [id, cell] of collected) collected.set(id, updateDisplays(cell, message));
    return;
  }
  const id = requests.get(parentOf(message) ?? "");
  if (id !== undefined) collected.set(id, collect(collected.get(id) ?? NOTHING, message));
}

type CellEnd = "ok" | "error" | "timeout" | "stopped";

/** A cell is over when both its reply and its `idle` have come, in whatever order. */
function runCell(kernel: KernelProcess, request: JupyterMessage, options: ExecuteOptions): Promise<CellEnd> {
  return new Promise((resolve, reject) => {
    let reply: "ok" | "error" | undefined;
    let idle = false;
    let cut: "timeout" | "stopped" | undefined;
    const timers: NodeJS.Timeout[] = [];
    const finish = (end: CellEnd): void => {
      unsubscribe();
      timers.forEach(clearTimeout);
      options.signal?.removeEventListener("abort", stop);
      resolve(end);
    };
    const interrupt = (reason: "timeout" | "stopped"): void => {
      if (cut !== undefined) return;
      cut = reason;
      timers.push(setTimeout(finish, GRACE_SECONDS * 1000, reason));
      kernel.interrupt().catch(reject);
    };
    const stop = (): void => {
      interrupt("stopped");
    };
    const unsubscribe = kernel.subscribe((message) => {
      if (parentOf(message) !== request.header.msg_id) return;
      if (message.header.msg_type === "execute_reply")
        reply = message.content.status === "ok" ? "ok" : "error";
      if (message.header.msg_type === "status") idle = message.content.execution_state === "idle";
      if (reply !== undefined && idle) finish(cut ?? reply);
    });
    if (options.timeoutSeconds !== undefined) {
      timers.push(setTimeout(interrupt, options.timeoutSeconds * 1000, "timeout"));
    }
    options.signal?.addEventListener("abort", stop, { once: true });
    kernel.send(request);
  });
}

function addFailure(
  collected: Map<string, Collected>,
  cell: CodeCell,
  end: "timeout" | "stopped",
  options: ExecuteOptions,
): void {
  const before = collected.get(cell.id) ?? NOTHING;
  const ename = end === "timeout" ? "Timeout" : "Interrupted";
  const evalue =
    end === "timeout"
      ? `the cell took longer than ${options.timeoutSeconds ?? 0} s`
      : "the run was interrupted";
  const output = { output_type: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] } as const;
  collected.set(cell.id, { ...before, outputs: [...before.outputs, output] });
}

function withOutputs(notebook: Notebook, collected: ReadonlyMap<string, Collected>): Notebook {
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type !== "code") return cell;
    const { outputs, executionCount } = collected.get(cell.id) ?? NOTHING;
    return { ...cell, outputs, execution_count: executionCount };
  });
  return { ...notebook, cells };
}

function executeRequest(code: string): JupyterMessage {
  const content: MimeBundle = {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
  const header = {
    msg_id: randomUUID(),
    session: SESSION,
    username: "tnlab",
    date: new Date().toISOString(),
    msg_type: "execute_request",
    version: PROTOCOL_VERSION,
  };
  return { channel: "shell", header, parent_header: {}, metadata: {}, content };
}

const SESSION = randomUUID();

function parentOf(message: JupyterMessage): string | undefined {
  return "msg_id" in message.parent_header ? message.parent_header.msg_id : undefined;
}
