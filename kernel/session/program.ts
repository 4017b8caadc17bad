/** Evaluates a program: checks it whole, then runs and shows in the order written. */
import { availableParallelism } from "node:os";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  compile,
  diagnose,
  presets,
  UserError,
  type Action,
  type Diagnostic,
  type Program,
} from "../../dsl/index.ts";
import { communicationFigure } from "../figure/communication.ts";
import { figureBundle, type Figure } from "../figure/figure.ts";
import { networkFigure } from "../figure/network.ts";
import { timelineFigure } from "../figure/timeline.ts";
import { treeFigure } from "../figure/tree.ts";
import type { Environment, Evaluate, Evaluation, Host } from "./evaluate.ts";
import { describeReport } from "./describe.ts";
import { networkNamed, reportOf, resultsOf, runOn, type Session } from "./results.ts";

export function emptyEnvironment(): Environment {
  return { definitions: new Map(), results: new Map() };
}

export const evaluate: Evaluate = async (source, environment, host) => {
  const compiled = compile(source, environment.definitions, {
    variable: host.variable,
    read: (path) => readText(host.folder, path),
    presets: [...presets.keys()],
  });
  if (!compiled.ok) return { environment, ok: false, diagnostics: compiled.diagnostics };
  return perform(compiled.value, environment, host, compiled.notices);
};

function readText(folder: string, path: string): string {
  try {
    return readFileSync(resolve(folder, path), "utf8");
  } catch (error) {
    const reason =
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "there is no such file"
        : String(error);
    throw new UserError(`cannot read "${path}": ${reason}`);
  }
}

/** Runs the actions one after the other; the first that fails ends the program, what came before it stands. */
async function perform(
  program: Program,
  before: Environment,
  host: Host,
  notices: readonly Diagnostic[],
): Promise<Evaluation> {
  const session: Session = { definitions: program.definitions, results: new Map(before.results), host };
  for (const action of program.actions) {
    try {
      await act(session, action);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const failed = diagnose("cannot-run", { what: error.message }, action.span);
      return { environment: session, ok: false, diagnostics: [...notices, failed] };
    }
  }
  return {
    environment: { definitions: session.definitions, results: session.results },
    ok: true,
    diagnostics: notices,
  };
}

async function act(session: Session, action: Action): Promise<void> {
  session.host.signal.throwIfAborted();
  if (action.kind === "show") {
    const figure = await figureOf(session, action);
    session.host.show({ data: figureBundle(figure) });
    return;
  }
  const machine = action.machine ?? { kind: "threads", workers: availableParallelism() };
  const report = await runOn(session, action.network, machine, action.dry);
  session.host.show({ data: { "text/plain": describeReport(report) } });
}

async function figureOf(session: Session, action: Extract<Action, { kind: "show" }>): Promise<Figure> {
  const { network } = networkNamed(session, action.network);
  switch (action.figure) {
    case "network":
      return networkFigure(network);
    case "order":
      return treeFigure(network, (await resultsOf(session, action.network)).tree);
    case "communication":
      return communicationFigure(await reportOf(session, action.network));
    case "timeline":
      return timelineFigure(await reportOf(session, action.network));
    default:
      return action.figure satisfies never;
  }
}
