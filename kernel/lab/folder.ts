/** Paths of the contents API, kept inside the folder that is served, whatever they say and wherever links lead. */
import { lstat, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { HttpError } from "./respond.ts";

/**
 * The absolute path for a path of the API ("a/b.ipynb", "" is the folder itself); its last part need not exist.
 * `folder` is a real path. Throws HttpError 404 for whatever lies outside, directly or by a link, and for hidden files.
 */
export async function locate(folder: string, apiPath: string): Promise<string> {
  const parts = apiPath.split("/").filter((part) => part !== "");
  if (parts.some((part) => part.startsWith(".") || /[\0\\]/.test(part))) throw absent(apiPath);
  const target = path.join(folder, ...parts);
  const real = await realpathOrUndefined(target);
  if (real !== undefined) {
    if (!inside(folder, real)) throw absent(apiPath);
    return real;
  }
  // A link that leads nowhere would be followed by a write.
  const dangling = await lstat(target).catch(() => undefined);
  const parent = await realpathOrUndefined(path.dirname(target));
  if (dangling || parent === undefined || !inside(folder, parent)) throw absent(apiPath);
  return path.join(parent, path.basename(target));
}

export function absent(apiPath: string): HttpError {
  return new HttpError(404, `there is no "${apiPath}" in the folder`);
}

/** Writes beside the file and renames, so that a crash leaves either the old file or the new one. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const scratch = await mkdtemp(path.join(path.dirname(file), ".tnlab-"));
  const written = path.join(scratch, "file");
  try {
    await writeFile(written, content);
    await rename(written, file);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function realpathOrUndefined(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch {
    return undefined;
  }
}

function inside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
