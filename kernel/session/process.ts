/**
 * A kernel in a child process, seen from the parent. The parent holds the queue and hands over one request at a time,
 * so it knows which cell a dead child was running, and what was asked after a failed cell can be called off.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { UserError } from "../../dsl/index.ts";
import { publication, reply } from "../protocol/message.ts";
import type { ErrorContent, JupyterMessage } from "../protocol/message.ts";
import type { KernelOptions, KernelProcess } from "./channel.ts";
import { kernelInfo } from "./info.ts";

/** What the parent says to the child: a request, what a person answers to a question of the running cell, or the request to stop. */
export interface ToChild {
  readonly kind: "request" | "answer" | "interrupt";
  readonly message: JupyterMessage;
}

export type FromChild =
  | { readonly kind: "ready" }
  | { readonly kind: "message"; readonly message: JupyterMessage };

/** How long a cell may take to heed an interrupt before its process is killed. */
export const INTERRUPT_MILLISECONDS = 2000;
const REPEAT_MILLISECONDS = 100;

const SHUT_DOWN = "the kernel was shut down";
const RESTARTED = "a restart was asked for";

type Listener = (message: JupyterMessage) => void;

interface Supervisor {
  readonly folder: string;
  readonly listeners: Set<Listener>;
  queue: readonly JupyterMessage[];
  child: ChildProcess | undefined;
  /** Whether the child has said that it is ready. */
  ready: boolean;
  running: JupyterMessage | undefined;
  /** Count of the running or latest cell. */
  count: number;
  /** What clients are told when the child ends; set as soon as its end is sure. */
  reason: string | undefined;
  closed: boolean;
  /** Why the last child that was to follow a lost one did not start; nothing where it did. */
  revival: Promise<string | undefined>;
  /** Called when the child is ready, idle or gone. */
  readonly waiting: Set<() => void>;
}

/** Starts a kernel; settled when it is ready for requests. Rejects with UserError where its process does not start. */
export async function startKernel(options: KernelOptions): Promise<KernelProcess> {
  const kernel: Supervisor = {
    folder: options.folder,
    listeners: new Set(),
    queue: [],
    child: undefined,
    ready: false,
    running: undefined,
    count: 0,
    reason: undefined,
    closed: false,
    revival: Promise.resolve(undefined),
    waiting: new Set(),
  };
  const stop = (): void => {
    kernel.child?.kill("SIGKILL");
  };
  process.once("exit", stop);
  try {
    await spawn(kernel);
  } catch (error) {
    process.off("exit", stop);
    throw error;
  }
  return {
    send: (message) => {
      receive(kernel, message);
    },
    subscribe: (listener) => {
      kernel.listeners.add(listener);
      return () => kernel.listeners.delete(listener);
    },
    interrupt: () => interrupt(kernel),
    restart: () => restart(kernel),
    close: async () => {
      process.off("exit", stop);
      await close(kernel);
    },
  };
}

