/** Requests in, responses out: bodies with a limit, JSON, files, and errors as Jupyter clients expect them. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Largest body and largest message from a page. */
export const MAX_BODY_BYTES = 64 * 2 ** 20;

/** A request that is refused; `status` is the HTTP status. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON, or as it is when it is text or bytes; nothing is sent when undefined. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export function send(response: ServerResponse, reply: Reply): void {
  const raw = typeof reply.body === "string" || reply.body instanceof Uint8Array;
  const type = raw ? {} : { "Content-Type": "application/json; charset=utf-8" };
  response.writeHead(reply.status, { ...HEADERS, ...type, ...reply.headers });
  if (reply.body === undefined) response.end();
  else response.end(raw ? reply.body : JSON.stringify(reply.body));
}

export function errorReply(error: unknown): Reply {
  if (error instanceof HttpError)
    return { status: error.status, body: { message: error.message, reason: null } };
  return {
    status: 500,
    body: { message: error instanceof Error ? error.message : String(error), reason: null },
  };
}

/** The JSON body, `{}` if there is none. Throws HttpError 413 when it is over the limit, 400 when it is not an object. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > MAX_BODY_BYTES) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  // Breaking off must leave the connection open for the answer.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const part of chunks) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  return text.trim() === "" ? {} : parseObject(text);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new HttpError(400, "the body is not a JSON object");
}

function tooLarge(): HttpError {
  return new HttpError(413, `the body is larger than ${MAX_BODY_BYTES / 2 ** 20} MiB`);
}
