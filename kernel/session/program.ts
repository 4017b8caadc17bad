/** Evaluates a program: checks it whole, then runs and shows in the order written. */
import {
  compile,
  diagnose,
  recheck,
  UserError,
  type Action,
  type Diagnostic,
  type MachineSpec,
  type Program,
} from "../../dsl/index.ts";
import type { RunReport } from "../engine/report.ts";
import { measureTorch } from "../engine/torch.ts";
import { comparisonFigure } from "../figure/comparison.ts";
import { figureBundle } from "../figure/picture/bundle.ts";
import { measuredBreaches, modelledBreach } from "./budgets.ts";
import { compareMethods, describeComparison } from "./compare.ts";
import { describeReport } from "./describe.ts";
import type { Environment, Evaluate, Evaluation, Host } from "./evaluate.ts";
import { figureOf } from "./figures.ts";
import { filesIn } from "./files.ts";
import { placeFor } from "./following.ts";
import { runOn } from "./plans.ts";
import { definitionOf, machineFor, networkNamed, type Session } from "./results.ts";

export function emptyEnvironment(): Environment {
  return { definitions: new Map(), results: new Map() };
}

export const evaluate: Evaluate = async (source, environment, host) => {
  const { variable, folder, search } = host;
  const context = { variable, ...filesIn(folder), ...(search && { search }) };
  const compiled = compile(source, environment.definitions, context);
  if (!compiled.ok) return { environment, ok: false, diagnostics: compiled.diagnostics };
  const { definitions, told } = recheck(environment.definitions, compiled.value.definitions, context);
  const done = await perform({ ...compiled.value, definitions }, environment, host, compiled.notices);
  return done.ok ? { ...done, told } : done;
};

/**
 * Budgets first, all of them: where the model breaks one, the program fails as if it were mistyped. Then the actions one
 * after the other; the first that fails ends the program. Names and results are then those of before.
 */
async function perform(
  program: Program,
  before: Environment,
  host: Host,
  notices: readonly Diagnostic[],
): Promise<Evaluation> {
  const session = {
    definitions: program.definitions,
    results: new Map(before.results),
    searched: new Map(before.searched),
    host,
  } satisfies Session;
  for (const action of program.actions) await knowMachine(session, action);
  const broken = await brokenBudgets(session, program.actions);
  if (broken.length > 0) return { environment: before, ok: false, diagnostics: [...notices, ...broken] };
  for (const action of program.actions) {
    const failed = await attempted(action, () => act(session, action));
    if (failed.length > 0) return { environment: before, ok: false, diagnostics: [...notices, ...failed] };
  }
  return {
    environment: {
      definitions: session.definitions,
      results: session.results,
      searched: session.searched,
    },
    ok: true,
    diagnostics: notices,
  };
}

/** What PyTorch reaches on this computer in a dtype is measured before the first plan for it. */
async function knowMachine(session: Session, action: Action): Promise<void> {
  const { host } = session;
  const planned = definitionOf(session, `distribute ${action.network}`, "distribution")?.spec.machine;
  const asked = action.kind === "run" ? host.runsOn : undefined;
  const written = action.kind === "compare" ? action.distribution.machine : machineOf(action);
  const named = asked ?? written ?? planned;
  const spec = typeof named === "string" ? definitionOf(session, named, "machine")?.spec : named;
  const { dtype } = networkNamed(session, action.network).network;
  if (spec?.kind === "torch") await measureTorch(spec.workers, dtype, host.signal);
}

function machineOf(action: Action): string | MachineSpec | undefined {
  return "machine" in action ? action.machine : undefined;
}

/** What a UserError says, at the action. */
async function attempted(
  action: Action,
  part: () => Promise<readonly Diagnostic[]>,
): Promise<readonly Diagnostic[]> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [diagnose("cannot-run", { what: error.message }, action.span)];
  }
}

/** A budget without a `distribute` is held against the machine on which the program runs the network. */
async function brokenBudgets(session: Session, actions: readonly Action[]): Promise<readonly Diagnostic[]> {
  const broken: Diagnostic[] = [];
  for (const action of actions) {
    if (action.kind !== "require") continue;
    session.host.signal.throwIfAborted();
    const planned = session.definitions.has(`distribute ${action.network}`);
    const run = actions.find((other) => other.kind === "run" && other.network === action.network);
    const on = planned || run?.kind !== "run" ? undefined : run.machine;
    const found = await attempted(action, async () => {
      const breach = await modelledBreach(session, action, on);
      return breach === undefined ? [] : [breach];
    });
    broken.push(...found);
  }
  return broken;
}

/** What a run found stands in the end where its progress stood. */
async function runShown(session: Session, action: Extract<Action, { kind: "run" }>): Promise<RunReport> {
  const { host } = session;
  const { following, end, fail } = placeFor(host);
  const watched = { ...session, host: { ...host, ...(following && { following }) } };
  try {
    const report = await runOn(watched, action.network, action.machine, action.dry);
    end({ data: { "text/plain": describeReport(report) } });
    return report;
  } catch (error) {
    fail();
    throw error;
  }
}

/** Budgets that a run has broken, none otherwise. */
async function act(session: Session, action: Action): Promise<readonly Diagnostic[]> {
  const { host } = session;
  host.signal.throwIfAborted();
  switch (action.kind) {
    case "show":
      host.show({ data: figureBundle(await figureOf(session, action)) });
      return [];
    case "run": {
      const report = await runShown(session, action);
      return measuredBreaches(session, report, action.span);
    }
    case "require":
      return [];
    case "compare": {
      const rows = await compareMethods(session, action);
      const machine = machineFor(session, action.distribution.machine);
      const figure = figureBundle(comparisonFigure(action.network, machine.name, rows));
      host.show({ data: { ...figure, "text/plain": describeComparison(rows) } });
      return [];
    }
    default:
      return action satisfies never;
  }
}
