/** How a search goes on: which units are given out when, by time or by count. */
import {
  bestFound,
  describeWork,
  InvariantError,
  isDoneAnyway,
  isExhausted,
  merge,
  mulberry32,
  nextUnit,
  portfolio,
  ROUND,
  searchSeed,
} from "../../dsl/core.ts";
import type { Cost, Pace, Portfolio, SlicedPairs, Unit } from "../../dsl/core.ts";
import type { Crew, Done } from "./crew.ts";

export interface Course {
  readonly crew: Crew;
  readonly seed: number;
  readonly seconds: number;
  /** Left after absorption. */
  readonly tensors: number;
  /** The tree that the search begins from. */
  readonly start: SlicedPairs | undefined;
  readonly maxLog2Size: number;
  /** Seconds since the search began. */
  readonly elapsed: () => number;
  readonly improved: (method: string, cost: Cost) => void;
}

/** Of the time that has gone, what one more unit may take, at least and at most in seconds. */
const UNIT_SHARE = 0.1;
const [LEAST_UNIT, MOST_UNIT] = [0.05, 8];
/** Slicing gains by many units rather than by long ones. */
const SLICING_UNIT_SHARE = 0.03;
const [LEAST_SWEEPS, LEAST_SLICING_SWEEPS] = [60, 400];

function begun({ tensors, maxLog2Size, seed, start }: Course): Portfolio {
  return portfolio(tensors, maxLog2Size, searchSeed(mulberry32(seed)), start);
}

/** Rounds of units, all merged in the order of their numbers before the next is made: the same with any number of workers. */
export async function byCount(course: Course, trials: number): Promise<SlicedPairs> {
  const state = begun(course);
  while (state.units < trials && !isExhausted(state) && !isOver(course, state)) {
    const units: Unit[] = [];
    while (units.length < ROUND && state.units < trials)
      units.push(nextUnit(state, { share: state.units / trials }));
    const best = bestFound(state)?.score ?? Infinity;
    const done = await Promise.all(units.map((unit) => course.crew.perform(unit, best)));
    units.forEach((unit, place) => take(course, state, unit, done[place] as Done));
  }
  return best(state);
}

/** Each worker gets a new unit as soon as it is free. */
export async function byTime(course: Course): Promise<SlicedPairs> {
  const state = begun(course);
  const speed: Speed = { whole: undefined, sliced: undefined };
  const keepBusy = async (): Promise<void> => {
    while (!isExhausted(state) && !isOver(course, state)) {
      const unit = nextUnit(state, paceOf(course, speed));
      const done = await course.crew.perform(unit, bestFound(state)?.score ?? Infinity);
      learn(speed, unit, done);
      take(course, state, unit, done);
    }
  };
  await Promise.all(Array.from({ length: course.crew.size }, keepBusy));
  return best(state);
}

function best(state: Portfolio): SlicedPairs {
  const found = bestFound(state);
  if (found === undefined) throw new InvariantError("expected a search to find a tree, got none");
  return found;
}

function isOver({ elapsed, seconds }: Course, { units, tensors }: Portfolio): boolean {
  return !isDoneAnyway(units, tensors) && elapsed() >= seconds;
}

function take({ improved }: Course, state: Portfolio, unit: Unit, { found, cost }: Done): void {
  if (merge(state, unit, found) && cost !== undefined) improved(describeWork(unit.work), cost);
}

/** Seconds that one pass over the tree takes, as measured; undefined before the first. */
interface Speed {
  whole: number | undefined;
  sliced: number | undefined;
}

export function learn(speed: Speed, { work, sweeps }: Unit, { seconds }: Pick<Done, "seconds">): void {
  const kind = work.kind === "start" || work.kind === "anneal" ? "whole" : "sliced";
  const known = speed[kind];
  const own = seconds / sweeps;
  if (sweeps === 0) return;
  // Of a new tree some of the time went into making it, so that passes are at least as quick as that says.
  if (work.kind === "start") speed[kind] = Math.min(known ?? Infinity, own);
  else speed[kind] = known === undefined ? own : 0.7 * known + 0.3 * own;
}

export function paceOf({ elapsed, seconds }: Pick<Course, "elapsed" | "seconds">, speed: Speed): Pace {
  const [gone, left] = [elapsed(), Math.max(0.02, seconds - elapsed())];
  const meant = (share: number): number =>
    Math.min(0.9 * left, MOST_UNIT, Math.max(LEAST_UNIT, share * gone));
  const sweeps = (kind: keyof Speed, share: number, least: number): number =>
    Math.max(least, Math.floor(meant(share) / (speed[kind] ?? Infinity)));
  return {
    share: gone / seconds,
    sweeps: {
      whole: sweeps("whole", UNIT_SHARE, LEAST_SWEEPS),
      sliced: sweeps("sliced", SLICING_UNIT_SHARE, LEAST_SLICING_SWEEPS),
    },
  };
}