async function spawn(kernel: Supervisor): Promise<void> {
  const require = createRequire(import.meta.url);
  const child = fork(require.resolve("tnlab/kernel/session/child.js"), {
    cwd: kernel.folder,
    env: { ...process.env, NODE_PATH: nodePath(require) },
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  Object.assign(kernel, { child, ready: false, reason: undefined, running: undefined });
  child.on("message", (sent: FromChild) => {
    hear(kernel, sent);
  });
  // Cells print by messages; here comes only what the engine itself writes, such as its last words.
  child.stdout?.on("data", (text: Buffer) => {
    stream(kernel, "stdout", text.toString("utf8"));
  });
  let words = "";
  child.stderr?.on("data", (text: Buffer) => {
    lastWords(kernel, text.toString("utf8"));
    if (!kernel.ready) words += text.toString("utf8");
  });
  let ended = "";
  const end = (how: string): void => {
    ended = how;
    if (kernel.child === child) lost(kernel, how);
  };
  child.once("error", (error) => {
    end(error.message);
  });
  child.once("exit", (code, signal) => {
    const how = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
    // Messages sent just before the end are still on their way until the channel is closed.
    if (child.connected)
      child.once("disconnect", () => {
        setImmediate(end, how);
      });
    else setImmediate(end, how);
  });
  await until(kernel, () => kernel.ready || kernel.child !== child);
  if (kernel.child !== undefined || kernel.reason === SHUT_DOWN) return;
  const why = /^(?:Fatal )?\w*Error\b.*/m.exec(words)?.[0] ?? words.trim().split("\n").at(-1) ?? "";
  throw new UserError(
    `the kernel's process ${ended} before it was ready${why === "" ? "" : ` (${why})`}: is tnlab installed whole, and is there memory?`,
  );
}

/** The engine's report of a crash is pages of addresses; clients get its one telling sentence. */
function lastWords(kernel: Supervisor, text: string): void {
  if (text.includes("<--- Last few GCs") || text.includes("FATAL ERROR")) {
    kernel.reason ??= "the kernel's process crashed";
  }
  if (text.includes("out of memory")) kernel.reason = "the cell ran out of memory";
  if (kernel.reason === undefined) stream(kernel, "stderr", text);
}

/** Cells may import what came with tnlab, wherever their notebook lies. */
function nodePath(require: NodeJS.Require): string {
  const separator = process.platform === "win32" ? ";" : ":";
  const own = (require.resolve.paths("tslab") ?? []).filter((folder) => folder.endsWith("node_modules"));
  return [process.env["NODE_PATH"] ?? "", ...own].filter((folder) => folder !== "").join(separator);
}

function receive(kernel: Supervisor, message: JupyterMessage): void {
  if (kernel.closed) return;
  if (message.channel === "control") void control(kernel, message);
  else if (message.channel === "stdin") kernel.child?.send({ kind: "answer", message } satisfies ToChild);
  else if (message.channel === "shell") {
    kernel.queue = [...kernel.queue, message];
    if (kernel.child === undefined) revive(kernel);
    else next(kernel);
  }
}

/** Requests that are answered at once, whatever the child does. */
async function control(kernel: Supervisor, message: JupyterMessage): Promise<void> {
  emit(kernel, publication(message.header, "status", { execution_state: "busy" }));
  switch (message.header.msg_type) {
    case "kernel_info_request":
      emit(kernel, reply(message, "kernel_info_request", kernelInfo()));
      break;
    case "interrupt_request":
      await interrupt(kernel);
      emit(kernel, reply(message, "interrupt_request", { status: "ok" }));
      break;
    case "shutdown_request": {
      const restarting = message.content["restart"] === true;
      await close(kernel);
      emit(kernel, reply(message, "shutdown_request", { status: "ok", restart: restarting }));
      break;
    }
    default:
      // Such as debug_request: not offered, and by the protocol not answered.
      break;
  }
  emit(kernel, publication(message.header, "status", { execution_state: "idle" }));
}

function next(kernel: Supervisor): void {
  const [message, ...rest] = kernel.queue;
  if (!message || kernel.running || !kernel.ready) return;
  kernel.queue = rest;
  if (message.header.msg_type === "shutdown_request") {
    void control(kernel, message);
    return;
  }
  kernel.running = message;
  kernel.child?.send({ kind: "request", message } satisfies ToChild);
}

function hear(kernel: Supervisor, sent: FromChild): void {
  if (sent.kind === "ready") {
    kernel.ready = true;
    wake(kernel);
    next(kernel);
    return;
  }
  const { message } = sent;
  const { msg_type } = message.header;
  if (msg_type === "execute_input") kernel.count = Number(message.content["execution_count"]);
  emit(kernel, message);
  if (msg_type === "execute_reply" && message.content["status"] === "error") abortQueue(kernel);
  if (msg_type === "status" && message.content["execution_state"] === "idle") finish(kernel, message);
}

function finish(kernel: Supervisor, idle: JupyterMessage): void {
  if (idle.parent_header.msg_id !== kernel.running?.header.msg_id) return;
  kernel.running = undefined;
  wake(kernel);
  next(kernel);
}

/** After a failed cell, the cells that were already asked for do not run, unless the failed one allowed it. */
function abortQueue(kernel: Supervisor): void {
  if (kernel.running?.content["stop_on_error"] === false) return;
  const { queue } = kernel;
  const isCell = (message: JupyterMessage): boolean => message.header.msg_type === "execute_request";
  kernel.queue = queue.filter((message) => !isCell(message));
  for (const message of queue.filter(isCell)) {
    emit(kernel, publication(message.header, "status", { execution_state: "busy" }));
    emit(kernel, reply(message, "execute_request", { status: "aborted" }));
    emit(kernel, publication(message.header, "status", { execution_state: "idle" }));
  }
}

/** The child is gone: its cell is answered, clients are told, and a fresh child takes over. */
function lost(kernel: Supervisor, how: string): void {
  const { running, ready, reason } = kernel;
  Object.assign(kernel, { child: undefined, ready: false });
  const why = reason ?? `the kernel's process ${how}`;
  if (running) fail(kernel, running, "KernelRestarted", why);
  kernel.running = undefined;
  // One that does not start is not started again and again, but once for the next request.
  if (!kernel.closed && (ready || reason === RESTARTED)) revive(kernel);
  wake(kernel);
}

/** Where the process does not start, what was asked meanwhile is answered with the reason. */
function revive(kernel: Supervisor): void {
  kernel.count = 0;
  const started = spawn(kernel).then(() => undefined);
  kernel.revival = started.catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const { queue } = kernel;
    kernel.queue = [];
    for (const request of queue) {
      emit(kernel, publication(request.header, "status", { execution_state: "busy" }));
      fail(kernel, request, "KernelGone", why);
    }
    return why;
  });
}

