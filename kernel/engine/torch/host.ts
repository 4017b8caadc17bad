/**
 * The warm Python process that forks the ranks of local runs (`interpreter/host.py`). It is kept from one run to the
 * next, for importing PyTorch takes seconds and a fork milliseconds; it ends with this process, however that ends.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { UserError, type Dtype } from "../../../dsl/core.ts";
import { interpreterParent } from "./python.ts";
import { verdictOf, type Ended, type Failure, type Place } from "./verdict.ts";

/** A line of a host, or of rank 0 while a run goes on. */
export type HostLine =
  | { readonly event: "ready"; readonly torch: string }
  | { readonly event: "unavailable"; readonly message: string }
  | { readonly event: "ranks"; readonly pids: readonly number[] }
  | { readonly event: "start" | "done" | "stopped" }
  | { readonly event: "ended"; readonly ranks: readonly Ended[]; readonly places: readonly Place[] }
  | { readonly event: "unkept"; readonly rank: number; readonly message: string }
  | { readonly event: "rates"; readonly rates: unknown }
  | { readonly event: "step"; readonly step: number; readonly seconds: number }
  | {
      readonly event: "slice" | "resumed";
      readonly step: number;
      readonly slices: number;
      readonly of: number;
    };

/** What ranks are to do, on this computer. */
interface HostWork {
  readonly request:
    | { readonly run: string }
    | { readonly calibrate: string; readonly dtype: Dtype; readonly rest: boolean };
  readonly processes: number;
  readonly signal: AbortSignal | undefined;
  readonly onLine: (line: HostLine) => void;
}

export interface HostRun extends Omit<HostWork, "request"> {
  readonly folder: string;
}

interface Host {
  readonly python: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly lines: AsyncIterator<HostLine, undefined>;
  /** Rejects with UserError where there is no Python, or no PyTorch. */
  readonly ready: Promise<void>;
  /** The end of what it wrote to standard error. */
  errors: string;
  alive: boolean;
  retirement?: NodeJS.Timeout;
}

/** Hosts that no run uses now. */
const idle: Host[] = [];

const IDLE_MILLISECONDS = 120_000;
const STOP_MILLISECONDS = 3_000;
const ERRORS_KEPT = 4_000;

/** Runs a job folder to its end; undefined, or why it failed. Rejects as `workOnHost`. */
export async function runOnHost(python: string, { folder, ...work }: HostRun): Promise<Failure | undefined> {
  const { ranks, places } = await workOnHost(python, { ...work, request: { run: folder } });
  const well = ranks.filter(({ code }) => code === 0);
  return well.length === places.length ? undefined : verdictOf(folder, ranks, places);
}

/**
 * Rejects with the signal's reason where it aborts, and with UserError where Python or PyTorch is missing. No rank is left when it
 * settles.
 */
export async function workOnHost(python: string, work: HostWork): Promise<HostLine & { event: "ended" }> {
  work.signal?.throwIfAborted();
  const host = takeHost(python);
  try {
    await unlessAborted(host.ready, work.signal);
    return await follow(host, work);
  } finally {
    giveBack(host);
  }
}

function takeHost(python: string): Host {
  const at = idle.findIndex((host) => host.python === python && host.alive);
  const [known] = at < 0 ? [] : idle.splice(at, 1);
  const host = known ?? startHost(python);
  clearTimeout(host.retirement);
  holdOpen(host, true);
  return host;
}

function giveBack(host: Host): void {
  if (!host.alive) return;
  holdOpen(host, false);
  host.retirement = setTimeout(() => end(host), IDLE_MILLISECONDS).unref();
  idle.push(host);
}

/** Whether this process stays for the sake of the host. */
function holdOpen({ child }: Host, open: boolean): void {
  // The three streams are pipes, which Node makes as sockets.
  for (const one of [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket])
    if (open) one.ref();
    else one.unref();
}

function end(host: Host): void {
  host.alive = false;
  host.child.stdin.destroy();
  host.child.kill("SIGKILL");
  const at = idle.indexOf(host);
  if (at >= 0) idle.splice(at, 1);
}

function startHost(python: string): Host {
  const inherited = process.env["PYTHONPATH"];
  const search = inherited === undefined ? [] : [inherited];
  const child = spawn(python, ["-B", "-W", "ignore", "-m", "interpreter.host"], {
    env: { ...process.env, PYTHONPATH: [interpreterParent, ...search].join(path.delimiter) },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C is for this process, which then stops the run.
    detached: true,
  });
  const lines = linesOf(child.stdout);
  const host: Host = { python, child, lines, ready: untilReady(() => host), errors: "", alive: true };
  child.on("error", (error) => {
    host.errors += error.message;
    host.alive = false;
  });
  child.on("exit", () => (host.alive = false));
  child.stdin.on("error", () => (host.alive = false));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    host.errors = (host.errors + text).slice(-ERRORS_KEPT);
  });
  // A run that is aborted while the host starts no longer waits for this.
  host.ready.catch(() => undefined);
  return host;
}

/** Libraries beneath PyTorch print to standard output now and then: what is no line of ours is passed over. */
async function* linesOf(stream: Readable): AsyncGenerator<HostLine, undefined> {
  for await (const line of createInterface({ input: stream }))
    if (line.startsWith('{"event"')) yield JSON.parse(line) as HostLine;
  return undefined;
}

async function untilReady(self: () => Host): Promise<void> {
  await Promise.resolve();
  const host = self();
  const { value, done }: IteratorResult<HostLine, undefined> = await host.lines.next();
  if (done !== true && value.event === "ready") return;
  host.alive = false;
  const missing = done !== true && value.event === "unavailable";
  throw new UserError(
    missing
      ? `the torch engine needs PyTorch, and ${host.python} has none (${value.message}): ` +
          `${host.python} -m pip install torch, or name another Python in TNLAB_PYTHON`
      : `the torch engine needs Python, and ${host.python} does not run (${lastLine(host.errors)}): ` +
          "name another Python in TNLAB_PYTHON",
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function follow(
  host: Host,
  { request, processes, signal, onLine }: HostWork,
): Promise<HostLine & { event: "ended" }> {
  signal?.throwIfAborted();
  let patience: NodeJS.Timeout | undefined;
  const stop = (): void => {
    host.child.stdin.write('{"stop": true}\n');
    patience = setTimeout(() => end(host), STOP_MILLISECONDS);
  };
  host.child.stdin.write(`${JSON.stringify({ ...request, processes })}\n`);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { value: line, done }: IteratorResult<HostLine, undefined> = await host.lines.next();
      if (done === true) {
        signal?.throwIfAborted();
        throw new UserError(
          `the Python that runs the ranks has ended: ${lastLine(host.errors) || "it said no reason"}`,
        );
      }
      if (line.event === "ended" || line.event === "stopped") signal?.throwIfAborted();
      if (line.event === "ended") return line;
      onLine(line);
    }
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener("abort", stop);
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", stop));
}
