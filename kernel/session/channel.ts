/** The seam between a kernel and whatever carries its messages (ZeroMQ, WebSocket, headless run). */

import type { JupyterMessage } from "../protocol/message.ts";

export type { JupyterMessage, MessageHeader } from "../protocol/message.ts";

/**
 * A kernel in a child process. The parent stays responsive whatever a cell does: `interrupt` stops the running
 * cell (kills and restarts the child when it does not yield within 2 s, and says so on iopub), and a child that
 * dies is replaced, its running cell answered with an error.
 */
export interface KernelProcess {
  /** Hands a request (shell, control or stdin) to the kernel. */
  readonly send: (message: JupyterMessage) => void;
  /** Every reply and every iopub message. Returns the function that ends the subscription. */
  readonly subscribe: (listener: (message: JupyterMessage) => void) => () => void;
  readonly interrupt: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface KernelOptions {
  /** Working folder of the kernel: where relative imports and files start. */
  readonly folder: string;
}
