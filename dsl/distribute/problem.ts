/** What a planner is asked, and what it answers. */
import type { Schedule } from "../schedule/schedule.ts";
import type { Shared } from "./assemble.ts";
import type { WrittenDistribution } from "./wanted.ts";

/** A sliced tree and the ranks that share it. */
export interface Problem extends Omit<Shared, "sliceDigits"> {
  /** Modelled seconds in which no schedule does the contractions. */
  readonly leastSeconds: number;
  /** Choices of the digits that take slices. */
  readonly choices: readonly (readonly number[])[];
  /** Written distributions; everything is planned where absent. */
  readonly over?: readonly WrittenDistribution[];
}

/** The fastest schedule of a method that fits, and the least that any schedule tried needs, in bytes a device. */
export interface Planned {
  readonly best?: Placed;
  readonly leastBytes: number;
}

export interface Placed {
  readonly problem: Problem;
  readonly schedule: Schedule;
}

/**
 * Of several problems, with more and more slices of the same tree, the one that a schedule is fastest for. `limit`: modelled seconds that a
 * schedule has to beat.
 */
export type Planner = (problems: readonly Problem[], limit: number) => Planned;
