import { mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startLab } from "../../../kernel/lab/server.ts";
import type { RunningLab } from "../../../kernel/lab/server.ts";
import { parseNotebook } from "../../../kernel/notebook/parse.ts";
import { compiled } from "../../dsl/program/language.ts";
import { fakeKernel } from "../notebook/fake.ts";
import type { FakeKernel } from "../notebook/fake.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let outside: string;
let folder: string;
let lab: RunningLab;
let port: number;
let cookie: string;
let kernel: FakeKernel;

beforeEach(async () => {
  outside = await mkdtemp(path.join(tmpdir(), "tnlab-server-"));
  folder = path.join(outside, "served");
  await mkdir(folder);
  await writeFile(path.join(outside, "secret.txt"), "secret");
  await writeFile(path.join(folder, "a.txt"), "hello");
  kernel = fakeKernel(() => [["stream", { name: "stdout", text: "ran" }]]);
  lab = await startLab({ folder, port: 0, open: false, startKernel: () => Promise.resolve(kernel) });
  const url = new URL(lab.url);
  port = Number(url.port);
  const first = await call("GET", url.pathname + url.search, { cookie: "" });
  cookie = String(first.headers["set-cookie"]?.[0]).split(";")[0] ?? "";
});

afterEach(async () => {
  await lab.close();
  await rm(outside, { recursive: true });
});

/** A raw request: fetch would tidy up paths and refuse a forged Host. */
function call(
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: `127.0.0.1:${port}`, cookie, ...headers };
    const sent = request({ host: "127.0.0.1", port, method, path: target, headers: all }, (response) => {
      let text = "";
      response.on("data", (part) => (text += String(part)));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("pages", () => {
  test("the first page is the quickstart where there is one, and the list of all where not", async () => {
    expect((await call("GET", "/")).text).toContain("There is no notebook in this folder.");
    await writeFile(path.join(folder, "b & c.ipynb"), "{}");
    expect((await call("GET", "/")).text).toContain(
      '<a href="/notebooks/b%20%26%20c.ipynb">b &amp; c.ipynb</a>',
    );
    await writeFile(path.join(folder, "quickstart.ipynb"), "{}");
    const first = await call("GET", "/");
    expect([first.status, first.headers.location]).toEqual([303, "/notebooks/quickstart.ipynb"]);
    expect((await call("GET", "/all")).text).toMatch(/b &amp; c\.ipynb[^]*quickstart\.ipynb[^]*href="\/new"/);
  });

  test("a new notebook has a first cell without mistakes, and a name of its own", async () => {
    const names = [await call("GET", "/new"), await call("GET", "/new")].map(
      ({ headers }) => headers.location,
    );
    expect(names[0]).toBe("/notebooks/untitled.ipynb");
    expect(names[1]).toMatch(/^\/notebooks\/untitled.+\.ipynb$/);
    const text = await readFile(path.join(folder, "untitled.ipynb"), "utf8");
    const [cell] = parseNotebook(text, "untitled.ipynb").cells;
    const program = cell?.source.replace("%%tn\n", "") ?? "";
    expect(compiled(program).actions.map(({ kind }) => kind)).toEqual(["show", "show", "run"]);
    expect((await call("GET", "/new", { cookie: "" })).status).toBe(403);
  });
});

describe("who is let in", () => {
  test("the token sets a strict cookie and leaves the address", async () => {
    const url = new URL(lab.url);
    const answer = await call("GET", url.pathname + url.search, { cookie: "" });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe("/");
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/; HttpOnly; SameSite=Strict/);
    expect(url.searchParams.get("token")).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, string, Record<string, string>]>([
    ["no token", "/api/status", { cookie: "" }],
    ["a wrong cookie", "/api/status", { cookie: "tnlab-1=00" }],
    ["a wrong token", "/?token=00", {}],
    ["a foreign Host", "/api/status", { host: "evil.example" }],
    ["a foreign Origin", "/api/status", { origin: "http://evil.example" }],
    ["an opaque Origin", "/api/status", { origin: "null" }],
    ["the script of the page without a cookie", "/static/page.js", { cookie: "" }],
  ])("%s is refused", async (_, target, headers) => {
    expect((await call("GET", target, headers)).status).toBe(403);
  });

  test("its own pages are let in", async () => {
    expect((await call("GET", "/api/status", { origin: `http://127.0.0.1:${port}` })).status).toBe(200);
  });

  test("a socket needs the cookie and the right Origin", async () => {
    const created = JSON.parse((await call("POST", "/api/kernels", {}, "{}")).text) as { id: string };
    const address = `ws://127.0.0.1:${port}/api/kernels/${created.id}/channels`;
    const attempt = (headers: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(address, { headers });
        socket.on("open", () => {
          socket.close();
          resolve("open");
        });
        socket.on("error", (error) => {
          resolve(error.message);
        });
      });
    expect(await attempt({})).toMatch(/403/);
    expect(await attempt({ cookie, origin: "http://evil.example" })).toMatch(/403/);
    expect(await attempt({ cookie, origin: `http://127.0.0.1:${port}` })).toBe("open");
  });
});

describe("the folder is not left", () => {
  test.each([
    "/api/contents/../secret.txt",
    "/api/contents/%2e%2e/secret.txt",
    "/api/contents/..%2fsecret.txt",
    "/api/contents/..%5csecret.txt",
    "/api/contents/x/%2e%2e/%2e%2e/secret.txt",
    "/files/..%2fsecret.txt",
    "/static/..%2f..%2fpackage.json",
    "/api/contents/a%00.txt",
  ])("%s", async (target) => {
    const answer = await call("GET", target);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("secret\n");
  });

  test("links that lead outside are neither read, listed nor written", async () => {
    await symlink(path.join(outside, "secret.txt"), path.join(folder, "link.txt"));
    await symlink(outside, path.join(folder, "up"));
    await symlink(path.join(outside, "new.txt"), path.join(folder, "dangling.txt"));
    const body = JSON.stringify({ type: "file", format: "text", content: "x" });
    for (const name of ["link.txt", "up/secret.txt", "up", "dangling.txt"]) {
      expect((await call("GET", `/api/contents/${name}`)).status).toBe(404);
      expect((await call("PUT", `/api/contents/${name}`, {}, body)).status).toBe(404);
    }
    const list = JSON.parse((await call("GET", "/api/contents")).text) as { content: { name: string }[] };
    expect(list.content.map(({ name }) => name)).toEqual(["a.txt"]);
    expect(await readFile(path.join(outside, "secret.txt"), "utf8")).toBe("secret");
    await expect(stat(path.join(outside, "new.txt"))).rejects.toThrow("ENOENT");
  });

  test("the folder itself is neither deleted nor renamed", async () => {
    expect((await call("DELETE", "/api/contents/")).status).toBe(400);
    expect((await call("PATCH", "/api/contents/", {}, '{"path":"b"}')).status).toBe(400);
  });
});

describe("contents", () => {
  const save = (content: string): Promise<Answer> =>
    call("PUT", "/api/contents/a.txt", {}, JSON.stringify({ type: "file", format: "text", content }));

  test("a changed file is not overwritten before the page has heard of the change", async () => {
    await call("GET", "/api/contents/a.txt");
    expect((await save("mine")).status).toBe(200);
    await writeFile(path.join(folder, "a.txt"), "theirs");
    await utimes(path.join(folder, "a.txt"), new Date(), new Date(Date.now() + 5000));
    expect((await save("mine again")).status).toBe(409);
    expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("theirs");
    await call("GET", "/api/contents/a.txt?content=0");
    expect((await save("mine again")).status).toBe(200);
    expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("mine again");
  });

  test("a body over the limit is refused, one that is not JSON too", async () => {
    const huge = { "content-length": String(65 * 2 ** 20) };
    const answer = await call("PUT", "/api/contents/a.txt", huge, "").catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 413 });
    expect((await call("PUT", "/api/contents/a.txt", {}, "nope")).status).toBe(400);
  });

  test("makes, renames, copies and deletes a notebook", async () => {
    const made = JSON.parse((await call("POST", "/api/contents", {}, '{"type":"notebook"}')).text) as {
      path: string;
    };
    expect(made.path).toBe("untitled.ipynb");
    expect((await call("PATCH", "/api/contents/untitled.ipynb", {}, '{"path":"a.txt"}')).status).toBe(409);
    expect((await call("PATCH", "/api/contents/untitled.ipynb", {}, '{"path":"b.ipynb"}')).status).toBe(200);
    const copy = await call("POST", "/api/contents", {}, '{"copy_from":"b.ipynb"}');
    expect(JSON.parse(copy.text)).toMatchObject({ path: "b-copy.ipynb", type: "notebook" });
    expect((await call("DELETE", "/api/contents/b.ipynb")).status).toBe(204);
    expect((await call("GET", "/api/contents/b.ipynb")).status).toBe(404);
  });

  test("refuses to save what is not a notebook", async () => {
    const body = JSON.stringify({
      type: "notebook",
      content: { cells: [{}], metadata: {}, nbformat: 4, nbformat_minor: 5 },
    });
    const answer = await call("PUT", "/api/contents/c.ipynb", {}, body);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("cells[0]")]);
  });
});

