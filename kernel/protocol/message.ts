/** Jupyter messages (protocol 5.4) and the map of exchanges that ties every request to its one reply. */
import { randomUUID } from "node:crypto";

export const PROTOCOL_VERSION = "5.4";

/** A Jupyter message without its transport envelope. */
export interface JupyterMessage {
  readonly channel: Channel;
  readonly header: MessageHeader;
  /** The header of the request that this answers; empty where there is none. */
  readonly parent_header: Partial<MessageHeader>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

export type Channel = "shell" | "control" | "iopub" | "stdin";

export interface MessageHeader {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** A mime bundle: representations of one thing, keyed by mime type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What an error looks like on iopub and in a reply. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  /** Lines, ready to be printed. */
  readonly traceback: readonly string[];
}

export interface Ok {
  readonly status: "ok";
}

export interface Failed extends ErrorContent {
  readonly status: "error";
}

export interface KernelInfoReply extends Ok {
  readonly protocol_version: string;
  readonly implementation: string;
  readonly implementation_version: string;
  readonly language_info: Readonly<Record<string, unknown>>;
  readonly banner: string;
  readonly help_links: readonly { readonly text: string; readonly url: string }[];
}

export type ExecuteReply =
  | (Ok & {
      readonly execution_count: number;
      readonly user_expressions: Readonly<Record<string, unknown>>;
      readonly payload: readonly never[];
    })
  | (Failed & { readonly execution_count: number })
  | { readonly status: "aborted" };

export interface CompleteReply extends Ok {
  readonly matches: readonly string[];
  /** Counted in Unicode code points, as `cursor_pos` of the request. */
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface InspectReply extends Ok {
  readonly found: boolean;
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface IsCompleteReply {
  readonly status: "complete" | "incomplete" | "invalid" | "unknown";
  /** Proposed for the next line; only where the status is "incomplete". */
  readonly indent?: string;
}

export interface HistoryReply extends Ok {
  /** `[session, line, input]`, or `[session, line, [input, output]]` where outputs were asked for. */
  readonly history: readonly (readonly [number, number, string | readonly [string, null]])[];
}

export interface CommInfoReply extends Ok {
  readonly comms: Readonly<Record<string, { readonly target_name: string }>>;
}

export interface ShutdownReply extends Ok {
  readonly restart: boolean;
}

/** Every request a kernel answers, with the content of its reply. */
export interface Exchanges {
  readonly kernel_info_request: KernelInfoReply;
  readonly execute_request: ExecuteReply;
  readonly complete_request: CompleteReply;
  readonly inspect_request: InspectReply;
  readonly is_complete_request: IsCompleteReply;
  readonly history_request: HistoryReply;
  readonly comm_info_request: CommInfoReply;
  readonly shutdown_request: ShutdownReply;
  readonly interrupt_request: Ok;
}

export type RequestType = keyof Exchanges;

/** `"x_request"` gives `"x_reply"`. */
export type ReplyType<R extends RequestType> = R extends `${infer Stem}_request` ? `${Stem}_reply` : never;

interface Display {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Names a display, so that an update can take its place. */
interface Transient {
  readonly display_id: string;
}

/** The content of everything a kernel publishes. */
export interface Publications {
  readonly status: { readonly execution_state: "starting" | "busy" | "idle" };
  readonly stream: { readonly name: "stdout" | "stderr"; readonly text: string };
  readonly display_data: Display & { readonly transient?: Transient };
  readonly update_display_data: Display & { readonly transient: Transient };
  readonly execute_input: { readonly code: string; readonly execution_count: number };
  readonly execute_result: {
    readonly execution_count: number;
    readonly data: MimeBundle;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly error: ErrorContent;
  /** Outputs of the cell are taken out; with `wait`, when the next one comes. */
  readonly clear_output: { readonly wait: boolean };
  readonly comm_open: Data & { readonly comm_id: string; readonly target_name?: string };
  readonly comm_msg: Data & { readonly comm_id: string };
  readonly comm_close: Data & { readonly comm_id: string };
  /** The first that a subscriber hears, on the topic that it has subscribed to. */
  readonly iopub_welcome: { readonly subscription: string };
}

interface Data {
  readonly data: Readonly<Record<string, unknown>>;
}

export type ParentHeader = JupyterMessage["parent_header"];

/** The type of the reply to a request of this type. */
export function replyTo<R extends RequestType>(type: R): ReplyType<R> {
  return type.replace(/_request$/, "_reply") as ReplyType<R>;
}

/** The reply to `request`, whose type must be `type`; it goes back on the request's channel. */
export function reply<R extends RequestType>(
  request: JupyterMessage,
  type: R,
  content: Exchanges[R],
): JupyterMessage {
  return message(request.channel, replyTo(type), request.header, { ...content });
}

/** A message for every client, caused by the request with header `parent`. */
export function publication<T extends keyof Publications>(
  parent: ParentHeader,
  type: T,
  content: Publications[T],
): JupyterMessage {
  return message("iopub", type, parent, { ...content });
}

/** Asks the client of the cell with header `parent` for a line of text. */
export function question(
  parent: ParentHeader,
  content: { readonly prompt: string; readonly password: boolean },
): JupyterMessage {
  return message("stdin", "input_request", parent, { ...content });
}

function message(channel: Channel, type: string, parent: ParentHeader, content: MimeBundle): JupyterMessage {
  const header = {
    msg_id: randomUUID(),
    session: SESSION,
    username: "tnlab",
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
  return { channel, header, parent_header: parent, metadata: {}, content };
}

const SESSION = randomUUID();
