/** The kernel proper: one request in, its publications and its one reply out. Runs in the child process. */
import { randomUUID } from "node:crypto";
import { publication, reply } from "../protocol/message.ts";
import type {
  ErrorContent,
  Exchanges,
  ExecuteReply,
  JupyterMessage,
  ParentHeader,
  Publications,
  RequestType,
} from "../protocol/message.ts";
import { codePoints, codeUnits, readCell } from "./cell.ts";
import { bundle, exceptionContent, interruptedContent, mistakesContent } from "./display.ts";
import type { Environment } from "./evaluate.ts";
import { queryHistory } from "./history.ts";
import { kernelInfo } from "./info.ts";
import { noNames, noteDeclarations, noteNames, offerNames, type Names } from "./names.ts";
import { provideOwnPackage } from "./own.ts";
import type { CellHost } from "./language.ts";
import type { Completion, TypescriptSession } from "./tslab.ts";

/** A running session. `parent` and `silent` are those of the latest cell: late output of a cell is still its own. */
export interface Session {
  readonly folder: string;
  readonly typescript: TypescriptSession;
  readonly send: (message: JupyterMessage) => void;
  environment: Environment | undefined;
  readonly inputs: string[];
  count: number;
  parent: ParentHeader;
  silent: boolean;
  running: AbortController | undefined;
  readonly names: Names;
  /** Values that the running cell has shown already. */
  shown: WeakSet<object>;
  /** Displays that the running cell has begun; their values may draw themselves slowly. */
  displays: readonly Promise<void>[];
}

const DISPLAY_HOOK = "tnlab.display";
/** Where the package `tnlab`, imported by a cell, finds the session that it belongs to. */
const SESSION_HOOK = "tnlab.session";

/** Run before the first cell: it declares `display`, with its type, and warms the compiler up. */
const PRELUDE = `const display = Reflect.get(globalThis, Symbol.for("${DISPLAY_HOOK}")) as (value: unknown) => void`;

export function openSession(
  folder: string,
  typescript: TypescriptSession,
  send: (message: JupyterMessage) => void,
): Session {
  return {
    folder,
    typescript,
    send,
    environment: undefined,
    inputs: [],
    count: 0,
    parent: {},
    silent: false,
    running: undefined,
    names: noNames(),
    shown: new WeakSet(),
    displays: [],
  };
}

/** Gives cells `display(value)`, which shows a value before the end of its cell. */
export async function prepare(session: Session): Promise<void> {
  const show = (value: unknown): void => {
    if (typeof value === "object" && value !== null) session.shown.add(value);
    session.displays = [...session.displays, display(session, value)];
  };
  Reflect.set(globalThis, Symbol.for(DISPLAY_HOOK), show);
  Reflect.set(globalThis, Symbol.for(SESSION_HOOK), sharedState(session, show));
  await session.typescript.execute(PRELUDE);
}

/** What the package `tnlab` sees of the session: the names of `%%tn` cells, and where to add its own. */
function sharedState(session: Session, show: (value: unknown) => void): object {
  const idle = new AbortController().signal;
  return {
    get environment(): Environment {
      return session.environment ?? { definitions: new Map(), results: new Map() };
    },
    set environment(environment: Environment) {
      session.environment = environment;
    },
    folder: session.folder,
    variable: session.typescript.variable,
    signal: () => session.running?.signal ?? idle,
    display: show,
  };
}

async function display(session: Session, value: unknown): Promise<void> {
  try {
    publish(session, "display_data", { data: await bundle(value), metadata: {} });
  } catch (error) {
    print(session, "stderr", `${exceptionContent(error).traceback.join("\n")}\n`);
  }
}

/** The parent process answers the others, even while a cell runs. */
type SessionRequest = Exclude<RequestType, "shutdown_request" | "interrupt_request">;
type Content = JupyterMessage["content"];
type Handlers = { readonly [R in SessionRequest]: (session: Session, content: Content) => Answer<R> };
type Answer<R extends SessionRequest> = Exchanges[R] | Promise<Exchanges[R]>;