describe("kernels", () => {
  test("a session runs code through its socket and is closed with the lab", async () => {
    const body = JSON.stringify({ path: "a.ipynb", name: "a", type: "notebook", kernel: { name: "tnlab" } });
    const session = JSON.parse((await call("POST", "/api/sessions", {}, body)).text) as {
      id: string;
      kernel: { id: string };
    };
    const again = JSON.parse((await call("POST", "/api/sessions", {}, body)).text) as { id: string };
    expect(again.id).toBe(session.id);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/kernels/${session.kernel.id}/channels`, {
      headers: { cookie },
    });
    await new Promise((resolve) => socket.once("open", resolve));
    const heard = new Promise((resolve) => {
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as {
          header: { msg_type: string };
          content: { text?: string };
        };
        if (message.header.msg_type === "stream") resolve(message.content.text);
      });
    });
    const header = {
      msg_id: "1",
      session: "s",
      username: "u",
      date: "",
      msg_type: "execute_request",
      version: "5.4",
    };
    socket.send(
      JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content: { code: "x" } }),
    );
    expect(await heard).toBe("ran");
    expect((await call("POST", `/api/kernels/${session.kernel.id}/interrupt`)).status).toBe(204);
    expect((await call("POST", `/api/kernels/${session.kernel.id}/restart`)).status).toBe(200);
    expect((await call("DELETE", `/api/sessions/${session.id}`)).status).toBe(204);
    expect(kernel.log).toEqual(["execute_request", "interrupt", "restart", "close"]);
  });
});
