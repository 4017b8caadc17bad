/** What cells may call, seen through real ZeroMQ sockets: one promise a test. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, connect, exchange, execute, ofType, send, until } from "./client.ts";
import type { Client, Exchange, Message } from "./client.ts";

let client: Client;
beforeAll(async () => {
  client = await connect();
});
afterAll(() => client.stop());

/** The message of a type that was published for a request, once it is there. */
async function heard(parent: string, type: string, from = client.published): Promise<Message> {
  const find = (): Message | undefined => from.find((one) => one.parent === parent && one.type === type);
  await until(client, () => find() !== undefined);
  return find() as Message;
}

function texts(done: Exchange): readonly unknown[] {
  return done.published.flatMap(({ content }) => {
    const data = content["data"] as Readonly<Record<string, unknown>> | undefined;
    const text = content["text"] ?? data?.["text/plain"];
    return text === undefined ? [] : [text];
  });
}

test("a subscriber is welcomed on its topic", () => {
  const welcome = client.published.find(({ type }) => type === "iopub_welcome");
  expect(welcome?.content).toEqual({ subscription: "" });
});

test("what a cell prints after its end is its own, even while another runs", async () => {
  const first = await send(client, "execute_request", {
    code: 'setTimeout(() => console.log("late"), 200)',
  });
  await exchange(client, first);
  const second = await execute(
    client,
    'await new Promise((done) => setTimeout(done, 600)); console.log("mine")',
  );
  expect(texts(second)).toEqual(["mine\n"]);
  expect((await heard(first, "stream")).content["text"]).toBe("late\n");
});

test("what is displayed and what is printed keep their order", async () => {
  const done = await execute(client, 'display(1); console.log("two"); display(3); console.error("four")');
  expect(texts(done)).toEqual(["1", "two\n", "3", "four\n"]);
});

test("a display is updated from a later cell, and shows nothing more itself", async () => {
  const first = await execute(client, "const place = display(1)\nplace");
  expect(texts(first)).toEqual(["1"]);
  const second = await execute(client, "place.update([2])");
  const [shown, updated] = [ofType(first, "display_data")[0], ofType(second, "update_display_data")[0]];
  expect(updated?.content).toMatchObject({ data: { "text/plain": "[ 2 ]" } });
  expect(updated?.content["transient"]).toEqual(shown?.content["transient"]);
  expect(shown?.content["transient"]).toMatchObject({ display_id: expect.any(String) as string });
});

test("outputs are cleared, at once or when the next comes", async () => {
  const done = await execute(client, "clearOutput(); clearOutput(true)");
  expect(ofType(done, "clear_output").map(({ content }) => content["wait"])).toEqual([false, true]);
});

test("a cell asks and is answered", async () => {
  const code = 'const name = await input("Name? ", { password: true }); name.length';
  const asking = await send(client, "execute_request", { code, allow_stdin: true });
  const { content } = await heard(asking, "input_request", client.replies);
  expect(content).toEqual({ prompt: "Name? ", password: true });
  await send(client, "input_reply", { status: "ok", value: "Ada" }, { channel: "stdin" });
  expect(texts(await exchange(client, asking))).toEqual(["3"]);
});

test("a client that answers no questions is not asked", async () => {
  const { reply } = await ask(client, "execute_request", { code: "await input()", allow_stdin: false });
  expect(reply.content).toMatchObject({
    ename: "QuestionError",
    evalue: expect.stringMatching(/nobody to ask/) as string,
  });
});

test("a question is ended by an interrupt, and its late answer is for no other", async () => {
  const asking = await send(client, "execute_request", { code: "await input()", allow_stdin: true });
  await heard(asking, "input_request", client.replies);
  await ask(client, "interrupt_request", {}, "control");
  expect((await exchange(client, asking)).reply.content["ename"]).toBe("Interrupted");
  await send(client, "input_reply", { status: "ok", value: "late" }, { channel: "stdin" });
  expect(texts(await execute(client, "1 + 1"))).toEqual(["2"]);
});

test("user expressions have their values, or errors of their own", async () => {
  const { reply } = await ask(client, "execute_request", {
    code: "const width = 6",
    user_expressions: { area: "width ** 2", wrong: "widht", thrown: 'JSON.parse("{")' },
  });
  expect(reply.content).toMatchObject({
    status: "ok",
    user_expressions: {
      area: { status: "ok", data: { "text/plain": "36" } },
      wrong: { status: "error", ename: "CompileError" },
      thrown: { status: "error", ename: "SyntaxError" },
    },
  });
});

test("a front end opens a comm to a target that a cell accepts; both sides speak and close", async () => {
  await execute(
    client,
    'comms.accept("echo", (comm, data) => {\n' +
      "  comm.send({ opened: data })\n" +
      "  comm.onMessage((said) => comm.send({ said }))\n" +
      '  comm.onClose(() => console.log("closed"))\n' +
      "})",
  );
  const opening = await send(client, "comm_open", { comm_id: "e1", target_name: "echo", data: { a: 1 } });
  expect((await heard(opening, "comm_msg")).content).toEqual({ comm_id: "e1", data: { opened: { a: 1 } } });
  const { reply } = await ask(client, "comm_info_request", { target_name: "echo" });
  expect(reply.content["comms"]).toEqual({ e1: { target_name: "echo" } });
  const saying = await send(client, "comm_msg", { comm_id: "e1", data: { b: 2 } });
  expect((await heard(saying, "comm_msg")).content["data"]).toEqual({ said: { b: 2 } });
  const closing = await send(client, "comm_close", { comm_id: "e1", data: {} });
  expect((await heard(closing, "stream")).content["text"]).toBe("closed\n");
  expect((await ask(client, "comm_info_request", {})).reply.content["comms"]).toEqual({});
});

test("a cell opens a comm to a front end", async () => {
  const done = await execute(client, 'const line = comms.open("plot", { z: 3 }); line.close()');
  const [opened] = ofType(done, "comm_open");
  expect(opened?.content).toMatchObject({ target_name: "plot", data: { z: 3 } });
  expect(ofType(done, "comm_close")[0]?.content["comm_id"]).toBe(opened?.content["comm_id"]);
});

test("a listener that throws is heard where the message came from, and the kernel goes on", async () => {
  await execute(client, 'comms.accept("bad", () => { throw new RangeError("not today") })');
  const opening = await send(client, "comm_open", { comm_id: "b1", target_name: "bad", data: {} });
  expect((await heard(opening, "comm_close")).content["comm_id"]).toBe("b1");
  expect((await heard(opening, "stream")).content["text"]).toContain("RangeError: not today");
  expect(texts(await execute(client, "2 + 2"))).toEqual(["4"]);
});
