import { expect, test } from "vitest";
import {
  ConnectionError,
  endpoint,
  parseConnection,
  readConnection,
} from "../../../kernel/protocol/connection.ts";

const FILE = {
  transport: "tcp",
  ip: "127.0.0.1",
  key: "k",
  signature_scheme: "hmac-sha256",
  shell_port: 1001,
  control_port: 1002,
  iopub_port: 1003,
  stdin_port: 1004,
  hb_port: 1005,
};

test("endpoints of tcp and ipc are those of the ZeroMQ convention", () => {
  const tcp = parseConnection(JSON.stringify(FILE));
  expect(endpoint(tcp, "iopub_port")).toBe("tcp://127.0.0.1:1003");
  const ipc = parseConnection(JSON.stringify({ ...FILE, transport: "ipc", ip: "/tmp/kernel" }));
  expect(endpoint(ipc, "hb_port")).toBe("ipc:///tmp/kernel-1005");
});

test.each([
  [{ shell_port: "1001" }, /shell_port/],
  [{ hb_port: 70000 }, /hb_port/],
  [{ signature_scheme: "hmac-md5" }, /signature_scheme/],
  [{ transport: "udp" }, /transport/],
  [{ key: 5 }, /key/],
])("%j is refused by name", (change, reason) => {
  expect(() => parseConnection(JSON.stringify({ ...FILE, ...change }))).toThrow(reason);
});

test("a file that cannot be read is named", () => {
  expect(() => readConnection("/nowhere/kernel.json")).toThrow(ConnectionError);
  expect(() => readConnection("/nowhere/kernel.json")).toThrow("/nowhere/kernel.json");
});
