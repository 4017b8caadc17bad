/** Which Python runs the interpreter. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the package `interpreter`: beside this file, as source and as built. */
export const interpreterParent = fileURLToPath(new URL(".", import.meta.url));

/**
 * TNLAB_PYTHON, else the active virtual environment's, else that of the environment which the tests make inside this
 * checkout, else `python3` as the shell finds it.
 */
export function findPython(environment: NodeJS.ProcessEnv = process.env): string {
  const { TNLAB_PYTHON: named, VIRTUAL_ENV: active } = environment;
  if (named !== undefined && named !== "") return named;
  if (active !== undefined && active !== "") return path.join(active, "bin", "python");
  const built = testEnvironment();
  return existsSync(built) ? built : "python3";
}

/** `.build/torch-env` of the checkout, whether this file runs from its source or from `.build/js`. */
function testEnvironment(): string {
  const marker = `${path.sep}.build${path.sep}js${path.sep}`;
  const root = interpreterParent.includes(marker)
    ? (interpreterParent.split(marker)[0] ?? "")
    : path.resolve(interpreterParent, "..", "..", "..");
  return path.join(root, ".build", "torch-env", "bin", "python");
}
