/** The inputs of a session, as `history_request` asks for them. */
import type { HistoryReply } from "../protocol/message.ts";

type Entry = readonly [number, number, string];

/** The current session is number 0, as Jupyter has it; lines count from 1. */
export function queryHistory(
  inputs: readonly string[],
  content: Readonly<Record<string, unknown>>,
): HistoryReply {
  const entries = inputs.map((input, index): Entry => [0, index + 1, input]);
  const selected = select(entries, content);
  const history = content["output"] === true ? selected.map(withOutput) : selected;
  return { status: "ok", history };
}

function select(entries: readonly Entry[], content: Readonly<Record<string, unknown>>): readonly Entry[] {
  const last = typeof content["n"] === "number" ? content["n"] : entries.length;
  switch (content["hist_access_type"]) {
    case "range": {
      const start = typeof content["start"] === "number" ? content["start"] : 1;
      const stop = typeof content["stop"] === "number" ? content["stop"] : Infinity;
      return entries.filter(([, line]) => line >= start && line < stop);
    }
    case "search": {
      const pattern = glob(typeof content["pattern"] === "string" ? content["pattern"] : "*");
      const found = entries.filter(([, , input]) => pattern.test(input));
      return tail(content["unique"] === true ? unique(found) : found, last);
    }
    default:
      return tail(entries, last);
  }
}

function tail(entries: readonly Entry[], count: number): readonly Entry[] {
  return count > 0 ? entries.slice(-count) : [];
}

function unique(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry[2], entry])).values()];
}

/** `*` stands for any text and `?` for any one character. */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}

function withOutput([session, line, input]: Entry): readonly [number, number, readonly [string, null]] {
  return [session, line, [input, null]];
}
