/** Sockets that cannot be opened. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ConnectionError } from "../../../kernel/protocol/connection.ts";
import { openSockets } from "../../../kernel/protocol/sockets.ts";

test("a port that is taken is named, with its field of the connection file", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const connection = { transport: "tcp", ip: "127.0.0.1", key: "", hb_port: port } as const;
  // Port 0: any that is free.
  const others = { shell_port: 0, control_port: 0, iopub_port: 0, stdin_port: 0 };
  const opening = openSockets({ ...connection, ...others }, () => undefined);
  await expect(opening).rejects.toThrow(ConnectionError);
  await expect(opening).rejects.toThrow(
    new RegExp(`tcp://127\\.0\\.0\\.1:${String(port)}: .*in use; give another hb_port`),
  );
});
