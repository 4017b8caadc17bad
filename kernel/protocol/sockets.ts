/** The five ZeroMQ sockets of a kernel; the only import of zeromq. They belong in a process that never computes. */
import { Reply, Router, XPublisher } from "zeromq";
import type { Readable, Socket, Writable } from "zeromq";
import { ConnectionError, endpoint } from "./connection.ts";
import type { Connection, Port } from "./connection.ts";
import { publication, type JupyterMessage } from "./message.ts";
import { decode, encode, WireError } from "./wire.ts";

/** Open sockets. `send` puts a message on the socket of its channel; replies find their way by their parent. */
export interface Sockets {
  readonly send: (message: JupyterMessage) => void;
  /** Sends what is still queued, then closes. */
  readonly close: () => Promise<void>;
}

/** One socket's outgoing side: zeromq allows a single send at a time, so sends are chained. */
interface Outlet {
  readonly socket: Writable<Buffer[]>;
  tail: Promise<void>;
}

/** Binds all sockets; `onRequest` receives every request whose signature is right. Rejects with ConnectionError. */
export async function openSockets(
  connection: Connection,
  onRequest: (message: JupyterMessage) => void,
): Promise<Sockets> {
  const routers = { shell: new Router(), control: new Router(), stdin: new Router() };
  const iopub = new XPublisher({ sendHighWaterMark: 0, linger: 1000, verbosity: "allSubs" });
  const heartbeat = new Reply({ linger: 0 });
  for (const router of Object.values(routers)) router.linger = 1000;
  await Promise.all([
    bind(routers.shell, connection, "shell_port"),
    bind(routers.control, connection, "control_port"),
    bind(routers.stdin, connection, "stdin_port"),
    bind(iopub, connection, "iopub_port"),
    bind(heartbeat, connection, "hb_port"),
  ]);
  /** Routing frames of the requests in progress, by msg_id. */
  const senders = new Map<string, readonly Buffer[]>();
  for (const channel of ["shell", "control", "stdin"] as const) {
    void receive(routers[channel], (frames) => {
      const { identities, message } = decode(frames, connection.key, channel);
      senders.set(message.header.msg_id, identities);
      onRequest(message);
    });
  }
  void echo(heartbeat);
  const outlets = {
    shell: outlet(routers.shell),
    control: outlet(routers.control),
    stdin: outlet(routers.stdin),
    iopub: outlet(iopub),
  };
  void welcome(iopub, (subscription) => {
    const message = publication({}, "iopub_welcome", { subscription });
    enqueue(outlets.iopub, encode(message, connection.key, [Buffer.from(subscription)]));
  });
  return {
    send: (message) => {
      const identities = route(message, senders);
      if (identities) enqueue(outlets[message.channel], encode(message, connection.key, identities));
    },
    close: () => closeAll(Object.values(outlets), [...Object.values(routers), iopub, heartbeat]),
  };
}

async function bind(socket: Socket, connection: Connection, port: Port): Promise<void> {
  const address = endpoint(connection, port);
  try {
    await socket.bind(address);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(
      `cannot listen at ${address}: ${reason}; give another ${port} in the connection file`,
      { cause },
    );
  }
}

/** The topic on iopub, the sender's frames elsewhere; undefined where the request is unknown. */
function route(
  message: JupyterMessage,
  senders: Map<string, readonly Buffer[]>,
): readonly Buffer[] | undefined {
  const parent = message.parent_header.msg_id ?? "";
  if (message.channel !== "iopub") return senders.get(parent);
  // Idle is the last that is said about a request.
  if (message.content["execution_state"] === "idle") senders.delete(parent);
  return [Buffer.from(message.header.msg_type)];
}

/** A socket that was said to have a message can turn out to have none, as when what came is no request: that is no end. */
async function* messages(socket: Readable & Socket): AsyncGenerator<readonly Buffer[]> {
  while (!socket.closed) {
    try {
      yield await socket.receive();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

async function receive(router: Router, accept: (frames: readonly Buffer[]) => void): Promise<void> {
  for await (const frames of messages(router)) {
    try {
      accept(frames);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      console.error(`tnlab: dropped a message: ${error.message}`);
    }
  }
}

/** A subscription arrives as a 1 before its topic, its end as a 0. */
async function welcome(iopub: XPublisher, greet: (subscription: string) => void): Promise<void> {
  for await (const [frame] of messages(iopub))
    if (frame?.[0] === 1) greet(frame.subarray(1).toString("utf8"));
}

async function echo(heartbeat: Reply): Promise<void> {
  for await (const frames of messages(heartbeat)) await heartbeat.send([...frames]);
}

function outlet(socket: Writable<Buffer[]>): Outlet {
  return { socket, tail: Promise.resolve() };
}

function enqueue(to: Outlet, frames: readonly Buffer[]): void {
  to.tail = to.tail
    .then(() => to.socket.send([...frames]))
    .catch((error: unknown) => {
      console.error(`tnlab: could not send a message: ${String(error)}`);
    });
}

async function closeAll(outlets: readonly Outlet[], sockets: readonly Socket[]): Promise<void> {
  await Promise.all(outlets.map((one) => one.tail));
  for (const socket of sockets) socket.close();
}
