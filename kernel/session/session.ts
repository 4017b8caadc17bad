/** The kernel proper: one request in, its publications and its one reply out. Runs in the child process. */
import { publication, reply } from "../protocol/message.ts";
import type { Exchanges, JupyterMessage, RequestType } from "../protocol/message.ts";
import { codePoints, codeUnits, readCell } from "./cell.ts";
import { hearComm, openComms, openSwitchboard } from "./comms.ts";
import { exceptionContent } from "./display.ts";
import type { Environment } from "./evaluate.ts";
import { execute } from "./execute.ts";
import { queryHistory } from "./history.ts";
import { kernelInfo } from "./info.ts";
import { noNames, offerNames } from "./names.ts";
import { NOBODY, runFor, type Origin } from "./origin.ts";
import { PRELUDE, display, provideServices } from "./services.ts";
import { publish, speaker, type Session } from "./state.ts";
import type { Completion, TypescriptSession } from "./tslab.ts";

/** Where the package `tnlab`, imported by a cell, finds the session that it belongs to. */
const SESSION_HOOK = "tnlab.session";

export function openSession(
  folder: string,
  typescript: TypescriptSession,
  send: (message: JupyterMessage) => void,
): Session {
  const session: Session = {
    folder,
    typescript,
    send,
    environment: undefined,
    inputs: [],
    count: 0,
    latest: NOBODY,
    running: undefined,
    names: noNames(),
    board: openSwitchboard((type, content) => {
      publish(session, type, content);
    }),
    question: undefined,
  };
  return session;
}

/** Gives cells what they may call without an import. */
export async function prepare(session: Session): Promise<void> {
  provideServices(session);
  Reflect.set(globalThis, Symbol.for(SESSION_HOOK), sharedState(session));
  await session.typescript.execute(PRELUDE);
}

/** What the package `tnlab` sees of the session: the names of `%%tn` cells, and where to add its own. */
function sharedState(session: Session): object {
  return {
    get environment(): Environment {
      return session.environment ?? { definitions: new Map(), results: new Map() };
    },
    set environment(environment: Environment) {
      session.environment = environment;
    },
    folder: session.folder,
    variable: session.typescript.variable,
    signal: () => speaker(session).signal,
    display: (value: unknown) => display(session, value),
    holding: (run: Promise<unknown>) => {
      const { runs } = speaker(session);
      runs.add(run);
      const over = (): boolean => runs.delete(run);
      run.then(over, over);
    },
  };
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
  comm_info_request: ({ board }, content) => ({
    status: "ok",
    comms: openComms(board, content["target_name"]),
  }),
};

/** Handles one request; the next may be handed in when the promise is settled. Never rejects. */
export async function handle(session: Session, request: JupyterMessage): Promise<void> {
  const type = request.header.msg_type;
  if (type === "execute_request") {
    session.running = new AbortController();
    session.latest = originOf(request, session.running.signal);
  }
  session.send(publication(request.header, "status", { execution_state: "busy" }));
  if (isSessionRequest(type)) await answer(session, request, type);
  else if (type.startsWith("comm_")) hear(session, request);
  session.running = undefined;
  session.send(publication(request.header, "status", { execution_state: "idle" }));
}

function originOf({ header, content }: JupyterMessage, signal: AbortSignal): Origin {
  return {
    parent: header,
    silent: content["silent"] === true,
    answers: content["allow_stdin"] === true,
    signal,
    shown: new WeakSet(),
    displays: [],
    runs: new Set(),
  };
}

/** Stops the cell of this request, if it still runs, as far as a cell can be stopped from inside its own process. */
export function interrupt(session: Session, { header }: JupyterMessage): void {
  if (session.running === undefined || session.latest.parent.msg_id !== header.msg_id) return;
  const { running, latest } = session;
  running.abort();
  // The cell is not over before its workers are, and says where they were.
  void Promise.allSettled(latest.runs).then(() => {
    if (session.running === running) session.typescript.interrupt();
  });
}

async function answer(session: Session, request: JupyterMessage, type: SessionRequest): Promise<void> {
  const work = async (): Promise<Exchanges[SessionRequest]> => handlers[type](session, request.content);
  try {
    const content = await (type === "execute_request" ? runFor(session.latest, work) : work());
    session.send(reply(request, type, content));
  } catch (error) {
    // Completion and the like must not fail a client that only asked.
    const failed = { status: "error", ...exceptionContent(error) };
    session.send({ ...reply(request, type, failed as unknown as Exchanges[SessionRequest]) });
  }
}

function isSessionRequest(type: string): type is SessionRequest {
  return Object.hasOwn(handlers, type);
}

/** Code that listens runs for the message that it hears, and its mistakes are printed there. */
function hear(session: Session, { header, content }: JupyterMessage): void {
  const origin = { ...NOBODY, parent: header, shown: new WeakSet(), runs: new Set<Promise<unknown>>() };
  runFor(origin, () => {
    try {
      hearComm(session.board, header.msg_type, content);
    } catch (error) {
      publish(session, "stream", {
        name: "stderr",
        text: `${exceptionContent(error).traceback.join("\n")}\n`,
      });
    }
  });
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
  const cell = readCell(code);
  if (cell.language === "tn") {
    const { completeLanguage } = await import("./assist.ts");
    return completeLanguage({ code, source: cell.source }, cursor, session.environment);
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
  const cell = readCell(code);
  if (cell.language === "tn") {
    const { inspectLanguage } = await import("./assist.ts");
    return inspectLanguage({ code, source: cell.source }, cursor, session.environment);
  }
  await offerNames(session.names, session.environment, session.typescript);
  return session.typescript.inspect(code, cursor);
}

/** A `%%tn` cell ends, at a prompt, with an empty line. */
function isComplete(session: Session, content: Content): Exchanges["is_complete_request"] {
  const code = text(content, "code");
  const { language } = readCell(code);
  if (language === "magic") return { status: "complete" };
  if (language === "tn") {
    return /\n[ \t]*$/.test(code) && code.trim() !== "%%tn"
      ? { status: "complete" }
      : { status: "incomplete", indent: "" };
  }
  return session.typescript.completeness(code);
}

function cursorOf(content: Content, code: string): number {
  const cursor = content["cursor_pos"];
  return typeof cursor === "number" ? codeUnits(code, cursor) : code.length;
}

function text(content: Content, name: string): string {
  const value = content[name];
  return typeof value === "string" ? value : "";
}
