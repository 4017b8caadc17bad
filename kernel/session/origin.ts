/** Which cell something is said for. Late output of a cell, by a timer or a promise, is its own, even while another cell runs. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ParentHeader } from "../protocol/message.ts";

/** A cell from its request on, as long as something that it started may still say something. */
export interface Origin {
  readonly parent: ParentHeader;
  /** Nothing is published for it. */
  readonly silent: boolean;
  /** Whether the client answers questions. */
  readonly answers: boolean;
  /** Aborted when the cell is interrupted. */
  readonly signal: AbortSignal;
  /** Values that the cell has shown already. */
  readonly shown: WeakSet<object>;
  /** Displays that have begun; values may draw themselves slowly. */
  displays: readonly Promise<void>[];
  /** Runs of contractions that have begun and end by themselves when the cell is interrupted. */
  readonly runs: Set<Promise<unknown>>;
}

/** Nothing that a cell says: before the first one. */
export const NOBODY: Origin = {
  parent: {},
  silent: false,
  answers: false,
  signal: new AbortController().signal,
  shown: new WeakSet(),
  displays: [],
  runs: new Set(),
};

const origins = new AsyncLocalStorage<Origin>();

/** Runs `work`, and all that it starts, for a cell. */
export function runFor<T>(origin: Origin, work: () => T): T {
  return origins.run(origin, work);
}

/** The cell whose code runs; undefined where none began what runs. */
export function runningFor(): Origin | undefined {
  return origins.getStore();
}
