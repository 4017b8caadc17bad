/** Plans what a rank does of the steps of a schedule, before the run begins. */
import type { Step } from "../../dsl/core.ts";
import { meetAll, planCollective, planSumsOnFirst } from "./collectives.ts";
import { planContraction, planLoad, planPermutation, planSum } from "./local.ts";
import { firstRank, type Rank, type Work } from "./rank.ts";
import { reportedSteps, type ReportedStep, type SliceLoop } from "./steps.ts";

/** A step that is work and holds no others. */
type StepAlone = Exclude<ReportedStep, SliceLoop>;

export interface Plan {
  /** By step; absent where this rank has nothing to do. Planned once: loops run steps often. */
  readonly work: ReadonlyMap<Step, Work>;
  /** Steps of rank 0 that all ranks share: they meet before them, too. */
  readonly shared: ReadonlySet<Step>;
}

/**
 * The value is read from rank 0: what comes after the last step that ranks do together is its alone. Ranks of one memory share what is
 * large of that, and of the last sums over ranks they make no more than what rank 0 has to have.
 */
export function planSteps(rank: Rank): Plan {
  const { steps } = rank.schedule;
  const end = steps.findLastIndex((step) => "digits" in step) + 1;
  const [together, after] = [steps.slice(0, end), steps.slice(end)];
  const work = new Map<Step, Work>();
  const plan = (step: Step, own: Work | undefined): void => {
    if (own !== undefined) work.set(step, own);
  };
  for (const step of alone(together)) plan(step, planned(rank, step));
  const last = together.at(-1);
  if (rank.isSharing && last?.kind === "reduce") plan(last, planSumsOnFirst(rank, last));
  const shared = new Set<Step>();
  for (const step of alone(after)) {
    const share = rank.isSharing ? plannedShare(rank, step) : undefined;
    if (share !== undefined) shared.add(step);
    plan(step, share ?? (rank.rank === 0 ? planned(rank, step) : undefined));
  }
  return { work, shared };
}

function alone(steps: readonly Step[]): StepAlone[] {
  return reportedSteps(steps).filter((step) => step.kind !== "slice-loop");
}

function planned(rank: Rank, step: StepAlone): Work | undefined {
  switch (step.kind) {
    case "load":
      return planLoad(rank, step);
    case "sum":
      return planSum(rank, step);
    case "contract":
      return planContraction(rank, step);
    case "permute":
      return planPermutation(rank, step);
    case "redistribute":
    case "gather":
    case "reduce":
    case "reduce-scatter":
    case "broadcast":
      return planCollective(rank, step);
    default:
      step satisfies never;
      throw new RangeError(`expected a step of the schedule's version, got ${JSON.stringify(step)}`);
  }
}

/** This rank's part of a permutation of rank 0; undefined where the step is not shared. */
function plannedShare(rank: Rank, step: StepAlone): Work | undefined {
  if (step.kind !== "permute") return undefined;
  const part = planPermutation(firstRank(rank), step, { index: rank.rank, count: rank.arenas.length });
  return (
    part &&
    (() => {
      part();
      meetAll(rank);
    })
  );
}