const handlers: Handlers = {
  kernel_info_request: kernelInfo,
  execute_request: execute,
  complete_request: complete,
  inspect_request: inspect,
  is_complete_request: isComplete,
  history_request: (session, content) => queryHistory(session.inputs, content),
  comm_info_request: () => ({ status: "ok", comms: {} }),
};

/** Handles one request; the next may be handed in when the promise is settled. Never rejects. */
export async function handle(session: Session, request: JupyterMessage): Promise<void> {
  const type = request.header.msg_type;
  if (type === "execute_request") {
    session.parent = request.header;
    session.silent = request.content["silent"] === true;
  }
  session.send(publication(request.header, "status", { execution_state: "busy" }));
  if (isSessionRequest(type)) await answer(session, request, type);
  else if (type === "comm_open") refuseComm(session, request);
  session.send(publication(request.header, "status", { execution_state: "idle" }));
}

/** Stops the running cell as far as a cell can be stopped from inside its own process. */
export function interrupt(session: Session): void {
  session.running?.abort();
  session.typescript.interrupt();
}

/** Text that the latest cell, or something it started, printed. */
export function print(session: Session, name: "stdout" | "stderr", text: string): void {
  publish(session, "stream", { name, text });
}

async function answer(session: Session, request: JupyterMessage, type: SessionRequest): Promise<void> {
  try {
    session.send(reply(request, type, await handlers[type](session, request.content)));
  } catch (error) {
    // Completion and the like must not fail a client that only asked.
    const failed = { status: "error", ...exceptionContent(error) };
    session.send({ ...reply(request, type, failed as unknown as Exchanges[SessionRequest]) });
  }
}

function isSessionRequest(type: string): type is SessionRequest {
  return Object.hasOwn(handlers, type);
}

function refuseComm(session: Session, request: JupyterMessage): void {
  const id = text(request.content, "comm_id");
  session.send(publication(request.header, "comm_close", { comm_id: id, data: {} }));
}

async function execute(session: Session, content: Content): Promise<ExecuteReply> {
  const code = text(content, "code");
  const stored = !session.silent && content["store_history"] !== false;
  if (stored) {
    session.count += 1;
    session.inputs.push(code);
  }
  const execution_count = session.count;
  publish(session, "execute_input", { code, execution_count });
  session.running = new AbortController();
  session.shown = new WeakSet();
  const error = await runCell(session, code, session.running.signal).catch(exceptionContent);
  session.running = undefined;
  await Promise.all(session.displays);
  session.displays = [];
  if (!error) return { status: "ok", execution_count, user_expressions: {}, payload: [] };
  publish(session, "error", error);
  return { status: "error", ...error, execution_count };
}

async function runCell(
  session: Session,
  code: string,
  signal: AbortSignal,
): Promise<ErrorContent | undefined> {
  const cell = readCell(code);
  switch (cell.language) {
    case "typescript":
      return runTypescript(session, cell.source, signal);
    case "tn": {
      // Loaded at the first such cell, because the language is slow to load and many sessions start without it.
      const { runLanguage } = await import("./language.ts");
      const before = session.environment;
      const { environment, error } = await runLanguage(cell.source, before, cellHost(session, signal));
      session.environment = environment;
      for (const sentence of noteNames(session.names, before, environment, session.typescript))
        print(session, "stdout", `${sentence}\n`);
      return error;
    }
    default:
      return cell satisfies never;
  }
}

function cellHost(session: Session, signal: AbortSignal): CellHost {
  return {
    folder: session.folder,
    signal,
    variable: session.typescript.variable,
    display: (data) => {
      publish(session, "display_data", { data, metadata: {} });
    },
    displaying: (data) => {
      const transient = { display_id: randomUUID() };
      publish(session, "display_data", { data, metadata: {}, transient });
      return (next) => {
        publish(session, "update_display_data", { data: next, metadata: {}, transient });
      };
    },
    print: (name, text) => {
      print(session, name, text);
    },
  };
}

