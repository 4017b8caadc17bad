/** The seam between a kernel and whatever carries its messages (ZeroMQ, WebSocket, headless run). */

/** A Jupyter message, protocol 5.4, without its transport envelope. */
export interface JupyterMessage {
  readonly channel: "shell" | "control" | "iopub" | "stdin";
  readonly header: MessageHeader;
  readonly parent_header: MessageHeader | Record<string, never>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface MessageHeader {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/**
 * A kernel in a child process. The parent stays responsive whatever a cell does: `interrupt` stops the running
 * cell (kills and restarts the child when it does not yield within 2 s, and says so on iopub), and a child that
 * dies is replaced, its running cell answered with an error.
 */
export interface KernelProcess {
  /** Hands a request (shell, control or stdin) to the kernel. */
  send(message: JupyterMessage): void;
  /** Every reply and every iopub message. Returns the function that ends the subscription. */
  subscribe(listener: (message: JupyterMessage) => void): () => void;
  interrupt(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface KernelOptions {
  /** Working folder of the kernel: where relative imports and files start. */
  readonly folder: string;
}
