/** A Jupyter client of our own, on plain ZeroMQ frames: it shares no code with the kernel's wire. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHmac, randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Dealer, Request, Subscriber } from "zeromq";

export interface Message {
  readonly type: string;
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface Exchange {
  readonly reply: Message;
  /** Everything published for the request, from busy to idle. */
  readonly published: readonly Message[];
}

export interface Client {
  readonly shell: Dealer;
  readonly control: Dealer;
  readonly stdin: Dealer;
  readonly heartbeat: Request;
  /** Everything received so far, in order; `arrived` looks at it again at each arrival. */
  readonly replies: Message[];
  readonly published: Message[];
  readonly listeners: Set<() => void>;
  readonly key: string;
  readonly stop: () => Promise<void>;
}

const KERNEL = path.resolve(".build/js/kernel/session/kernel.js");

/** Starts the compiled kernel in a process of its own and connects to it. */
export async function connect(): Promise<Client> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tnlab-wire-"));
  const file = path.join(folder, "connection.json");
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = await freePorts(5);
  const key = randomUUID();
  const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port };
  writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key, ...ports }));
  const launch = `import(${JSON.stringify(pathToFileURL(KERNEL).href)}).then((m) => m.runKernel(${JSON.stringify(file)})).then(() => process.exit(0))`;
  const kernel = spawn(process.execPath, ["-e", launch], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  // A question finds its client by the identity that asked for the cell.
  const routingId = randomUUID();
  const shell = new Dealer({ linger: 0, routingId });
  const control = new Dealer({ linger: 0 });
  const stdin = new Dealer({ linger: 0, routingId });
  const iopub = new Subscriber({ linger: 0 });
  const heartbeat = new Request({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${String(shell_port)}`);
  control.connect(`tcp://127.0.0.1:${String(control_port)}`);
  stdin.connect(`tcp://127.0.0.1:${String(stdin_port)}`);
  iopub.connect(`tcp://127.0.0.1:${String(iopub_port)}`);
  heartbeat.connect(`tcp://127.0.0.1:${String(hb_port)}`);
  iopub.subscribe();
  const client: Client = {
    shell,
    control,
    stdin,
    heartbeat,
    replies: [],
    published: [],
    listeners: new Set(),
    key,
    stop: async () => {
      await stop(kernel);
      for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  void collect(client, shell, client.replies);
  void collect(client, control, client.replies);
  void collect(client, stdin, client.replies);
  void collect(client, iopub, client.published);
  const heard = arrived(client, kernel, async () => {
    // Published messages are lost until the subscription has reached the kernel.
    const id = await send(client, "kernel_info_request", {});
    return () => client.published.find((one) => one.parent === id);
  });
  if (await heard) return client;
  await client.stop();
  throw new TypeError(`the kernel ended before it answered, with exit code ${String(kernel.exitCode)}`);
}

/** Sends on the shell (or control) channel and returns the message's id. */
export async function send(
  client: Client,
  type: string,
  content: Readonly<Record<string, unknown>>,
  options: { readonly key?: string; readonly channel?: "shell" | "control" | "stdin" } = {},
): Promise<string> {
  const msg_id = randomUUID();
  const header = {
    msg_id,
    session: "test",
    username: "test",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.4",
  };
  const body = [header, {}, {}, content].map((part) => JSON.stringify(part));
  const signature = createHmac("sha256", options.key ?? client.key)
    .update(body.join(""))
    .digest("hex");
  await client[options.channel ?? "shell"].send(["<IDS|MSG>", signature, ...body]);
  return msg_id;
}

/** A request with its reply and all that was published for it. */
export async function ask(
  client: Client,
  type: string,
  content: Readonly<Record<string, unknown>>,
  channel: "shell" | "control" = "shell",
): Promise<Exchange> {
  return exchange(client, await send(client, type, content, { channel }));
}

export function execute(client: Client, code: string): Promise<Exchange> {
  return ask(client, "execute_request", { code });
}

/** Waits for the end of the request with this id. */
export async function exchange(client: Client, id: string): Promise<Exchange> {
  const of = (one: Message): boolean => one.parent === id;
  await until(client, () =>
    client.published.some((one) => of(one) && one.content["execution_state"] === "idle"),
  );
  const isReply = (one: Message): boolean => of(one) && one.type.endsWith("_reply");
  await until(client, () => client.replies.some(isReply));
  const reply = client.replies.find(isReply);
  if (!reply) throw new TypeError("expected a reply");
  return { reply, published: client.published.filter(of) };
}

/** The published messages of one type. */
export function ofType(done: Exchange, type: string): readonly Message[] {
  return done.published.filter((one) => one.type === type);
}

/** Resolves when the condition holds; a test's own time limit ends the wait. */
export function until(client: Client, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!condition()) return;
      client.listeners.delete(check);
      resolve();
    };
    client.listeners.add(check);
    check();
  });
}

/** False when the kernel ends first. */
async function arrived(
  client: Client,
  kernel: ChildProcess,
  probe: () => Promise<() => Message | undefined>,
): Promise<boolean> {
  while (kernel.exitCode === null) {
    const found = await probe();
    const late = new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.race([until(client, () => found() !== undefined), late]);
    if (found()) return true;
  }
  return false;
}

async function collect(
  client: Client,
  socket: AsyncIterable<readonly Buffer[]>,
  into: Message[],
): Promise<void> {
  for await (const frames of socket) {
    const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
    const [header, parent, , content] = frames
      .slice(at + 2)
      .map((frame) => JSON.parse(frame.toString()) as never);
    const { msg_type } = header as unknown as { msg_type: string };
    const { msg_id } = parent as unknown as { msg_id?: string };
    into.push({ type: msg_type, parent: msg_id ?? "", content: content as never });
    for (const check of [...client.listeners]) check();
  }
}

/** Below the ports that the system gives to outgoing connections, where another test's could be given one meanwhile. */
async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function stop(kernel: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (kernel.exitCode !== null || kernel.signalCode !== null) resolve();
    kernel.once("exit", () => {
      resolve();
    });
    kernel.kill("SIGTERM");
  });
}