async function runTypescript(
  session: Session,
  source: string,
  signal: AbortSignal,
): Promise<ErrorContent | undefined> {
  if (/\btnlab\b/.test(source)) await provideOwnPackage();
  await offerNames(session.names, session.environment, session.typescript);
  noteDeclarations(session.names, source);
  const outcome = await session.typescript.execute(source);
  switch (outcome.kind) {
    case "nothing":
      return undefined;
    case "value":
      return showResult(session, outcome.value);
    case "mistakes":
      return mistakesContent(source, outcome.mistakes);
    case "thrown":
      return signal.aborted || isInterruption(outcome.error)
        ? interruptedContent()
        : exceptionContent(outcome.error, outcome.frames);
    default:
      return outcome satisfies never;
  }
}

/** While code runs without a pause, the engine itself ends it and no handler of ours is called. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "code") === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** A value whose own drawing method throws fails its cell. */
async function showResult(session: Session, value: unknown): Promise<ErrorContent | undefined> {
  if (typeof value === "object" && value !== null && session.shown.has(value)) return undefined;
  try {
    const data = await bundle(value);
    publish(session, "execute_result", { execution_count: session.count, data, metadata: {} });
    return undefined;
  } catch (error) {
    return exceptionContent(error);
  }
}

async function complete(session: Session, content: Content): Promise<Exchanges["complete_request"]> {
  const code = text(content, "code");
  const found = await completionsIn(session, code, cursorOf(content, code));
  return {
    status: "ok",
    matches: found.matches,
    cursor_start: codePoints(code, found.start),
    cursor_end: codePoints(code, found.end),
    metadata: {},
  };
}

async function completionsIn(session: Session, code: string, cursor: number): Promise<Completion> {
  const { language, source } = readCell(code);
  if (language === "tn") {
    const { completeLanguage } = await import("./assist.ts");
    return completeLanguage({ code, source }, cursor, session.environment);
  }
  await offerNames(session.names, session.environment, session.typescript);
  return session.typescript.complete(code, cursor);
}

async function inspect(session: Session, content: Content): Promise<Exchanges["inspect_request"]> {
  const code = text(content, "code");
  const found = await descriptionIn(session, code, cursorOf(content, code));
  const data = found === undefined ? {} : { "text/plain": found };
  return { status: "ok", found: found !== undefined, data, metadata: {} };
}

async function descriptionIn(session: Session, code: string, cursor: number): Promise<string | undefined> {
  const { language, source } = readCell(code);
  if (language === "tn") {
    const { inspectLanguage } = await import("./assist.ts");
    return inspectLanguage({ code, source }, cursor, session.environment);
  }
  await offerNames(session.names, session.environment, session.typescript);
  return session.typescript.inspect(code, cursor);
}

/** A `%%tn` cell ends, at a prompt, with an empty line. */
function isComplete(session: Session, content: Content): Exchanges["is_complete_request"] {
  const code = text(content, "code");
  if (readCell(code).language === "tn") {
    return /\n[ \t]*$/.test(code) && code.trim() !== "%%tn"
      ? { status: "complete" }
      : { status: "incomplete", indent: "" };
  }
  const indent = session.typescript.incomplete(code);
  return indent === undefined ? { status: "complete" } : { status: "incomplete", indent };
}

function cursorOf(content: Content, code: string): number {
  const cursor = content["cursor_pos"];
  return typeof cursor === "number" ? codeUnits(code, cursor) : code.length;
}

function publish<T extends keyof Publications>(session: Session, type: T, content: Publications[T]): void {
  if (!session.silent) session.send(publication(session.parent, type, content));
}

function text(content: Content, name: string): string {
  const value = content[name];
  return typeof value === "string" ? value : "";
}
