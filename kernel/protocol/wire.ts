/**
 * ZeroMQ frames to Jupyter messages and back. A message on the wire is
 * `identities..., "<IDS|MSG>", signature, header, parent_header, metadata, content, buffers...`.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Channel, JupyterMessage, MessageHeader } from "./message.ts";

const DELIMITER = "<IDS|MSG>";

/** Frames that are not a signed Jupyter message. Such frames are dropped, never acted upon. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A message together with the routing frames that lead back to its sender. */
export interface Received {
  readonly identities: readonly Buffer[];
  readonly message: JupyterMessage;
}

/** Checks the signature, then parses. An empty key means unsigned messages, as Jupyter has it. Throws WireError. */
export function decode(frames: readonly Buffer[], key: string, channel: Channel): Received {
  const at = frames.findIndex((frame) => frame.toString("latin1") === DELIMITER);
  if (at < 0)
    throw new WireError(`expected the delimiter ${DELIMITER} among ${String(frames.length)} frames`);
  const [given, header, parent, metadata, content] = frames.slice(at + 1, at + 6);
  if (!given || !header || !parent || !metadata || !content) {
    throw new WireError(`expected 5 frames after the delimiter, got ${String(frames.length - at - 1)}`);
  }
  checkSignature(given, sign([header, parent, metadata, content], key));
  const message: JupyterMessage = {
    channel,
    header: parseHeader(header),
    parent_header: parseObject(parent, "parent_header"),
    metadata: parseObject(metadata, "metadata"),
    content: parseObject(content, "content"),
  };
  return { identities: frames.slice(0, at), message };
}

/** The frames of a message; on iopub the one identity is the topic. */
export function encode(
  message: JupyterMessage,
  key: string,
  identities: readonly Buffer[],
): readonly Buffer[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content];
  const body = parts.map((part) => Buffer.from(JSON.stringify(part)));
  return [...identities, Buffer.from(DELIMITER), Buffer.from(sign(body, key)), ...body];
}

function sign(body: readonly Buffer[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const frame of body) hmac.update(frame);
  return hmac.digest("hex");
}

function checkSignature(given: Buffer, expected: string): void {
  const wanted = Buffer.from(expected);
  // timingSafeEqual throws on unequal lengths; the length of a signature is no secret.
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new WireError("the signature does not match the message");
  }
}

function parseHeader(frame: Buffer): MessageHeader {
  const header = parseObject(frame, "header");
  for (const name of ["msg_id", "msg_type"]) {
    if (typeof header[name] !== "string") throw new WireError(`expected a string as ${name} of the header`);
  }
  return header as unknown as MessageHeader;
}

function parseObject(frame: Buffer, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString("utf8"));
  } catch (cause) {
    throw new WireError(`expected JSON as ${name}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new WireError(`expected a JSON object as ${name}`);
}
