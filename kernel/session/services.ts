/** What the code of cells may call without an import: `display`, `clearOutput`, `input`, `comms`. */
import { randomUUID } from "node:crypto";
import type { MimeBundle } from "../protocol/message.ts";
import { commsOf, type Comms } from "./comms.ts";
import { bundle, exceptionContent } from "./display.ts";
import { input, type InputOptions } from "./question.ts";
import { publish, speaker, type Session } from "./state.ts";

/** A place in the outputs of a cell. */
export interface Shown {
  /** Shows `next` in its place, from whatever cell. */
  readonly update: (next: unknown) => void;
}

interface Services {
  readonly display: (value: unknown) => Shown;
  readonly clearOutput: (wait?: boolean) => void;
  readonly input: (prompt?: string, options?: InputOptions) => Promise<string>;
  readonly comms: Comms;
}

const HOOK = "tnlab.cell";

/** Run before the first cell: it declares the services with their types, and warms the compiler up. */
export const PRELUDE = `const { display, clearOutput, input, comms } = Reflect.get(globalThis, Symbol.for("${HOOK}")) as {
  readonly display: (value: unknown) => { readonly update: (next: unknown) => void };
  readonly clearOutput: (wait?: boolean) => void;
  readonly input: (prompt?: string, options?: { readonly password?: boolean }) => Promise<string>;
  readonly comms: {
    readonly open: (target: string, data?: Readonly<Record<string, unknown>>) => Comm;
    readonly accept: (target: string, opened: (comm: Comm, data: Readonly<Record<string, unknown>>) => void) => void;
  };
};
interface Comm {
  readonly id: string;
  readonly target: string;
  readonly send: (data: Readonly<Record<string, unknown>>) => void;
  readonly close: (data?: Readonly<Record<string, unknown>>) => void;
  readonly onMessage: (listener: (data: Readonly<Record<string, unknown>>) => void) => void;
  readonly onClose: (listener: (data: Readonly<Record<string, unknown>>) => void) => void;
}`;

export function provideServices(session: Session): void {
  const services: Services = {
    display: (value) => display(session, value),
    clearOutput: (wait = false) => {
      publish(session, "clear_output", { wait });
    },
    input: async (prompt = "", options = {}) => input(session, prompt, options),
    comms: commsOf(session.board),
  };
  Reflect.set(globalThis, Symbol.for(HOOK), services);
}

/** Shows a value before the end of its cell. */
export function display(session: Session, value: unknown): Shown {
  const transient = { display_id: randomUUID() };
  const { shown } = speaker(session);
  draw(session, value, (data) => {
    publish(session, "display_data", { data, metadata: {}, transient });
  });
  const place: Shown = {
    update: (next) => {
      draw(session, next, (data) => {
        publish(session, "update_display_data", { data, metadata: {}, transient });
      });
    },
  };
  // A cell that ends with either shows nothing more.
  if (typeof value === "object" && value !== null) shown.add(value);
  shown.add(place);
  return place;
}

/** What is drawn at once keeps its place between what is printed. */
function draw(session: Session, value: unknown, show: (data: MimeBundle) => void): void {
  const origin = speaker(session);
  const fail = (error: unknown): void => {
    publish(session, "stream", { name: "stderr", text: `${exceptionContent(error).traceback.join("\n")}\n` });
  };
  try {
    const data = bundle(value);
    if (data instanceof Promise) origin.displays = [...origin.displays, data.then(show).catch(fail)];
    else show(data);
  } catch (error) {
    fail(error);
  }
}
