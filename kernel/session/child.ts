/** The process that cells run in. It may block, crash or be killed at any time; the parent keeps the clients. */
import { Worker } from "node:worker_threads";
import type { FromChild, ToChild } from "./process.ts";
import { NOBODY, runFor, type Origin } from "./origin.ts";
import { hearAnswer } from "./question.ts";
import { handle, interrupt, openSession, prepare } from "./session.ts";
import { publish, speaker, type Session } from "./state.ts";
import { openTypescript } from "./tslab.ts";

/** Text that waits to be sent: a loop that prints a million lines must not send a million messages. */
interface Pending {
  name: "stdout" | "stderr";
  text: string;
  /** The cell that it is from. */
  origin: Origin;
  scheduled: boolean;
  sentAt: number;
}

const FLUSH_CHARACTERS = 8192;
const FLUSH_MILLISECONDS = 50;

async function main(): Promise<void> {
  const pending: Pending = { name: "stdout", text: "", origin: NOBODY, scheduled: false, sentAt: 0 };
  const session = openSession(process.cwd(), openTypescript(process.cwd()), (message) => {
    flush(pending, session);
    post({ kind: "message", message });
  });
  capture(process.stdout, "stdout", pending, session);
  capture(process.stderr, "stderr", pending, session);
  // It ends code that runs without a pause, by a handler of the engine's own.
  process.on("SIGINT", () => undefined);
  process.on("exit", () => {
    flush(pending, session);
  });
  process.on("disconnect", () => process.exit());
  // What a cell left running must not take the session with it.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => {
      console.error("Uncaught", error);
    });
  }
  watchParent();
  await prepare(session);
  // The parent sends one request at a time, and what concerns the running one.
  process.on("message", ({ kind, message }: ToChild) => {
    if (kind === "answer") hearAnswer(session, message);
    else if (kind === "interrupt") interrupt(session, message);
    else void handle(session, message);
  });
  post({ kind: "ready" });
}

function post(message: FromChild): void {
  process.send?.(message);
}

function capture(
  stream: NodeJS.WriteStream,
  name: Pending["name"],
  pending: Pending,
  session: Session,
): void {
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const origin = speaker(session);
    if (pending.name !== name || pending.origin !== origin) flush(pending, session);
    Object.assign(pending, { name, origin });
    pending.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    schedule(pending, session);
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(done as () => void);
    return true;
  };
  stream.write = write;
}

function schedule(pending: Pending, session: Session): void {
  if (pending.text.length > FLUSH_CHARACTERS || Date.now() - pending.sentAt > FLUSH_MILLISECONDS) {
    flush(pending, session);
  } else if (!pending.scheduled) {
    pending.scheduled = true;
    setImmediate(() => {
      pending.scheduled = false;
      flush(pending, session);
    });
  }
}

/** Also called before every other message, so that output keeps its place. */
function flush(pending: Pending, session: Session): void {
  const { name, text, origin } = pending;
  if (text === "") return;
  pending.text = "";
  pending.sentAt = Date.now();
  runFor(origin, () => {
    publish(session, "stream", { name, text });
  });
}

/** A cell in an endless loop never hears that the parent is gone; a thread of its own does. */
function watchParent(): void {
  const source = `setInterval(() => { if (process.ppid !== ${String(process.ppid)}) process.kill(process.pid, "SIGKILL"); }, 1000);`;
  new Worker(source, { eval: true, stdout: true, stderr: true }).unref();
}

try {
  await main();
} catch (error) {
  // Not to be mistaken for a cell's: without a session the parent must see the process end.
  console.error(error);
  process.exit(1);
}
