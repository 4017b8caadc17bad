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

/** To be awaited before the first cell that names the package; loading it takes a moment. */
export function provideOwnPackage(): Promise<OwnPackage> {
  provided ??= provide();
  return provided;
}

async function provide(): Promise<OwnPackage> {
  const file = createRequire(import.meta.url).resolve("tnlab");
  const own = (await import(pathToFileURL(file).href)) as OwnPackage;
  const loader = Module as unknown as Loader;
  const load = loader._load;
  // It is an ES module, which older versions of Node cannot `require`.
  loader._load = (request, ...rest) => (request === "tnlab" ? own : load.call(loader, request, ...rest));
  return own;
}
