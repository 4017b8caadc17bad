/** Registers tnlab with Jupyter by writing a kernelspec, so that no `jupyter` command is needed. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { UserError } from "../dsl/index.ts";
import { makeFolder } from "./base/folder.ts";

export interface InstallOptions {
  /** Installs into `<prefix>/share/jupyter`, such as a virtual environment's. */
  readonly prefix?: string;
  /** Installs for this user (the default); not together with `prefix`. */
  readonly user?: boolean;
}

/** What `kernel.json` holds. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: "message" | "signal";
}

/** All paths are absolute: Jupyter starts kernels with a PATH and a working folder of its own. */
export function kernelSpec(): KernelSpec {
  const main = createRequire(import.meta.url).resolve("tnlab/kernel/main.js");
  return {
    argv: [process.execPath, main, "kernel", "--connection-file", "{connection_file}"],
    display_name: "tnlab",
    language: "typescript",
    interrupt_mode: "message",
  };
}

/** Writes the kernelspec and returns its folder. Throws UserError where the options contradict each other. */
export function installKernelSpec(options: InstallOptions = {}): string {
  if (options.prefix !== undefined && options.user === true) {
    throw new UserError("install either for this user or into a prefix, not both");
  }
  const data =
    options.prefix === undefined ? userDataFolder() : path.resolve(options.prefix, "share", "jupyter");
  const folder = path.join(data, "kernels", "tnlab");
  makeFolder(folder);
  writeFileSync(path.join(folder, "kernel.json"), JSON.stringify(kernelSpec(), null, 2) + "\n");
  return folder;
}

/** Jupyter's data folder of this user, by the rules of jupyter_core. */
export function userDataFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  const home = os.homedir();
  if (environment["JUPYTER_DATA_DIR"]) return environment["JUPYTER_DATA_DIR"];
  switch (platform) {
    case "darwin":
      return path.join(home, "Library", "Jupyter");
    case "win32":
      return path.join(environment["APPDATA"] ?? path.join(home, "AppData", "Roaming"), "jupyter");
    default:
      return path.join(environment["XDG_DATA_HOME"] || path.join(home, ".local", "share"), "jupyter");
  }
}
