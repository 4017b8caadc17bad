/**
 * Figures that were measured once on this computer, kept in the user's cache folder. Never fails: what cannot be read or written
 * is measured again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

function fileOf(name: string): string {
  const folder = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return path.join(folder, "tnlab", `${name}.json`);
}

/** What was kept under this name and key; the caller checks its shape. */
export function recall(name: string, key: string): unknown {
  try {
    const kept = JSON.parse(readFileSync(fileOf(name), "utf8")) as { key?: unknown; figures?: unknown };
    return kept.key === key ? kept.figures : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces what was kept under this name. Written beside and renamed, so that no other process reads half of it. */
export function keep(name: string, key: string, figures: unknown): void {
  try {
    const file = fileOf(name);
    // One by one: some versions of Node never return from a recursive call where a file system refuses folders.
    for (const folder of [path.dirname(path.dirname(file)), path.dirname(file)])
      if (!existsSync(folder)) mkdirSync(folder);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ key, figures }));
    renameSync(draft, file);
  } catch {
    // The next process measures again.
  }
}
