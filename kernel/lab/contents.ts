/** The contents API of Jupyter Server: notebooks, files and folders as models. */
import type { Stats } from "node:fs";
import { access, constants, mkdir, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../dsl/index.ts";
import { formatNotebook } from "../notebook/nbformat.ts";
import { parseNotebook } from "../notebook/parse.ts";
import { absent, locate, writeAtomically } from "./folder.ts";
import { HttpError, MAX_BODY_BYTES } from "./respond.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `folder` is a real path. `seen` holds, by file, the time of the version that pages were last told about. */
export interface Contents {
  readonly folder: string;
  readonly seen: Map<string, number>;
}

/** A model of Jupyter's contents API. */
export interface Model {
  readonly name: string;
  readonly path: string;
  readonly type: "notebook" | "file" | "directory";
  readonly writable: boolean;
  /** ISO 8601. */
  readonly created: string;
  readonly last_modified: string;
  readonly size: number | null;
  readonly mimetype: string | null;
  readonly format: "json" | "text" | "base64" | null;
  readonly content: unknown;
}

/** The model of what lies at `apiPath`, with its content when asked for. */
export async function readModel(contents: Contents, apiPath: string, query: URLSearchParams): Promise<Model> {
  const file = await locate(contents.folder, apiPath);
  const status = await stat(file).catch(() => {
    throw absent(apiPath);
  });
  const withContent = query.get("content") !== "0";
  const model = await describe(file, apiPath, status, query.get("type"));
  if (model.type === "directory") {
    return withContent
      ? { ...model, format: "json", content: await listFolder(contents, file, apiPath) }
      : model;
  }
  if (withContent && status.size > MAX_BODY_BYTES)
    throw new HttpError(413, `"${apiPath}" is too large to open here`);
  contents.seen.set(file, status.mtimeMs);
  return withContent ? { ...model, ...(await readContent(file, model, query.get("format"))) } : model;
}

async function describe(file: string, apiPath: string, status: Stats, asked: string | null): Promise<Model> {
  const notebook = file.endsWith(".ipynb") && asked !== "file";
  return {
    name: path.posix.basename(apiPath),
    path: apiPath,
    type: status.isDirectory() ? "directory" : notebook ? "notebook" : "file",
    writable: await access(file, constants.W_OK).then(
      () => true,
      () => false,
    ),
    created: status.birthtime.toISOString(),
    last_modified: status.mtime.toISOString(),
    size: status.isDirectory() ? null : status.size,
    mimetype: null,
    format: null,
    content: null,
  };
}

async function listFolder(contents: Contents, file: string, apiPath: string): Promise<readonly Model[]> {
  const names = (await readdir(file)).filter((name) => !name.startsWith(".") && name !== "node_modules");
  const models = names.sort().map(async (name) => {
    const child = apiPath === "" ? name : `${apiPath}/${name}`;
    // Links that lead outside are left out of the list.
    return readModel(contents, child, new URLSearchParams({ content: "0" })).catch(() => undefined);
  });
  return (await Promise.all(models)).filter((model) => model !== undefined);
}

async function readContent(file: string, model: Model, asked: string | null): Promise<Partial<Model>> {
  const bytes = await readFile(file);
  if (model.type === "notebook") {
    return { format: "json", content: joined(bytes.toString("utf8"), model.path) };
  }
  const text = asked === "base64" ? undefined : decode(bytes);
  if (text !== undefined) return { format: "text", mimetype: "text/plain", content: text };
  return { format: "base64", mimetype: "application/octet-stream", content: bytes.toString("base64") };
}

/** Pages want multi-line strings joined. */
function joined(text: string, name: string): object {
  try {
    return { ...parseNotebook(text, name), nbformat: 4, nbformat_minor: 5 };
  } catch (error) {
    if (error instanceof UserError) throw new HttpError(400, error.message);
    throw error;
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Saves; 409 when the file is no longer the one that pages were last told about. */
export async function writeModel(contents: Contents, apiPath: string, body: Fields): Promise<Model> {
  const file = await locate(contents.folder, apiPath);
  const before = await stat(file).catch(() => undefined);
  if (body.type === "directory") {
    if (!before) await mkdir(file);
    else if (!before.isDirectory()) throw new HttpError(409, `"${apiPath}" is a file already`);
    return readModel(contents, apiPath, new URLSearchParams({ content: "0" }));
  }
  if (before?.isDirectory()) throw new HttpError(409, `"${apiPath}" is a folder`);
  const seen = contents.seen.get(file);
  if (before && seen !== before.mtimeMs) {
    throw new HttpError(
      409,
      `"${apiPath}" was changed by another program; reload it, or save under another name`,
    );
  }
  await writeAtomically(file, encode(body, apiPath));
  return readModel(contents, apiPath, new URLSearchParams({ content: "0" }));
}

function encode(body: Fields, apiPath: string): string | Uint8Array {
  const { content, format, type } = body;
  if (type === "notebook") {
    try {
      return formatNotebook(parseNotebook(JSON.stringify(content ?? null), apiPath));
    } catch (error) {
      if (error instanceof UserError) throw new HttpError(400, error.message);
      throw error;
    }
  }
  if (typeof content !== "string") throw new HttpError(400, `the content of "${apiPath}" is not text`);
  return format === "base64" ? Buffer.from(content, "base64") : content;
}

/** A new notebook, file or folder in the folder `apiPath`, or a copy, under a name that is free. */
export async function createModel(contents: Contents, apiPath: string, body: Fields): Promise<Model> {
  const source = typeof body.copy_from === "string" ? body.copy_from : undefined;
  const extension = source ? path.posix.extname(source) : NEW_EXTENSIONS[String(body.type)];
  if (extension === undefined) throw new HttpError(400, 'type must be "notebook", "file" or "directory"');
  const stem = source ? path.posix.basename(source, extension) + "-copy" : "untitled";
  const name = await freeName(contents, apiPath, stem, extension);
  if (source === undefined)
    return writeModel(contents, name, { ...EMPTY[String(body.type)], type: body.type });
  const from = await locate(contents.folder, source);
  if (!(await stat(from)).isFile()) throw new HttpError(400, "only files can be copied");
  await writeAtomically(await locate(contents.folder, name), await readFile(from));
  return readModel(contents, name, new URLSearchParams({ content: "0" }));
}

const NEW_EXTENSIONS: Readonly<Record<string, string>> = { notebook: ".ipynb", file: ".txt", directory: "" };

export const KERNELSPEC = { name: "tnlab", display_name: "tnlab", language: "typescript" };

const EMPTY: Readonly<Record<string, Fields>> = {
  notebook: { content: { cells: [], metadata: { kernelspec: KERNELSPEC }, nbformat: 4, nbformat_minor: 5 } },
  file: { content: "", format: "text" },
};

async function freeName(
  contents: Contents,
  folder: string,
  stem: string,
  extension: string,
): Promise<string> {
  for (let number = 0; ; number++) {
    const name = path.posix.join(folder, `${stem}${number === 0 ? "" : number}${extension}`);
    const file = await locate(contents.folder, name);
    const taken = await stat(file).then(
      () => true,
      () => false,
    );
    if (!taken) return name;
  }
}

export async function renameModel(contents: Contents, apiPath: string, body: Fields): Promise<Model> {
  if (typeof body.path !== "string" || body.path === "") throw new HttpError(400, "the new path is missing");
  const from = await locate(contents.folder, apiPath);
  const to = await locate(contents.folder, body.path);
  if (from === contents.folder) throw new HttpError(400, "the folder that is served cannot be renamed");
  await stat(from).catch(() => {
    throw absent(apiPath);
  });
  const taken = await stat(to).catch(() => undefined);
  if (taken) throw new HttpError(409, `"${body.path}" exists already`);
  await rename(from, to);
  return readModel(contents, body.path, new URLSearchParams({ content: "0" }));
}

/** Folders are deleted only when they are empty. */
export async function deleteModel(contents: Contents, apiPath: string): Promise<void> {
  const file = await locate(contents.folder, apiPath);
  if (file === contents.folder) throw new HttpError(400, "the folder that is served cannot be deleted");
  const status = await stat(file).catch(() => {
    throw absent(apiPath);
  });
  if (!status.isDirectory()) return rm(file);
  await rmdir(file).catch(() => {
    throw new HttpError(400, `the folder "${apiPath}" is not empty`);
  });
}
