/** A running session, and how it speaks. */
import { publication } from "../protocol/message.ts";
import type { JupyterMessage, Publications } from "../protocol/message.ts";
import type { Switchboard } from "./comms.ts";
import type { Environment } from "./evaluate.ts";
import type { Names } from "./names.ts";
import { runningFor, type Origin } from "./origin.ts";
import type { TypescriptSession } from "./tslab.ts";

export interface Session {
  readonly folder: string;
  readonly typescript: TypescriptSession;
  readonly send: (message: JupyterMessage) => void;
  environment: Environment | undefined;
  readonly inputs: string[];
  count: number;
  /** The cell of the latest request: what is said for none is said for it. */
  latest: Origin;
  running: AbortController | undefined;
  readonly names: Names;
  readonly board: Switchboard;
  /** That which the client has not answered yet. */
  question: Question | undefined;
}

/** One of a cell's that waits for its answer. */
interface Question {
  readonly id: string;
  readonly answer: (text: string) => void;
}

/** The cell whose code runs, or the latest one. */
export function speaker(session: Session): Origin {
  return runningFor() ?? session.latest;
}

export function publish<T extends keyof Publications>(
  session: Session,
  type: T,
  content: Publications[T],
): void {
  const { silent, parent } = speaker(session);
  if (!silent) session.send(publication(parent, type, content));
}
