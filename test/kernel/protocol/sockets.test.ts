/** Sockets that cannot be opened, and strangers at those that are open. */
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Dealer, Request } from "zeromq";
import { ConnectionError } from "../../../kernel/protocol/connection.ts";
import { openSockets } from "../../../kernel/protocol/sockets.ts";

test("a port that is taken is named, with its field of the connection file", async () => {
  const server = createServer();
  const port = await listen(server);
  onTestFinished(() => void server.close());
  const connection = { transport: "tcp", ip: "127.0.0.1", key: "", hb_port: port } as const;
  // Port 0: any that is free.
  const others = { shell_port: 0, control_port: 0, iopub_port: 0, stdin_port: 0 };
  const opening = openSockets({ ...connection, ...others }, () => undefined);
  await expect(opening).rejects.toThrow(ConnectionError);
  await expect(opening).rejects.toThrow(
    new RegExp(`tcp://127\\.0\\.0\\.1:${String(port)}: .*in use; give another hb_port`),
  );
});

test("what is no request at the heartbeat's port is dropped, and the next request is answered", async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const others = { shell_port: 0, control_port: 0, iopub_port: 0, stdin_port: 0 };
  const connection = { transport: "tcp", ip: "127.0.0.1", key: "", hb_port: port, ...others } as const;
  const { close } = await openSockets(connection, () => undefined);
  const [stranger, client] = [new Dealer({ linger: 0 }), new Request({ linger: 0, receiveTimeout: 20_000 })];
  onTestFinished(async () => {
    stranger.close();
    client.close();
    await close();
  });
  stranger.connect(`tcp://127.0.0.1:${String(port)}`);
  client.connect(`tcp://127.0.0.1:${String(port)}`);
  for (let round = 0; round < 50; round++) {
    await stranger.send("without the empty frame of a request");
    await client.send("ping");
    expect((await client.receive()).map(String)).toEqual(["ping"]);
  }
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
