/** Comms: channels between code of a cell and code of a front end, opened by either side under the name of a target. */
import { randomUUID } from "node:crypto";

type Data = Readonly<Record<string, unknown>>;

/** One channel. What it hears is called in the order of arrival, between cells. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  readonly send: (data: Data) => void;
  readonly close: (data?: Data) => void;
  /** Replaces the listener of before. */
  readonly onMessage: (listener: (data: Data) => void) => void;
  readonly onClose: (listener: (data: Data) => void) => void;
}

/** What cells see of it as `comms`. */
export interface Comms {
  /** Opens a channel to a target that a front end has registered. */
  readonly open: (target: string, data?: Data) => Comm;
  /** Accepts the channels that front ends open to `target`. */
  readonly accept: (target: string, opened: (comm: Comm, data: Data) => void) => void;
}

interface Line {
  readonly comm: Comm;
  heard: (data: Data) => void;
  closed: (data: Data) => void;
}

/** All channels of a session. */
export interface Switchboard {
  readonly lines: Map<string, Line>;
  readonly targets: Map<string, (comm: Comm, data: Data) => void>;
  readonly publish: (type: "comm_open" | "comm_msg" | "comm_close", content: CommContent) => void;
}

export interface CommContent {
  readonly comm_id: string;
  readonly data: Data;
  /** Of `comm_open` alone. */
  readonly target_name?: string;
}

export function openSwitchboard(publish: Switchboard["publish"]): Switchboard {
  return { lines: new Map(), targets: new Map(), publish };
}

export function commsOf(board: Switchboard): Comms {
  return {
    open: (target, data = {}) => {
      const { comm } = newLine(board, randomUUID(), target);
      board.publish("comm_open", { comm_id: comm.id, target_name: target, data });
      return comm;
    },
    accept: (target, opened) => {
      board.targets.set(target, opened);
    },
  };
}

/** What a front end says on a channel. One that it opens to an unknown target is closed at once; unknown channels are not heard. */
export function hearComm(board: Switchboard, type: string, content: Data): void {
  const id = textOf(content["comm_id"]);
  const data = dataOf(content["data"]);
  const line = board.lines.get(id);
  switch (type) {
    case "comm_open":
      accept(board, id, textOf(content["target_name"]), data);
      break;
    case "comm_msg":
      line?.heard(data);
      break;
    case "comm_close":
      board.lines.delete(id);
      line?.closed(data);
      break;
    default:
      break;
  }
}

/** As `comm_info_reply` lists them; those of one target where it is named. */
export function openComms({ lines }: Switchboard, target: unknown): Record<string, { target_name: string }> {
  const wanted = [...lines].filter(([, { comm }]) => typeof target !== "string" || comm.target === target);
  return Object.fromEntries(wanted.map(([id, { comm }]) => [id, { target_name: comm.target }]));
}

/** A target that throws refuses the channel. */
function accept(board: Switchboard, id: string, target: string, data: Data): void {
  const opened = board.targets.get(target);
  if (opened === undefined) {
    board.publish("comm_close", { comm_id: id, data: {} });
    return;
  }
  const { comm } = newLine(board, id, target);
  try {
    opened(comm, data);
  } catch (error) {
    comm.close();
    throw error;
  }
}

function newLine(board: Switchboard, id: string, target: string): Line {
  const line: Line = { comm: commOf(board, id, target), heard: ignored, closed: ignored };
  board.lines.set(id, line);
  return line;
}

function commOf(board: Switchboard, id: string, target: string): Comm {
  return {
    id,
    target,
    send: (data) => {
      board.publish("comm_msg", { comm_id: id, data });
    },
    close: (data = {}) => {
      if (board.lines.delete(id)) board.publish("comm_close", { comm_id: id, data });
    },
    onMessage: (listener) => {
      const line = board.lines.get(id);
      if (line !== undefined) line.heard = listener;
    },
    onClose: (listener) => {
      const line = board.lines.get(id);
      if (line !== undefined) line.closed = listener;
    },
  };
}

function ignored(): void {
  // Until the code of a cell listens.
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function dataOf(value: unknown): Data {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