function fail(
  kernel: Supervisor,
  request: JupyterMessage,
  ename: "KernelRestarted" | "KernelGone",
  why: string,
): void {
  const parent = request.header;
  const error: ErrorContent = {
    ename,
    evalue: why,
    traceback: [`${ename}: ${why}`, "All variables are lost; run the cells that define them again."],
  };
  if (ename === "KernelRestarted" && !kernel.closed) {
    emit(kernel, publication(parent, "stream", { name: "stderr", text: `kernel restarted: ${why}\n` }));
  }
  if (parent.msg_type === "execute_request") {
    emit(kernel, publication(parent, "error", error));
    emit(
      kernel,
      reply(request, "execute_request", { status: "error", ...error, execution_count: kernel.count }),
    );
    abortQueue(kernel);
  }
  emit(kernel, publication(parent, "status", { execution_state: "idle" }));
}

async function interrupt(kernel: Supervisor): Promise<void> {
  const { running, child } = kernel;
  if (running?.header.msg_type !== "execute_request" || !child) return;
  const stopped = (): boolean => kernel.running !== running;
  const deadline = Date.now() + INTERRUPT_MILLISECONDS;
  const press = (isBusy: boolean): void => {
    if (stopped()) return;
    if (Date.now() < deadline) {
      if (child.connected) child.send({ kind: "interrupt", message: running } satisfies ToChild);
      if (isBusy) child.kill("SIGINT");
    } else {
      kernel.reason = `the cell did not stop within ${String(INTERRUPT_MILLISECONDS / 1000)} s of the interrupt, so its process was killed`;
      child.kill("SIGKILL");
    }
  };
  // A busy child does not read, and a signal stops whatever runs when it arrives, be it the next cell: words first. Both
  // are repeated, because what arrives while a cell is still being compiled does not reach the code it becomes.
  press(false);
  const timer = setInterval(press, REPEAT_MILLISECONDS, true);
  await until(kernel, stopped);
  clearInterval(timer);
}

async function restart(kernel: Supervisor): Promise<void> {
  const { child } = kernel;
  if (kernel.closed) return;
  kernel.reason = RESTARTED;
  if (child === undefined) revive(kernel);
  else child.kill("SIGKILL");
  await until(kernel, () => kernel.child === undefined || (kernel.child !== child && kernel.ready));
  if (kernel.child !== undefined || kernel.reason === SHUT_DOWN) return;
  const why = (await kernel.revival) ?? "it ended as soon as it had";
  throw new UserError(`the kernel did not start again, and the next cell tries once more: ${why}`);
}

async function close(kernel: Supervisor): Promise<void> {
  kernel.closed = true;
  kernel.queue = [];
  kernel.reason = SHUT_DOWN;
  const { child } = kernel;
  child?.kill("SIGKILL");
  await until(kernel, () => kernel.child === undefined);
}

function stream(kernel: Supervisor, name: "stdout" | "stderr", text: string): void {
  emit(kernel, publication(kernel.running?.header ?? {}, "stream", { name, text }));
}

function emit(kernel: Supervisor, message: JupyterMessage): void {
  for (const listener of [...kernel.listeners]) listener(message);
}

function wake(kernel: Supervisor): void {
  for (const check of [...kernel.waiting]) check();
}

/** Settled when `condition` holds; it is looked at whenever the child becomes ready, idle or is gone. */
function until(kernel: Supervisor, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!condition()) return;
      kernel.waiting.delete(check);
      resolve();
    };
    kernel.waiting.add(check);
    check();
  });
}
