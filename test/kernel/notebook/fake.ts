/** A kernel in this process that answers as a script says. */
import { publication, reply } from "../../../kernel/protocol/message.ts";
import type { JupyterMessage } from "../../../kernel/protocol/message.ts";
import type { KernelProcess } from "../../../kernel/session/channel.ts";

type Content = Readonly<Record<string, unknown>>;

/** What a cell does: iopub messages by type and content; an `error` makes the reply one. `"hang"` never answers. */
export type Script = (code: string) => readonly (readonly [type: string, content: Content])[] | "hang";

export interface FakeKernel extends KernelProcess {
  readonly log: string[];
}

export function fakeKernel(script: Script): FakeKernel {
  const listeners = new Set<(message: JupyterMessage) => void>();
  const log: string[] = [];
  let count = 0;
  let hung: JupyterMessage | undefined;
  const emit = (message: JupyterMessage): void => {
    for (const listener of [...listeners]) listener(message);
  };
  const publish = (request: JupyterMessage, type: string, content: Content): void => {
    const message = publication(request.header, "status", { execution_state: "busy" });
    emit({ ...message, header: { ...message.header, msg_type: type }, content });
  };
  const execute = (request: JupyterMessage, code: string): void => {
    count++;
    publish(request, "execute_input", { code, execution_count: count });
    const answers = script(code);
    if (answers === "hang") {
      hung = request;
      return;
    }
    for (const [type, content] of answers) {
      publish(request, type, type === "execute_result" ? { execution_count: count, ...content } : content);
    }
    const failed = answers.some(([type]) => type === "error");
    const failure = {
      status: "error",
      ename: "E",
      evalue: "e",
      traceback: [],
      execution_count: count,
    } as const;
    const ok = { status: "ok", execution_count: count, user_expressions: {}, payload: [] } as const;
    emit(reply(request, "execute_request", failed ? failure : ok));
  };
  const answer = (request: JupyterMessage): void => {
    publish(request, "status", { execution_state: "busy" });
    switch (request.header.msg_type) {
      case "execute_request":
        execute(request, String(request.content.code));
        break;
      case "kernel_info_request":
        emit(reply(request, "kernel_info_request", INFO));
        break;
      case "comm_info_request":
        emit(reply(request, "comm_info_request", { status: "ok", comms: {} }));
        break;
      case "history_request":
        emit(reply(request, "history_request", { status: "ok", history: [] }));
        break;
      case "complete_request":
        emit(reply(request, "complete_request", COMPLETION));
        break;
    }
    if (hung !== request) publish(request, "status", { execution_state: "idle" });
  };
  return {
    log,
    send: (message) => {
      log.push(message.header.msg_type);
      queueMicrotask(() => {
        answer(message);
      });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    interrupt: () => {
      log.push("interrupt");
      const request = hung;
      hung = undefined;
      if (!request) return Promise.resolve();
      const stopped = { ename: "Interrupted", evalue: "", traceback: ["Interrupted"] };
      publish(request, "error", stopped);
      emit(reply(request, "execute_request", { status: "error", ...stopped, execution_count: count }));
      publish(request, "status", { execution_state: "idle" });
      return Promise.resolve();
    },
    restart: () => {
      log.push("restart");
      count = 0;
      return Promise.resolve();
    },
    close: () => {
      log.push("close");
      return Promise.resolve();
    },
  };
}

const INFO = {
  status: "ok",
  protocol_version: "5.4",
  implementation: "fake",
  implementation_version: "0",
  language_info: { name: "typescript", version: "5", mimetype: "text/typescript", file_extension: ".ts" },
  banner: "",
  help_links: [],
} as const;

const COMPLETION = {
  status: "ok",
  matches: ["network", "networks"],
  cursor_start: 0,
  cursor_end: 3,
  metadata: {},
} as const;
