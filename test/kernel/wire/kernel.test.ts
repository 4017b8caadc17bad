/** The compiled kernel over real ZeroMQ sockets: one promise a test. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, connect, exchange, execute, ofType, send, until } from "./client.ts";
import type { Client } from "./client.ts";

let client: Client;
beforeAll(async () => {
  client = await connect();
});
afterAll(() => client.stop());

test("kernel_info names the language and the protocol", async () => {
  const { reply } = await ask(client, "kernel_info_request", {});
  expect(reply.type).toBe("kernel_info_reply");
  expect(reply.content).toMatchObject({
    status: "ok",
    protocol_version: "5.4",
    language_info: { name: "typescript", file_extension: ".ts" },
  });
});

test("kernel_info is also answered on the control channel while a cell runs", async () => {
  const running = await send(client, "execute_request", { code: "await new Promise(() => undefined)" });
  await until(client, () =>
    client.published.some((one) => one.parent === running && one.type === "execute_input"),
  );
  const { reply } = await ask(client, "kernel_info_request", {}, "control");
  expect(reply.content["status"]).toBe("ok");
  await ask(client, "interrupt_request", {}, "control");
  expect((await exchange(client, running)).reply.content["status"]).toBe("error");
});

test("a value arrives as execute_result between busy and idle, with the count of its input", async () => {
  const done = await execute(client, "const a: number = 6\na * 7");
  expect(done.published.map((one) => one.type)).toEqual([
    "status",
    "execute_input",
    "execute_result",
    "status",
  ]);
  const [result] = ofType(done, "execute_result");
  expect(result?.content["data"]).toEqual({ "text/plain": "42" });
  expect(result?.content["execution_count"]).toBe(done.reply.content["execution_count"]);
});

test("printed text arrives as streams, in order", async () => {
  const done = await execute(client, 'console.log("one"); console.error("two"); console.log("three")');
  expect(ofType(done, "stream").map((one) => [one.content["name"], one.content["text"]])).toEqual([
    ["stdout", "one\n"],
    ["stderr", "two\n"],
    ["stdout", "three\n"],
  ]);
});

test("an exception names the line of the cell it comes from", async () => {
  const code = [
    "interface Point { x: number }",
    "",
    "function fail(p: Point): never {",
    "  // a comment",
    "  throw new RangeError(`no ${p.x}`)",
    "}",
    "fail({ x: 3 })",
  ].join("\n");
  const done = await execute(client, code);
  const [error] = ofType(done, "error");
  expect(error?.content).toMatchObject({ ename: "RangeError", evalue: "no 3" });
  const trace = (error?.content["traceback"] as string[]).join("\n");
  expect(trace).toContain("line 5 in fail");
  expect(trace).toContain("line 7");
});

test("an exception from a function of an earlier cell is traced to both cells", async () => {
  await execute(client, "\n\nfunction early(): never {\n  throw new RangeError('early')\n}");
  const done = await execute(client, "\nearly()");
  const trace = (ofType(done, "error")[0]?.content["traceback"] as string[]).join("\n");
  expect(trace).toContain("an earlier cell, line 4 in early");
  expect(trace).toContain("  line 2");
});

test("display shows a value before the result", async () => {
  const done = await execute(client, "display(1 + 1); 3");
  expect(ofType(done, "display_data")[0]?.content["data"]).toEqual({ "text/plain": "2" });
});

test("a type error is drawn under its line", async () => {
  const done = await execute(client, 'const fine = 1\nconst wrong: number = "text"');
  const [error] = ofType(done, "error");
  expect((error?.content["traceback"] as string[])[0]).toContain(
    '2 | const wrong: number = "text"\n          ^^^^^',
  );
});

test("a cell that throws keeps the variables", async () => {
  await execute(client, "let kept = 5");
  expect((await execute(client, 'kept = 6; throw new TypeError("x")')).reply.content["status"]).toBe("error");
  const done = await execute(client, "kept");
  expect(ofType(done, "execute_result")[0]?.content["data"]).toEqual({ "text/plain": "6" });
});

test("cells already queued behind a failed one are aborted", async () => {
  const ids = [];
  for (const code of ["await null; throw 1", "1"]) ids.push(await send(client, "execute_request", { code }));
  const [, second] = await Promise.all(ids.map((id) => exchange(client, id)));
  expect(second?.reply.content["status"]).toBe("aborted");
});

test("with stop_on_error false they run", async () => {
  const first = await send(client, "execute_request", { code: "await null; throw 1", stop_on_error: false });
  const second = await send(client, "execute_request", { code: "1" });
  await exchange(client, first);
  expect((await exchange(client, second)).reply.content["status"]).toBe("ok");
});

test("a message with a wrong signature is not acted upon", async () => {
  const forged = await send(client, "execute_request", { code: "globalThis.forged = 1" }, { key: "wrong" });
  const done = await execute(client, '"forged" in globalThis');
  expect(ofType(done, "execute_result")[0]?.content["data"]).toEqual({ "text/plain": "false" });
  expect([...client.replies, ...client.published].filter((one) => one.parent === forged)).toEqual([]);
});

test("comm_info is answered by comm_info_reply", async () => {
  const { reply } = await ask(client, "comm_info_request", {});
  expect(reply).toMatchObject({ type: "comm_info_reply", content: { status: "ok", comms: {} } });
});

test("history holds the inputs", async () => {
  await execute(client, "const remembered = 1");
  const { reply } = await ask(client, "history_request", {
    hist_access_type: "tail",
    n: 1,
    output: false,
    raw: true,
  });
  expect(reply.content["history"]).toMatchObject([[0, expect.any(Number), "const remembered = 1"]]);
});

test.each([
  ["1 + 1", "complete"],
  ["function f() {", "incomplete"],
  ["[1, 2", "incomplete"],
  ["const = 3", "invalid"],
  ["await 3", "complete"],
  ["%%tn", "incomplete"],
])("is_complete of %j is %s", async (code, status) => {
  const { reply } = await ask(client, "is_complete_request", { code });
  expect(reply.content["status"]).toBe(status);
});

test("offsets of completions count an emoji as one character", async () => {
  const code = 'const s = "\u{1F600}"; s.toUpper';
  const points = Array.from(code).length;
  const { reply } = await ask(client, "complete_request", { code, cursor_pos: points });
  expect(reply.content).toMatchObject({ cursor_start: points - "toUpper".length, cursor_end: points });
  expect(reply.content["matches"]).toContain("toUpperCase");
});

test("inspection tells the type", async () => {
  const code = "const width = 3; width";
  const { reply } = await ask(client, "inspect_request", {
    code,
    cursor_pos: code.length - 1,
    detail_level: 0,
  });
  expect(JSON.stringify(reply.content["data"])).toContain("width: 3");
});

test("Node's types and packages are there outside of the project", async () => {
  const done = await execute(client, 'import * as os from "os"\nos.EOL.length > 0');
  expect(ofType(done, "execute_result")[0]?.content["data"]).toEqual({ "text/plain": "true" });
});

test("an unknown comm is closed at once", async () => {
  const id = await send(client, "comm_open", { comm_id: "c1", target_name: "none", data: {} });
  await until(client, () => client.published.some((one) => one.parent === id && one.type === "comm_close"));
  expect(
    client.published.find((one) => one.parent === id && one.type === "comm_close")?.content["comm_id"],
  ).toBe("c1");
});

test("a silent cell publishes nothing and is not counted", async () => {
  const before = await execute(client, "1");
  const done = await ask(client, "execute_request", { code: "console.log(1); 2", silent: true });
  expect(done.published.map((one) => one.type)).toEqual(["status", "status"]);
  expect(done.reply.content["execution_count"]).toBe(before.reply.content["execution_count"]);
});

test("a %%tn cell shows the value of a network", async () => {
  // The trace of the cube of a matrix with trace t and determinant d is t^3 - 3 t d = 125 + 30.
  const program =
    "tensor H[a: 2, b: 2] = [[1, 2], [3, 4]]\nnetwork T = H[p,q] H[q,r] H[r,p]\nrun T on threads(1)";
  const done = await execute(client, `%%tn\n${program}`);
  expect(done.reply.content["status"]).toBe("ok");
  expect(JSON.stringify(ofType(done, "display_data"))).toContain("155");
});

test("a %%tn cell with a mistake is an error that counts lines from the magic line", async () => {
  const done = await execute(client, "%%tn\n\n@@@");
  const [error] = ofType(done, "error");
  expect(error?.content["ename"]).toBe("tn");
  expect((error?.content["traceback"] as string[]).join("\n")).toMatch(/\b3\b[^\n]*@@@/);
});

test("options of the first line are those of searches that have none, and others are named", async () => {
  const program =
    "tensor A[i: 2, j: 2] = [[1, 2], [3, 4]]\nnetwork Z = A[p,q] A[q,r] A[r,p]\norder Z = search\nshow order Z";
  const done = await execute(client, `%%tn --seconds 0.2 --seed 5\n${program}`);
  expect(done.reply.content["status"]).toBe("ok");
  const wrong = await execute(client, `%%tn --second 3\n${program}`);
  expect(wrong.reply.content).toMatchObject({
    ename: "MagicError",
    evalue: expect.stringContaining("--second; it has --seconds 10") as string,
  });
});

test("%tn help explains the language, its words and its mistakes; mistakes say how they are explained", async () => {
  const help = async (topic: string): Promise<string> =>
    String(ofType(await execute(client, `%tn help ${topic}`), "stream")[0]?.content["text"]);
  expect(await help("")).toMatch(/%%tn[^]*network R\[i,l\] = A B C[^]*%tn help errors/);
  expect(await help("slice")).toContain("slice Z to 16 GiB");
  expect(await help("slices")).toContain("require Z: slices <= 64");
  expect(await help("distribut")).toBe("there is no help on distribut; did you mean %tn help distribute?\n");
  const { reply } = await execute(client, "%%tn\nlet x = 3 @ 4");
  expect((reply.content["traceback"] as string[]).at(-1)).toBe("(explained by %tn help bad-character)");
  expect(await help("bad-character")).toContain("means nothing in the language");
  expect((await execute(client, "%tn")).reply.content["ename"]).toBe("MagicError");
});

test("a cell of the language without its first line is told of it, one of TypeScript is not", async () => {
  const last = async (code: string): Promise<string | undefined> =>
    ((await execute(client, code)).reply.content["traceback"] as string[]).at(-1);
  const hint = "hint: this is in the language of tnlab: begin the cell with a line %%tn";
  expect(await last("tensor A[i: 2] = 1\nnetwork R = A\nshow network R")).toBe(hint);
  expect(await last("let x = nothingOfTheKind")).not.toContain("hint");
  expect(await last("order.unknown(")).not.toContain("hint");
});

test("an endless loop does not block the heartbeat, and an interrupt ends it", async () => {
  await execute(client, "let before = 1");
  const id = await send(client, "execute_request", { code: "while (true) {}" });
  await until(client, () =>
    client.published.some((one) => one.parent === id && one.type === "execute_input"),
  );
  await client.heartbeat.send("ping");
  expect((await client.heartbeat.receive()).toString()).toBe("ping");
  await ask(client, "interrupt_request", {}, "control");
  expect((await exchange(client, id)).reply.content["status"]).toBe("error");
  expect(ofType(await execute(client, "before"), "execute_result")[0]?.content["data"]).toEqual({
    "text/plain": "1",
  });
});

test("a loop that heeds no interrupt is killed, visibly, and the kernel goes on", async () => {
  const id = await send(client, "execute_request", { code: "while (true) await null" });
  await until(client, () =>
    client.published.some((one) => one.parent === id && one.type === "execute_input"),
  );
  await ask(client, "interrupt_request", {}, "control");
  const done = await exchange(client, id);
  expect(done.reply.content).toMatchObject({ status: "error", ename: "KernelRestarted" });
  expect(String(ofType(done, "stream")[0]?.content["text"])).toContain("kernel restarted");
  expect((await execute(client, "1 + 1")).reply.content).toMatchObject({ status: "ok", execution_count: 1 });
});

test("process.exit in a cell leaves the kernel alive", async () => {
  const done = await execute(client, 'console.log("last words"); process.exit(1)');
  expect(done.reply.content).toMatchObject({ status: "error", ename: "KernelRestarted" });
  expect(ofType(done, "stream")[0]?.content["text"]).toBe("last words\n");
  expect((await execute(client, "2 + 2")).reply.content["status"]).toBe("ok");
});

test("shutdown is answered", async () => {
  const { reply } = await ask(client, "shutdown_request", { restart: false }, "control");
  expect(reply).toMatchObject({ type: "shutdown_reply", content: { status: "ok", restart: false } });
});
