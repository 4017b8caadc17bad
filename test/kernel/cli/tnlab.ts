/** The compiled command line in a child process. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** `npm test` compiles it before the tests begin. */
export const MAIN = path.resolve(".build/js/kernel/main.js");

export interface Finished {
  /** null where a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** Settles when the text has come on stdout. */
  readonly printed: (text: string) => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly closeStdout: () => void;
}

export function start(args: readonly string[], folder = "."): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += String(text)));
  child.stderr.on("data", (text) => (stderr += String(text)));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      child.once("close", () => {
        reject(new Error(`expected ${text} on stdout, got ${stdout} and ${stderr}`));
      });
      look();
    });
  return {
    pid: child.pid ?? 0,
    finished,
    printed,
    signal: (name) => {
      child.kill(name);
    },
    closeStdout: () => {
      child.stdout.destroy();
    },
  };
}

export function tnlab(args: readonly string[], folder = "."): Promise<Finished> {
  return start(args, folder).finished;
}

/** A fresh folder with these files; a name that ends in "/" is a folder. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tnlab-cli-"));
  for (const [name, text] of Object.entries(files)) {
    if (name.endsWith("/")) mkdirSync(path.join(folder, name));
    else writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
