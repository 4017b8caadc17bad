/** `require`: what a budget bounds, held against the model before a run and against what was measured after it. */
import {
  communicationShare,
  diagnose,
  formatBytes,
  formatNumber,
  formatSeconds,
  type Action,
  type Diagnostic,
  type Quantity,
  type RequiredBudget,
} from "../../dsl/index.ts";
import type { RunReport, StepReport } from "../engine/report.ts";
import { plannedSteps, type PlannedStep } from "../engine/skeleton.ts";
import type { Plan } from "./evaluate.ts";
import { distributionOf, extraSpeedup, planFor } from "./plans.ts";
import { definitionOf, type Session } from "./results.ts";

type Require = Extract<Action, { kind: "require" }>;

/** What a budget is held against, and the step that takes the most of it. */
interface Actual {
  readonly value: number;
  readonly source: "modelled" | "measured";
  /** For people; absent where no step stands out. */
  readonly step?: string;
}

/** The budget's diagnostic where the model breaks it. Throws UserError where there is no schedule. */
export async function modelledBreach(
  session: Session,
  { network, budget, span }: Require,
  on: Extract<Action, { kind: "run" }>["machine"],
): Promise<Diagnostic | undefined> {
  const plan = await planFor(session, network, distributionOf(session, network, on));
  return breach(budget, await modelled(session, network, plan, budget.quantity), span);
}

/** Diagnostics of all budgets of a network that a run broke; none for what a run does not measure. */
export function measuredBreaches(
  session: Session,
  report: RunReport,
  span: Diagnostic["span"],
): Diagnostic[] {
  const budgets = definitionOf(session, `require ${report.network}`, "budgets")?.budgets ?? [];
  return budgets.flatMap((budget) => {
    const actual = measured(report, budget.quantity);
    const found = actual && breach(budget, actual, span);
    return found === undefined ? [] : [found];
  });
}

function breach(budget: RequiredBudget, actual: Actual, span: Diagnostic["span"]): Diagnostic | undefined {
  if (holds(budget, actual.value)) return undefined;
  const { quantity, limit, text } = budget;
  const ratio = actual.value / limit;
  const times = ratio >= 1 ? `${formatNumber(ratio)} times the budget` : `${percent(ratio)} of the budget`;
  const step = actual.step === undefined ? "" : `; most of it in ${actual.step}`;
  const value = `${amountOf(quantity, actual.value)} ${actual.source}`;
  return diagnose("budget-missed", { budget: text, actual: value, by: `, ${times}${step}` }, span);
}

function holds({ relation, limit }: RequiredBudget, value: number): boolean {
  switch (relation) {
    case "<=":
      return value <= limit;
    case "<":
      return value < limit;
    case ">=":
      return value >= limit;
    case ">":
      return value > limit;
    default:
      return relation satisfies never;
  }
}

function amountOf(quantity: Quantity, value: number): string {
  switch (quantity) {
    case "memory":
      return `${formatBytes(value)} a device`;
    case "time":
      return formatSeconds(value);
    case "communication":
      return percent(value);
    case "extra speedup":
    case "slices":
      return formatNumber(value);
    default:
      return quantity satisfies never;
  }
}

function percent(share: number): string {
  return `${formatNumber(100 * share)} %`;
}

async function modelled(session: Session, name: string, plan: Plan, quantity: Quantity): Promise<Actual> {
  const { schedule } = plan;
  const source = "modelled";
  switch (quantity) {
    case "memory":
      return { value: schedule.peakBytes, source, step: fullest(plannedSteps(schedule)) };
    case "time":
      return { value: schedule.modelledSeconds, source, ...costliest(plannedSteps(schedule), () => true) };
    case "communication":
      return { value: communicationShare(schedule), source, ...costliest(plannedSteps(schedule), moves) };
    case "extra speedup":
      return { value: await extraSpeedup(session, name, plan), source };
    case "slices":
      return { value: schedule.slices, source };
    default:
      return quantity satisfies never;
  }
}

type TimedStep = Pick<StepReport, "kind" | "name" | "model" | "measuredSeconds">;

/** Seconds of a step: of the slowest rank where it was measured. */
function secondsOf({ model, measuredSeconds }: TimedStep): number {
  return measuredSeconds === undefined ? model.seconds : Math.max(...measuredSeconds.filter(Number.isFinite));
}

/** Steps in which data moves between devices. */
function moves({ kind }: TimedStep): boolean {
  return ["redistribute", "gather", "reduce", "reduce-scatter", "broadcast"].includes(kind);
}

function costliest(
  steps: readonly TimedStep[],
  counts: (step: TimedStep) => boolean,
): { readonly step?: string } {
  const counted = steps.filter((step) => step.kind !== "slice-loop" && counts(step));
  const [first, ...others] = counted;
  if (first === undefined) return {};
  const most = others.reduce((best, step) => (secondsOf(step) > secondsOf(best) ? step : best), first);
  return { step: `${most.name} (${formatSeconds(secondsOf(most))})` };
}

/** The step during which the most memory is in use. */
function fullest(steps: readonly PlannedStep[]): string {
  const [first, ...others] = steps;
  const most = others.reduce((best, step) => (best && step.liveBytes <= best.liveBytes ? best : step), first);
  return most === undefined ? "no step" : `${most.name} (${formatBytes(most.liveBytes)} in use)`;
}

/** Undefined for what a run does not measure. */
function measured(report: RunReport, quantity: Quantity): Actual | undefined {
  const { measuredSeconds, steps } = report;
  if (measuredSeconds === undefined) return undefined;
  const source = "measured";
  switch (quantity) {
    case "time":
      return { value: measuredSeconds, source, ...costliest(steps, () => true) };
    case "communication": {
      const own = steps.filter((step) => step.kind !== "slice-loop");
      const moving = own.filter(moves).reduce((sum, step) => sum + secondsOf(step), 0);
      const all = own.reduce((sum, step) => sum + secondsOf(step), 0);
      return { value: all === 0 ? 0 : moving / all, source, ...costliest(steps, moves) };
    }
    case "memory":
    case "extra speedup":
    case "slices":
      return undefined;
    default:
      return quantity satisfies never;
  }
}
