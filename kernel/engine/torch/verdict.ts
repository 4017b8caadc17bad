/** Which rank is to blame when several have ended badly: one failure makes its peers fail too, a moment later. */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";

/** Why a run has failed. */
export interface Failure {
  readonly rank: number;
  /** Position in the report's steps; -1 before the first. */
  readonly step: number;
  /** -1 outside a slice loop. */
  readonly slice: number;
  readonly message: string;
}

/** A rank that has ended by itself. */
export interface Ended {
  readonly rank: number;
  /** Exit code; below 0 the signal that ended it. */
  readonly code: number;
}

/** Where a rank was last seen. */
export interface Place {
  /** How many steps it had begun. */
  readonly begun: number;
  readonly step: number;
  readonly slice: number;
}

/** What a rank itself says of its failure: `interpreter/rank.py` writes it. */
interface FailureRecord extends Failure {
  /** CollectiveError where it waited for others in vain. */
  readonly kind: string;
}

/** `places`: by rank. */
export function verdictOf(folder: string, ended: readonly Ended[], places: readonly Place[]): Failure {
  const blame = (rank: number, message: string): Failure => {
    const { step, slice } = places[rank] ?? { step: -1, slice: -1 };
    return { rank, step, slice, message };
  };
  const bad = ended.filter(({ code }) => code !== 0);
  const killed = bad.find(({ code }) => code < 0);
  if (killed !== undefined) return blame(killed.rank, `was ended by ${signalName(-killed.code)}`);
  const records = bad.map((one) => ({ ...one, record: recordOf(folder, one.rank) }));
  const own = records.find(({ record }) => record !== undefined && record.kind !== "CollectiveError")?.record;
  if (own !== undefined) return { rank: own.rank, step: own.step, slice: own.slice, message: own.message };
  const silent = records.find(({ record }) => record === undefined);
  if (silent !== undefined)
    return blame(silent.rank, `ended with exit code ${silent.code} and said no reason`);
  return waitedFor(
    records.flatMap(({ record }) => record ?? []),
    places,
    blame,
  );
}

/** All that ended did so waiting for others: who is behind them hangs. */
function waitedFor(
  [first]: readonly FailureRecord[],
  places: readonly Place[],
  blame: (rank: number, message: string) => Failure,
): Failure {
  const { rank = 0, step = -1, slice = -1, message = "" } = first ?? {};
  const waited = message.split("\n")[0] ?? "";
  const counts = places.map(({ begun }) => begun);
  const least = Math.min(...counts);
  if (least === Math.max(...counts)) return { rank, step, slice, message: waited };
  return blame(counts.indexOf(least), `hangs: its peers waited for it in vain (${waited})`);
}

function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  const name = known?.[0] ?? `signal ${number}`;
  return name === "SIGKILL" ? `${name} (often because memory ran out)` : name;
}

function recordOf(folder: string, rank: number): FailureRecord | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, `failure-${rank}.json`), "utf8")) as FailureRecord;
  } catch {
    return undefined;
  }
}
