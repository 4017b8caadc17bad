import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { replyTo } from "../../../kernel/protocol/message.ts";
import type { JupyterMessage } from "../../../kernel/protocol/message.ts";
import { decode, encode, WireError } from "../../../kernel/protocol/wire.ts";

const KEY = "secret";
const HEADER = {
  msg_id: "1",
  session: "s",
  username: "u",
  date: "2026-01-01T00:00:00Z",
  msg_type: "x",
  version: "5.4",
};
const MESSAGE: JupyterMessage = {
  channel: "shell",
  header: HEADER,
  parent_header: {},
  metadata: {},
  content: { text: "größer \u{1F600}" },
};

function frames(body: readonly string[], signature: string): Buffer[] {
  return ["client", "<IDS|MSG>", signature, ...body].map((frame) => Buffer.from(frame));
}

function signed(body: readonly string[], key = KEY): Buffer[] {
  return frames(body, createHmac("sha256", key).update(body.join("")).digest("hex"));
}

const BODY = [JSON.stringify(HEADER), "{}", "{}", '{"a":1}'];

test("a signed message is read with its sender's frames", () => {
  const { identities, message } = decode(signed(BODY), KEY, "control");
  expect(identities.map(String)).toEqual(["client"]);
  expect(message).toMatchObject({ channel: "control", header: HEADER, content: { a: 1 } });
});

test("what is encoded is decoded to the same message, and signed as Jupyter asks", () => {
  const sent = encode(MESSAGE, KEY, [Buffer.from("client")]);
  expect(decode(sent, KEY, "shell").message).toEqual(MESSAGE);
  const body = sent.slice(3).map(String);
  expect(String(sent[2])).toBe(createHmac("sha256", KEY).update(body.join("")).digest("hex"));
});

test("an empty key means no signature", () => {
  expect(decode(frames(BODY, ""), "", "shell").message.content).toEqual({ a: 1 });
});

test.each([
  ["another key", signed(BODY, "other"), /signature/],
  ["no signature", frames(BODY, ""), /signature/],
  ["a signature of another length", frames(BODY, "abc"), /signature/],
  ["content changed after signing", [...signed(BODY).slice(0, -1), Buffer.from('{"a":2}')], /signature/],
  ["no delimiter", [Buffer.from("x")], /delimiter/],
  ["too few frames", signed(BODY).slice(0, 4), /5 frames/],
  ["content that is no JSON", signed([...BODY.slice(0, 3), "{"]), /content/],
  ["content that is no object", signed([...BODY.slice(0, 3), "[]"]), /content/],
  ["a header without a type", signed(["{}", "{}", "{}", "{}"]), /msg_id/],
])("%s is refused", (_, given, reason) => {
  expect(() => decode(given, KEY, "shell")).toThrow(WireError);
  expect(() => decode(given, KEY, "shell")).toThrow(reason);
});

test("the signature is checked before anything is parsed", () => {
  expect(() => decode(signed(["no JSON", "", "", ""], "other"), KEY, "shell")).toThrow(/signature/);
});

test("the type of a reply follows from its request", () => {
  const type: "comm_info_reply" = replyTo("comm_info_request");
  // @ts-expect-error another reply's type does not compile
  const wrong: "complete_reply" = replyTo("comm_info_request");
  expect([type, wrong]).toEqual(["comm_info_reply", "comm_info_reply"]);
});
