/** `import ... from "tnlab"` in a cell: the very modules that the kernel runs, in whatever folder the notebook lies. */
import Module, { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Where Node looks modules up for `require`, which is what imports of cells become. */
interface Loader {
  _load: (request: string, ...rest: readonly unknown[]) => unknown;
}

/** The part of the package that the kernel itself asks for the values of names. */
export interface OwnPackage {
  readonly tn: { readonly session: Readonly<Record<"value" | Kind, (name: string) => unknown>> };
}

type Kind = "tensor" | "network" | "machine";

let provided: Promise<OwnPackage> | undefined;

/** Modules by the names under which cells import them. */
const modules = new Map<string, unknown>();

const NAMES = /["'`](tnlab(?:\/[\w./-]+)?)["'`]/g;

/** To be awaited before the first cell that names the package; loading it takes a moment. */
export function provideOwnPackage(): Promise<OwnPackage> {
  provided ??= provide();
  return provided;
}

/** To be awaited before a cell that may import the package or parts of it ("tnlab/dsl/index.js"). */
export async function provideOwnModules(source: string): Promise<void> {
  const names = [...source.matchAll(NAMES)].flatMap(([, name]) => name ?? []);
  if (names.length === 0) return;
  await provideOwnPackage();
  for (const name of names) if (!modules.has(name)) await load(name);
}

async function provide(): Promise<OwnPackage> {
  const own = (await load("tnlab")) as OwnPackage;
  const loader = Module as unknown as Loader;
  const usual = loader._load;
  // They are ES modules, which older versions of Node cannot `require`.
  loader._load = (request, ...rest) => modules.get(request) ?? usual.call(loader, request, ...rest);
  return own;
}

/** A name that is none of the package's is left to the cell, which then fails in words of its own. */
async function load(name: string): Promise<unknown> {
  let file: string;
  try {
    file = createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
  const found: unknown = await import(pathToFileURL(file).href);
  modules.set(name, found);
  return found;
}
