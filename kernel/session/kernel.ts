/** A kernel behind ZeroMQ sockets: what `tnlab kernel --connection-file F` runs. */
import { readConnection } from "../protocol/connection.ts";
import { publication } from "../protocol/message.ts";
import type { JupyterMessage } from "../protocol/message.ts";
import { openSockets } from "../protocol/sockets.ts";
import { startKernel } from "./process.ts";

/** Serves until a client asks for the end; then settles. Cells run in the working folder of the process. */
export async function runKernel(connectionFile: string): Promise<void> {
  const connection = readConnection(connectionFile);
  // Jupyter interrupts by message; a Ctrl-C in its terminal reaches this process too and must not end it.
  process.on("SIGINT", () => undefined);
  process.once("SIGTERM", () => process.exit(0));
  // Before the sockets, because the compiler in its process takes longest to load.
  const starting = startKernel({ folder: process.cwd() });
  const early: JupyterMessage[] = [];
  let forward = (message: JupyterMessage): void => {
    early.push(message);
  };
  const opening = openSockets(connection, (message) => {
    forward(message);
  }).then((opened) => {
    opened.send(publication({}, "status", { execution_state: "starting" }));
    return opened;
  });
  const [sockets, kernel] = await Promise.all([opening, starting]).catch(async (error: unknown) => {
    await starting.then(({ close }) => close());
    throw error;
  });
  const ended = new Promise<void>((resolve) => {
    kernel.subscribe((message) => {
      sockets.send(message);
      if (isEnd(message)) resolve();
    });
  });
  forward = kernel.send;
  early.forEach(forward);
  await ended;
  await kernel.close();
  await sockets.close();
}

function isEnd(message: JupyterMessage): boolean {
  return message.header.msg_type === "shutdown_reply";
}
