/** `tnlab lab`: serves a folder of notebooks to the browser of this computer, and runs their kernels. */
import { spawn } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import path from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { UserError } from "../../dsl/index.ts";
import { startKernel } from "../session/process.ts";
import { locate } from "./folder.ts";
import { admit, cookieOf, createGuard } from "./guard.ts";
import type { Guard } from "./guard.ts";
import { connect, kernelNamed, stopKernel } from "./kernels.ts";
import type { StartKernel } from "./kernels.ts";
import { allPage, indexPage, newNotebook, notebookPage, PAGE_POLICY } from "./pages.ts";
import { errorReply, HttpError, MAX_BODY_BYTES, send } from "./respond.ts";
import type { Reply } from "./respond.ts";
import { api } from "./routes.ts";
import type { Lab } from "./routes.ts";

export interface LabOptions {
  readonly folder: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Opens the browser; silently does nothing where there is none. */
  readonly open: boolean;
  /** Default: the tnlab kernel in a child process. */
  readonly startKernel?: StartKernel;
}

export interface RunningLab {
  /** Holds the token. */
  readonly url: string;
  close(): Promise<void>;
}

/** Where `build.ts` puts what the browser loads; the same from sources and from `.build/js`. */
export function assetsFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const [root = here] = here.split(`${path.sep}.build${path.sep}`);
  return here === root ? path.resolve(here, "../../.build/lab") : path.join(root, ".build/lab");
}

/** Serves until closed. Throws UserError when the folder cannot be read or the port is taken. */
export async function startLab(options: LabOptions): Promise<RunningLab> {
  const folder = await realpath(options.folder).catch(() => {
    throw new UserError(`there is no folder "${options.folder}"; give one that exists: tnlab lab FOLDER`);
  });
  const kernels = {
    folder,
    start: options.startKernel ?? startKernel,
    running: new Map(),
    sessions: new Map(),
  };
  const lab: Lab = { contents: { folder, seen: new Map() }, kernels, started: new Date().toISOString() };
  const server = createServer();
  const guard = createGuard(await listen(server, options.port));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  server.on("request", (request, response) => {
    void answer(lab, guard, request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    upgrade(lab, guard, sockets, { request, socket, head });
  });
  const url = `http://127.0.0.1:${guard.port}/?token=${guard.token}`;
  if (options.open) openBrowser(url);
  return {
    url,
    close: async () => {
      await Promise.all([...lab.kernels.running.values()].map((kernel) => stopKernel(lab.kernels, kernel)));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const hint = error.code === "EADDRINUSE" ? "it is taken; give another with --port" : error.message;
      reject(new UserError(`cannot serve on port ${port}: ${hint}`));
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function answer(
  lab: Lab,
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = addressOf(request);
    admit(guard, request, url);
    send(response, await route(lab, guard, request, url));
  } catch (error) {
    const refused = errorReply(error);
    if (request.complete) {
      send(response, refused);
      return;
    }
    // What is left of a body that was refused is not read: the connection ends once the answer is out.
    response.once("finish", () => request.destroy());
    send(response, { ...refused, headers: { Connection: "close" } });
  }
}

function addressOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? "/", "http://127.0.0.1");
  } catch {
    throw new HttpError(400, "the address cannot be read");
  }
}

async function route(lab: Lab, guard: Guard, request: IncomingMessage, url: URL): Promise<Reply> {
  const { pathname } = url;
  if (pathname.startsWith("/api/"))
    return api(lab, request, pathname.slice(5).replace(/\/$/, ""), url.searchParams);
  if (pathname === "/api") return api(lab, request, "", url.searchParams);
  if (request.method !== "GET") throw new HttpError(405, "only GET is allowed here");
  if (pathname.startsWith("/static/")) return asset(pathname.slice(8));
  if (pathname.startsWith("/files/")) return download(lab, decodeURIComponent(pathname.slice(7)));
  if (url.searchParams.has("token")) {
    return { status: 303, headers: { Location: pathname, "Set-Cookie": cookieOf(guard) } };
  }
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": PAGE_POLICY };
  if (pathname === "/") return indexPage(lab.contents.folder, headers);
  if (pathname === "/all") return allPage(lab.contents.folder, headers);
  if (pathname === "/new") return newNotebook(lab.contents);
  if (pathname.startsWith("/notebooks/")) return { status: 200, headers, body: notebookPage() };
  throw new HttpError(404, "there is no such page");
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".gif": "image/gif",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

async function asset(name: string): Promise<Reply> {
  if (!/^[\w-][\w.-]*$/.test(name)) throw new HttpError(404, "there is no such file");
  const body = await readFile(path.join(assetsFolder(), name)).catch(() => {
    throw new HttpError(404, `${name} is missing; build it with: npm run build`);
  });
  const type = TYPES[path.extname(name)] ?? "application/octet-stream";
  return { status: 200, body, headers: { "Content-Type": type, "Cache-Control": "no-cache" } };
}

/** Pictures that notebooks refer to. Only pictures have a type; nothing served from the folder can run as a page. */
async function download(lab: Lab, apiPath: string): Promise<Reply> {
  const file = await locate(lab.contents.folder, apiPath);
  const body = await readFile(file).catch(() => {
    throw new HttpError(404, `there is no file "${apiPath}"`);
  });
  const extension = path.extname(file);
  const picture = [".png", ".jpg", ".gif", ".svg"].includes(extension);
  const type = picture ? (TYPES[extension] ?? "") : "application/octet-stream";
  return { status: 200, body, headers: { "Content-Type": type, "Content-Security-Policy": "sandbox" } };
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(lab: Lab, guard: Guard, sockets: WebSocketServer, { request, socket, head }: Upgrade): void {
  socket.on("error", () => socket.destroy());
  try {
    const url = addressOf(request);
    admit(guard, request, url);
    const id = /^\/api\/kernels\/([\w-]+)\/channels$/.exec(url.pathname)?.[1];
    if (id === undefined) throw new HttpError(404, "there is no such channel");
    const kernel = kernelNamed(lab.kernels, id);
    sockets.handleUpgrade(request, socket, head, (client) => {
      connect(kernel, client);
    });
  } catch (error) {
    const { status } = errorReply(error);
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

function openBrowser(url: string): void {
  const [command = "xdg-open", ...given] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...given, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
