/**
 * What a run leaves for the next one: worker threads that have started and whose code is warm, and memory whose pages are there. It waits
 * for some seconds and keeps no process from ending.
 */
import { Worker } from "node:worker_threads";
import { dismiss, findings, type Crew } from "./crew.ts";
import { usableBytes } from "./memory.ts";

/** How long it waits. */
const MILLISECONDS = 10_000;

/** Of the memory that this process may use. A run that took more leaves nothing: it has run for long, and others may want the memory. */
const MOST_SHARE = 1 / 8;

/** Workers and the memory of one run at a time. */
export interface Team {
  readonly workers: Worker[];
  /** In which all numbers of the run lie, where they lie in one. */
  readonly memory?: WebAssembly.Memory | undefined;
}

/** Holds one team at most: of runs at the same time, the last to end leaves its own. */
export class Standby {
  #team: Team | undefined;
  /** Ends the wait of the team; the team itself is as it was. */
  #stopWaiting = (): void => undefined;

  /** The team that waits, or one without workers yet. */
  take(): Team {
    const team = this.#team ?? { workers: [] };
    this.#forget();
    return team;
  }

  /** Takes a team whose workers have no task, after a run that took so many bytes; whoever is of no use is ended. */
  async leave(team: Team, bytes: number): Promise<void> {
    const before = this.#team;
    const isKept = team.workers.length > 0 && bytes <= MOST_SHARE * usableBytes();
    if (isKept) this.#keep(team);
    await dismiss((isKept ? before : team)?.workers ?? []);
  }

  #keep(team: Team): void {
    this.#forget();
    this.#team = team;
    const end = (): void => {
      this.#forget();
      void dismiss(team.workers);
    };
    const timer = setTimeout(end, MILLISECONDS).unref();
    // A worker without a task does not fail; where one is ended from outside, the others are of no use.
    for (const worker of team.workers) worker.on("error", end).on("exit", end);
    this.#stopWaiting = () => {
      clearTimeout(timer);
      for (const worker of team.workers) worker.off("error", end).off("exit", end);
    };
  }

  #forget(): void {
    this.#stopWaiting();
    this.#stopWaiting = () => undefined;
    this.#team = undefined;
  }
}

/**
 * As `runCrew`, on the workers of the team and as many new ones as are missing, which join it: they get their tasks as messages. Where it
 * rejects, all of the team are ended.
 */
export async function runTeam<T, R>({ workers }: Team, { file, tasks, go, signal }: Crew<T>): Promise<R[]> {
  try {
    signal?.throwIfAborted();
    while (workers.length < tasks.length) workers.push(new Worker(file));
    const busy = workers.slice(0, tasks.length);
    busy.forEach((worker, rank) => {
      worker.ref();
      worker.postMessage(tasks[rank]);
    });
    const found = await findings<R>(busy, go, signal);
    for (const worker of busy) worker.unref();
    return found;
  } catch (error) {
    await dismiss(workers.splice(0));
    throw error;
  }
}
