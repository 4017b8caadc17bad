/** The part of Jupyter Server's REST API that JupyterLab's notebook asks for. */
import type { IncomingMessage } from "node:http";
import { randomUUID } from "node:crypto";
import { createModel, deleteModel, readModel, renameModel, writeModel } from "./contents.ts";
import type { Contents } from "./contents.ts";
import {
  kernelModel,
  kernelNamed,
  kernelSpecs,
  restartKernel,
  sessionModel,
  sessionNamed,
} from "./kernels.ts";
import { startKernelFor, stopKernel } from "./kernels.ts";
import type { Kernels, LabSession } from "./kernels.ts";
import { HttpError, readJson } from "./respond.ts";
import type { Reply } from "./respond.ts";

export interface Lab {
  readonly contents: Contents;
  readonly kernels: Kernels;
  /** ISO 8601. */
  readonly started: string;
}

/** Answers a request below `/api/`; `route` is what follows, still percent-encoded. */
export async function api(
  lab: Lab,
  request: IncomingMessage,
  route: string,
  query: URLSearchParams,
): Promise<Reply> {
  const [head = "", ...rest] = route.split("/").map(decodePart);
  const method = request.method ?? "GET";
  switch (head) {
    case "contents":
      return contentsRoute(lab.contents, request, rest, query);
    case "sessions":
      return sessionsRoute(lab.kernels, request, rest);
    case "kernels":
      return kernelsRoute(lab.kernels, request, rest);
    case "kernelspecs":
      return { status: 200, body: kernelSpecs() };
    case "status":
      return { status: 200, body: { started: lab.started, kernels: lab.kernels.running.size } };
    case "me":
      return { status: 200, body: ME };
    case "":
      return { status: 200, body: { version: "2.0.0" } };
    default:
      throw new HttpError(404, `${method} /api/${route} is not part of this server`);
  }
}

const ME = {
  identity: { username: "user", name: "user", display_name: "user", initials: "U", color: null },
  permissions: {},
};

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, "the address is not percent-encoded correctly");
  }
}

async function contentsRoute(
  contents: Contents,
  request: IncomingMessage,
  parts: readonly string[],
  query: URLSearchParams,
): Promise<Reply> {
  const at = parts.indexOf("checkpoints");
  if (at >= 0) return checkpoints(contents, request, parts.slice(0, at).join("/"));
  const apiPath = parts.filter((part) => part !== "").join("/");
  switch (request.method ?? "") {
    case "GET":
      return { status: 200, body: await readModel(contents, apiPath, query) };
    case "PUT":
      return { status: 200, body: await writeModel(contents, apiPath, await readJson(request)) };
    case "PATCH":
      return { status: 200, body: await renameModel(contents, apiPath, await readJson(request)) };
    case "POST":
      return { status: 201, body: await createModel(contents, apiPath, await readJson(request)) };
    case "DELETE":
      await deleteModel(contents, apiPath);
      return { status: 204 };
    default:
      throw notAllowed(request);
  }
}

/** The saved file is the one checkpoint there is; pages return to it by reloading, so restoring does nothing here. */
async function checkpoints(contents: Contents, request: IncomingMessage, apiPath: string): Promise<Reply> {
  const { last_modified } = await readModel(contents, apiPath, new URLSearchParams({ content: "0" }));
  const checkpoint = { id: "saved", last_modified };
  if (request.method === "GET") return { status: 200, body: [checkpoint] };
  if (request.method === "POST") {
    return request.url?.includes("checkpoints/") === true
      ? { status: 204 }
      : { status: 201, body: checkpoint };
  }
  throw notAllowed(request);
}

async function kernelsRoute(
  kernels: Kernels,
  request: IncomingMessage,
  parts: readonly string[],
): Promise<Reply> {
  const [id, action] = parts;
  if (id === undefined || id === "") {
    if (request.method === "GET")
      return { status: 200, body: [...kernels.running.values()].map(kernelModel) };
    if (request.method === "POST")
      return { status: 201, body: kernelModel(await startKernelFor(kernels, "")) };
    throw notAllowed(request);
  }
  const kernel = kernelNamed(kernels, id);
  switch (`${request.method ?? ""} ${action ?? ""}`) {
    case "GET ":
      return { status: 200, body: kernelModel(kernel) };
    case "DELETE ":
      await stopKernel(kernels, kernel);
      return { status: 204 };
    case "POST interrupt":
      await kernel.process.interrupt();
      return { status: 204 };
    case "POST restart":
      await restartKernel(kernel);
      return { status: 200, body: kernelModel(kernel) };
    default:
      throw notAllowed(request);
  }
}

async function sessionsRoute(
  kernels: Kernels,
  request: IncomingMessage,
  parts: readonly string[],
): Promise<Reply> {
  const [id] = parts;
  if (id === undefined || id === "") {
    if (request.method === "GET")
      return { status: 200, body: [...kernels.sessions.values()].map(sessionModel) };
    if (request.method === "POST")
      return { status: 201, body: await openSession(kernels, await readJson(request)) };
    throw notAllowed(request);
  }
  const session = sessionNamed(kernels, id);
  switch (request.method ?? "") {
    case "GET":
      return { status: 200, body: sessionModel(session) };
    case "PATCH":
      return { status: 200, body: await changeSession(kernels, session, await readJson(request)) };
    case "DELETE":
      await stopKernel(kernels, session.kernel);
      return { status: 204 };
    default:
      throw notAllowed(request);
  }
}

async function openSession(kernels: Kernels, body: Readonly<Record<string, unknown>>): Promise<object> {
  const path = text(body.path);
  const existing = [...kernels.sessions.values()].find((session) => session.path === path);
  if (existing) return sessionModel(existing);
  const id = kernelId(body);
  const kernel = id === undefined ? await startKernelFor(kernels, path) : kernelNamed(kernels, id);
  const session = {
    id: randomUUID(),
    path,
    name: text(body.name),
    type: text(body.type) || "notebook",
    kernel,
  };
  kernels.sessions.set(session.id, session);
  return sessionModel(session);
}

/** A renamed notebook, or another kernel for it: one that runs (by id) or a new one. */
async function changeSession(
  kernels: Kernels,
  session: LabSession,
  body: Readonly<Record<string, unknown>>,
): Promise<object> {
  if (typeof body.path === "string") session.path = body.path;
  if (typeof body.name === "string") session.name = body.name;
  const id = kernelId(body);
  if (id !== undefined) session.kernel = kernelNamed(kernels, id);
  else if (typeof body.kernel === "object" && body.kernel !== null) {
    const former = session.kernel;
    session.kernel = await startKernelFor(kernels, session.path);
    await stopKernel(kernels, former);
  }
  return sessionModel(session);
}

function kernelId(body: Readonly<Record<string, unknown>>): string | undefined {
  const { kernel } = body;
  const id: unknown = typeof kernel === "object" && kernel !== null && "id" in kernel ? kernel.id : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function notAllowed(request: IncomingMessage): HttpError {
  return new HttpError(405, `${request.method ?? ""} is not allowed here`);
}
