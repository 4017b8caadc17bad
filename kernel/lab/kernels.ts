/** Running kernels and the notebooks they belong to: the kernels and sessions API of Jupyter Server. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import type { WebSocket } from "ws";
import type { JupyterMessage, KernelOptions, KernelProcess } from "../session/channel.ts";
import { HttpError } from "./respond.ts";

export type StartKernel = (options: KernelOptions) => Promise<KernelProcess>;

export interface RunningKernel {
  readonly id: string;
  readonly process: KernelProcess;
  readonly sockets: Set<WebSocket>;
  state: string;
  lastActivity: string;
}

/** One notebook's kernel; `path` is the notebook's in the contents API. */
export interface LabSession {
  readonly id: string;
  path: string;
  name: string;
  readonly type: string;
  kernel: RunningKernel;
}

export interface Kernels {
  readonly folder: string;
  readonly start: StartKernel;
  readonly running: Map<string, RunningKernel>;
  readonly sessions: Map<string, LabSession>;
}

export const KERNEL_NAME = "tnlab";

/** A computer runs out of memory before a person runs out of notebooks. */
const MAX_KERNELS = 16;

export function kernelSpecs(): object {
  const spec = {
    argv: [],
    env: {},
    display_name: "tnlab",
    language: "typescript",
    interrupt_mode: "message",
    metadata: {},
  };
  return { default: KERNEL_NAME, kernelspecs: { [KERNEL_NAME]: { name: KERNEL_NAME, spec, resources: {} } } };
}

/** Starts a kernel in the folder that holds the notebook. */
export async function startKernelFor(kernels: Kernels, notebook: string): Promise<RunningKernel> {
  if (kernels.running.size >= MAX_KERNELS) {
    throw new HttpError(503, `${MAX_KERNELS} kernels are running; shut one down first`);
  }
  const folder = path.join(kernels.folder, path.posix.dirname(notebook));
  const process = await kernels.start({ folder });
  const kernel = {
    id: randomUUID(),
    process,
    sockets: new Set<WebSocket>(),
    state: "idle",
    lastActivity: now(),
  };
  kernels.running.set(kernel.id, kernel);
  process.subscribe((message) => {
    publish(kernel, message);
  });
  return kernel;
}

function publish(kernel: RunningKernel, message: JupyterMessage): void {
  kernel.lastActivity = now();
  if (message.header.msg_type === "status") kernel.state = String(message.content.execution_state);
  const text = JSON.stringify({ ...message, buffers: [] });
  for (const socket of kernel.sockets) socket.send(text);
}

export function connect(kernel: RunningKernel, socket: WebSocket): void {
  kernel.sockets.add(socket);
  socket.on("close", () => kernel.sockets.delete(socket));
  socket.on("error", () => {
    socket.terminate();
  });
  socket.on("message", (data, isBinary) => {
    const message = isBinary || !Buffer.isBuffer(data) ? undefined : readMessage(data.toString("utf8"));
    if (message) kernel.process.send(message);
    else socket.close(1003, "expected a Jupyter message as JSON");
  });
}

const CHANNELS: readonly unknown[] = ["shell", "control", "stdin"];

function readMessage(text: string): JupyterMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<JupyterMessage> | null;
    if (!CHANNELS.includes(message?.channel)) return undefined;
    if (typeof message?.header?.msg_id !== "string" || typeof message.header.msg_type !== "string")
      return undefined;
    return { parent_header: {}, metadata: {}, content: {}, ...message } as JupyterMessage;
  } catch {
    return undefined;
  }
}

export function kernelNamed(kernels: Kernels, id: string): RunningKernel {
  const kernel = kernels.running.get(id);
  if (!kernel) throw new HttpError(404, `there is no kernel ${id}`);
  return kernel;
}

export function sessionNamed(kernels: Kernels, id: string): LabSession {
  const session = kernels.sessions.get(id);
  if (!session) throw new HttpError(404, `there is no session ${id}`);
  return session;
}

export async function restartKernel(kernel: RunningKernel): Promise<void> {
  await kernel.process.restart();
  kernel.state = "idle";
}

export async function stopKernel(kernels: Kernels, kernel: RunningKernel): Promise<void> {
  kernels.running.delete(kernel.id);
  for (const [id, session] of kernels.sessions) if (session.kernel === kernel) kernels.sessions.delete(id);
  for (const socket of kernel.sockets) socket.close(1001, "the kernel was shut down");
  await kernel.process.close();
}

export function kernelModel(kernel: RunningKernel): object {
  const { id, state, lastActivity, sockets } = kernel;
  return {
    id,
    name: KERNEL_NAME,
    last_activity: lastActivity,
    execution_state: state,
    connections: sockets.size,
  };
}

export function sessionModel(session: LabSession): object {
  const { id, path, name, type } = session;
  return { id, path, name, type, kernel: kernelModel(session.kernel), notebook: { path, name } };
}

function now(): string {
  return new Date().toISOString();
}
