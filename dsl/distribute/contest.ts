/** Placements of one planner by promise: the most promising are lowered, and the fastest schedule that fits is kept. */
import { leastSecondsOf, secondsOf, type Estimate } from "./estimate.ts";
import { fitted, leastBytesOf } from "./fitted.ts";
import type { NodePlacements } from "./place.ts";
import type { Placed, Planned, Problem } from "./problem.ts";
import type { Method } from "./wanted.ts";

/** Placements of a problem that are not lowered yet. */
export interface Entrant {
  readonly problem: Problem;
  /** Digits of the rank number that take slices. */
  readonly sliceDigits: readonly number[];
  readonly placements: NodePlacements;
  readonly estimate: Estimate;
}

/** Sums of the same numbers in another order differ by less. */
const ROUNDING = 1e-9;

/** Estimates know few permutations, which take about the same share of all: what is slower than the best by this factor is not lowered. */
const CLOSE = 1.03;

/** Pairs of trees that are lowered in all; a few trees however large they are. */
const [MOST_PAIRS, LEAST_TREES] = [15_000, 3];

export class Contest implements Planned {
  best?: Placed;
  leastBytes = Infinity;
  readonly #method: Method;
  readonly #limit: number;
  /** Of those that fit or were taken to, the least estimate, and the pairs of their trees. */
  #first = Infinity;
  #pairs = 0;
  #trees = 0;

  /** `limit`: modelled seconds that a schedule has to beat; what cannot is not lowered, and taken to fit. */
  constructor(method: Method, limit: number) {
    this.#method = method;
    this.#limit = limit;
  }

  /** Whether a placement that takes about so many seconds is worth lowering. */
  isOpenTo(seconds: number): boolean {
    const room = this.#pairs < MOST_PAIRS || this.#trees < LEAST_TREES;
    return room && seconds <= CLOSE * this.#first;
  }

  /** Lowers placements if they may be the fastest. Returns the bytes that they need, at the least where they are not lowered. */
  enter(entrant: Entrant): number {
    const { problem, sliceDigits, placements, estimate } = entrant;
    const { mesh, machine } = problem.model;
    const { memoryBytes } = machine.device;
    const limit = Math.min(this.#limit, this.best?.schedule.modelledSeconds ?? Infinity);
    const hopeless = leastSecondsOf(problem.model, estimate) >= limit * (1 + ROUNDING);
    const alone = sliceDigits.length > 0 && sliceDigits.length === mesh.length;
    const { schedule, bytes } = hopeless
      ? { bytes: leastBytesOf(problem, placements) }
      : fitted({ ...problem, sliceDigits }, placements, alone ? "slicing" : this.#method, limit);
    this.leastBytes = Math.min(this.leastBytes, bytes);
    if (bytes > memoryBytes) return bytes;
    this.#first = Math.min(this.#first, secondsOf(estimate));
    this.#pairs += problem.tree.pairs.length;
    this.#trees += 1;
    if (schedule !== undefined) this.best = { problem, schedule };
    return bytes;
  }
}
