/** The connection file that Jupyter writes for a kernel: where to listen, and the key that signs messages. */
import { readFileSync } from "node:fs";

export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly key: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

export type Port = "shell_port" | "control_port" | "iopub_port" | "stdin_port" | "hb_port";

const PORTS: readonly Port[] = ["shell_port", "control_port", "iopub_port", "stdin_port", "hb_port"];

/** A connection that cannot be used; the message says what is wrong with it. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** Reads and checks a connection file. Throws ConnectionError. */
export function readConnection(file: string): Connection {
  try {
    return parseConnection(readFileSync(file, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(`connection file ${file}: ${reason}`, { cause });
  }
}

/** Throws ConnectionError naming the first field that is missing or malformed. */
export function parseConnection(text: string): Connection {
  const raw: unknown = JSON.parse(text);
  if (typeof raw !== "object" || raw === null) throw new ConnectionError("must hold a JSON object");
  const fields = raw as Readonly<Record<string, unknown>>;
  const ports = Object.fromEntries(PORTS.map((name) => [name, portField(fields, name)]));
  const scheme = textField(fields, "signature_scheme", "hmac-sha256");
  if (scheme !== "hmac-sha256") {
    throw new ConnectionError(`signature_scheme "${scheme}" is not supported; use "hmac-sha256"`);
  }
  const transport = textField(fields, "transport", "tcp");
  if (transport !== "tcp" && transport !== "ipc") {
    throw new ConnectionError(`transport "${transport}" is not supported; use "tcp" or "ipc"`);
  }
  const ip = textField(fields, "ip", "127.0.0.1");
  return { transport, ip, key: textField(fields, "key", ""), ...(ports as Record<Port, number>) };
}

/** The ZeroMQ endpoint of one channel. */
export function endpoint(connection: Connection, port: Port): string {
  const separator = connection.transport === "tcp" ? ":" : "-";
  return `${connection.transport}://${connection.ip}${separator}${String(connection[port])}`;
}

function portField(fields: Readonly<Record<string, unknown>>, name: Port): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65536) return value;
  throw new ConnectionError(`${name} must be a port number, got ${JSON.stringify(value)}`);
}

function textField(fields: Readonly<Record<string, unknown>>, name: string, fallback: string): string {
  const value = fields[name] ?? fallback;
  if (typeof value === "string") return value;
  throw new ConnectionError(`${name} must be a string, got ${JSON.stringify(value)}`);
}
