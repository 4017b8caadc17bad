/**
 * Lets cells of a notebook in any folder see the packages that came with tnlab. The compiler looks for
 * `<folder>/node_modules/<package>`; where that does not exist, tnlab's own copy stands in.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The parts of TypeScript's `ts.sys` that resolve packages. */
export interface CompilerSystem {
  fileExists: (file: string) => boolean;
  readFile: (file: string, encoding?: string) => string | undefined;
  directoryExists: (folder: string) => boolean;
  getDirectories: (folder: string) => string[];
  realpath?: (file: string) => string;
}

/** The `node_modules` folders that tnlab's own imports are looked up in, nearest first. */
export function packageFolders(): readonly string[] {
  const paths = createRequire(import.meta.url).resolve.paths("tslab") ?? [];
  return paths.filter((folder) => path.basename(folder) === "node_modules" && existsSync(folder));
}

/** The folder of tnlab itself, which cells import as `tnlab` wherever they run. */
function ownFolder(): string {
  const main = createRequire(import.meta.url).resolve("tnlab/kernel/main.js");
  return path.resolve(path.dirname(main), "../../..");
}

/** Changes `sys` in place, which is the one way into tslab's compiler host. */
export function overlayPackages(sys: CompilerSystem, folder: string, packages: readonly string[]): void {
  const { fileExists, readFile, directoryExists, getDirectories, realpath } = { ...sys };
  const root = path.join(folder, "node_modules");
  const own = ownFolder();
  const found = (file: string): string => {
    if (!inside(file, root)) return file;
    const rest = path.relative(root, file);
    const [name, ...inner] = rest.split(path.sep);
    // Never another copy, whose types could differ from what runs here.
    if (name === "tnlab") return inOwn(own, inner);
    if (fileExists(file) || directoryExists(file)) return file;
    const homes = packages.map((home) => path.join(home, rest));
    return homes.find((home) => fileExists(home) || directoryExists(home)) ?? file;
  };
  sys.fileExists = (file) => fileExists(found(file));
  sys.readFile = (file, encoding) => readFile(found(file), encoding);
  sys.directoryExists = (file) => directoryExists(found(file));
  // Every package that is listed of @types is loaded before the first cell, imported or not; cells share their globals with Node alone.
  sys.getDirectories = (file) => {
    if (path.basename(file) !== "@types") return getDirectories(found(file));
    return sys.directoryExists(path.join(file, "node")) ? ["node"] : [];
  };
  if (realpath) sys.realpath = (file) => realpath(found(file));
}

/** By the exports of the package, which the compiler of the cells does not read: parts lie in the build, the rest at the top. */
function inOwn(own: string, inner: readonly string[]): string {
  const [first] = inner;
  const isPart = first === "dsl" || first === "kernel";
  return path.join(own, ...(isPart ? [".build", "js"] : []), ...inner);
}

function inside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith("..") && !path.isAbsolute(relative);
}
