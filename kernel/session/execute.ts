/** Runs a cell: `execute_request` and all that it publishes. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import type { ErrorContent, ExecuteReply, JupyterMessage } from "../protocol/message.ts";
import { cellOptions, MagicError, readCell, type CellOptions } from "./cell.ts";
import { bundle, exceptionContent, interruptedContent, mistakesContent } from "./display.ts";
import type { CellHost } from "./language.ts";
import { noteDeclarations, noteNames, offerNames } from "./names.ts";
import { provideOwnModules } from "./own.ts";
import { publish, speaker, type Session } from "./state.ts";

type Content = JupyterMessage["content"];

/** Never rejects: what goes wrong is the reply. */
export async function execute(session: Session, content: Content): Promise<ExecuteReply> {
  const code = typeof content["code"] === "string" ? content["code"] : "";
  const origin = speaker(session);
  const stored = !origin.silent && content["store_history"] !== false;
  if (stored) {
    session.count += 1;
    session.inputs.push(code);
  }
  const execution_count = session.count;
  publish(session, "execute_input", { code, execution_count });
  const error = await runCell(session, code).catch(exceptionContent);
  await Promise.all(origin.displays);
  if (!error) {
    const user_expressions = await expressionsIn(session, content["user_expressions"]);
    return { status: "ok", execution_count, user_expressions, payload: [] };
  }
  publish(session, "error", error);
  return { status: "error", ...error, execution_count };
}

/** Each with its bundle, or its own error: one that fails does not fail the cell. */
async function expressionsIn(session: Session, wanted: unknown): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const entries = typeof wanted === "object" && wanted !== null ? Object.entries(wanted) : [];
  for (const [name, expression] of entries) {
    try {
      const outcome = await session.typescript.execute(String(expression));
      const value = outcome.kind === "value" ? outcome.value : undefined;
      if (outcome.kind === "mistakes")
        found[name] = { status: "error", ...mistakesContent(String(expression), outcome.mistakes) };
      else if (outcome.kind === "thrown")
        found[name] = { status: "error", ...exceptionContent(outcome.error, outcome.frames) };
      else found[name] = { status: "ok", data: await bundle(value), metadata: {} };
    } catch (error) {
      found[name] = { status: "error", ...exceptionContent(error) };
    }
  }
  return found;
}

async function runCell(session: Session, code: string): Promise<ErrorContent | undefined> {
  const cell = readCell(code);
  switch (cell.language) {
    case "typescript":
      return runTypescript(session, cell.source);
    case "tn": {
      // Loaded at the first such cell, because the language is slow to load and many sessions start without it.
      const { runLanguage } = await import("./language.ts");
      const before = session.environment;
      const host = cellHost(session, cellOptions(cell.words));
      const { environment, error } = await runLanguage(cell.source, before, host);
      session.environment = environment;
      for (const sentence of noteNames(session.names, before, environment, session.typescript))
        print(session, "stdout", `${sentence}\n`);
      return error;
    }
    case "magic":
      return answerMagic(session, cell.words);
    default:
      return cell satisfies never;
  }
}

async function answerMagic(session: Session, [verb, topic]: readonly string[]): Promise<undefined> {
  if (verb !== "help")
    throw new MagicError("%tn goes with help: %tn help, %tn help WORD; a program begins with %%tn");
  const { helpOn } = await import("../../dsl/index.ts");
  print(session, "stdout", `${helpOn(topic)}\n`);
}

function print(session: Session, name: "stdout" | "stderr", text: string): void {
  publish(session, "stream", { name, text });
}

function cellHost(session: Session, { search, arithmetic, checkpoints, overlap }: CellOptions): CellHost {
  return {
    folder: session.folder,
    search,
    arithmetic,
    checkpoints: checkpoints && path.resolve(session.folder, checkpoints),
    overlap,
    signal: speaker(session).signal,
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

async function runTypescript(session: Session, source: string): Promise<ErrorContent | undefined> {
  await provideOwnModules(source);
  await offerNames(session.names, session.environment, session.typescript);
  noteDeclarations(session.names, session.typescript.declares(source));
  const outcome = await session.typescript.execute(source);
  switch (outcome.kind) {
    case "nothing":
      return undefined;
    case "value":
      return showResult(session, outcome.value);
    case "mistakes":
      return mistakesContent(source, outcome.mistakes, await forgottenLine(source));
    case "thrown":
      return speaker(session).signal.aborted || isInterruption(outcome.error)
        ? interruptedContent()
        : exceptionContent(outcome.error, outcome.frames);
    default:
      return outcome satisfies never;
  }
}

/** What a cell of the language lacks that is taken for TypeScript; a `let` alone is as good as either. */
async function forgottenLine(source: string): Promise<readonly string[]> {
  const { parse } = await import("../../dsl/index.ts");
  const begins = /^(index|tensor|network|import|order|machine|slice|distribute|require|run|show|compare) /m;
  return begins.test(source) && parse(source).ok
    ? ["this is in the language of tnlab: begin the cell with a line %%tn"]
    : [];
}

/** While code runs without a pause, the engine itself ends it and no handler of ours is called. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "code") === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** A value whose own drawing method throws fails its cell. */
async function showResult(session: Session, value: unknown): Promise<ErrorContent | undefined> {
  if (typeof value === "object" && value !== null && speaker(session).shown.has(value)) return undefined;
  try {
    const data = await bundle(value);
    publish(session, "execute_result", { execution_count: session.count, data, metadata: {} });
    return undefined;
  } catch (error) {
    return exceptionContent(error);
  }
}
