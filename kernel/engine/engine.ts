/** An engine runs a schedule as given. This file declares the interface and imports no engine. */
import type { Entries, Schedule } from "../../dsl/index.ts";
import type { RunReport } from "./report.ts";

export interface RunOptions {
  /** Aborting stops the run; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Engine {
  readonly name: RunReport["engine"];
  /** `entries[k]` holds the numbers of `schedule.tensors[k]`; the dry engine ignores them. */
  run(schedule: Schedule, entries: readonly Entries[], options?: RunOptions): Promise<RunReport>;
}
