import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/**
 * Makes a folder and those above it that are missing, one by one: where a folder lets none be made in it, as /proc does, Node's own
 * recursive way never ends. Throws what the system says.
 */
export function makeFolder(folder: string): void {
  const whole = path.resolve(folder);
  if (existsSync(whole)) return;
  makeFolder(path.dirname(whole));
  try {
    mkdirSync(whole);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(whole)) throw error;
  }
}
