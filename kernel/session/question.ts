/** Questions of a cell to the person in front of it: `input_request` and its answer. */
import { question as questionFor } from "../protocol/message.ts";
import type { JupyterMessage } from "../protocol/message.ts";
import { speaker, type Session } from "./state.ts";

/** A question that cannot be asked; the message says why. */
export class QuestionError extends Error {
  override readonly name = "QuestionError";
}

export interface InputOptions {
  /** The answer is not shown as it is typed. */
  readonly password?: boolean;
}

/**
 * The line that a person types. Rejects with QuestionError where the client answers no questions or another one waits, and with
 * AbortError when the cell is interrupted.
 */
export function input(session: Session, prompt: string, { password = false }: InputOptions): Promise<string> {
  const { answers, parent, signal } = speaker(session);
  if (!answers)
    throw new QuestionError(
      "input() has nobody to ask here: set the value in the cell, or run it in a notebook",
    );
  if (session.question !== undefined)
    throw new QuestionError("input() asks one question at a time: await the answer before the next");
  const message = questionFor(parent, { prompt, password });
  return new Promise((resolve, reject) => {
    const end = (): void => {
      session.question = undefined;
      signal.removeEventListener("abort", stop);
    };
    const stop = (): void => {
      end();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop);
    session.question = {
      id: message.header.msg_id,
      answer: (text) => {
        end();
        resolve(text);
      },
    };
    session.send(message);
  });
}

/** An answer to a question that is over is not heard. */
export function hearAnswer({ question }: Session, { parent_header, content }: JupyterMessage): void {
  const { msg_id } = parent_header;
  if (question === undefined || (msg_id !== undefined && msg_id !== question.id)) return;
  question.answer(typeof content["value"] === "string" ? content["value"] : "");
}
