/** A contraction laid over a machine, for TypeScript. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import {
  formatBytes,
  formatSeconds,
  InvariantError,
  rankCount,
  UserError,
  type DistributionSpec,
  type MachineSpec,
  type Schedule as ScheduleData,
} from "../../dsl/index.ts";
import { dryEngine } from "../engine/dry.ts";
import type { Engine, Progress } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference.ts";
import { threadsEngine } from "../engine/threads.ts";
import { torchEngine } from "../engine/torch.ts";
import type { RunReport } from "../engine/report.ts";
import type { Figure } from "../figure/figure.ts";
import { trafficFigure } from "../figure/traffic.ts";
import { measuredBreaches, modelledBreach } from "../session/budgets.ts";
import type { Plan as PlanData } from "../session/evaluate.ts";
import { completed } from "../session/exact.ts";
import { followed, placeFor } from "../session/following.ts";
import { makePlan } from "../session/planning.ts";
import { definitionOf, machineFor, networkNamed } from "../session/results.ts";
import { Report } from "./report.ts";
import { Shown } from "./shown.ts";
import { runningOf, showingIn, type Handle } from "./state.ts";

/** How a schedule runs. */
export interface RunOptions {
  /**
   * `threads`: worker threads of this computer; `torch`: processes with PyTorch; `reference`: one thread and plain loops;
   * `dry`: nothing is computed, the model of the machine speaks. Absent: what the machine stands for.
   */
  readonly engine?: "threads" | "torch" | "reference" | "dry";
  /**
   * Threads or processes. Where that is not the number of devices of the schedule, the same order and slices are laid over as
   * many instead. Absent: the schedule runs as it stands.
   */
  readonly workers?: number;
  /** Of torch: the same order is laid out anew with moves beside contractions, tile by tile. */
  readonly overlap?: boolean;
  /** Aborting stops the run; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told now and then how far the run is. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Beyond this many worker threads a schedule does not run as it stands unless `workers` says so. */
const MOST_THREADS = 64;

/** What each device does, step by step, with its modelled cost. */
export class Schedule extends Shown {
  readonly #handle: Handle;
  readonly #plan: PlanData;
  readonly #spec: DistributionSpec;

  /** @internal */
  constructor(handle: Handle, plan: PlanData, spec: DistributionSpec) {
    super();
    this.#handle = handle;
    this.#plan = plan;
    this.#spec = spec;
  }

  get machine(): string {
    return this.#plan.machine.name;
  }

  get devices(): number {
    return rankCount(this.#plan.schedule.mesh);
  }

  /** Of the network, all slices together. */
  get modelledSeconds(): number {
    return this.#plan.schedule.modelledSeconds;
  }

  /** Of one device, modelled, workspace included. */
  get peakBytes(): number {
    return this.#plan.schedule.peakBytes;
  }

  get slices(): number {
    return this.#plan.schedule.slices;
  }

  /** The schedule as engines read it: plain data, which survives `JSON.stringify`. */
  json(): ScheduleData {
    return this.#plan.schedule;
  }

  /** Writes it as JSON; `net.load` reads it back. */
  save(file: string): void {
    writeFileSync(file, `${JSON.stringify(this.json())}\n`);
  }

  /** Draws who sends to whom, modelled. In a notebook the figure appears at once. */
  show(): Figure {
    const drawn = trafficFigure(this.#plan.schedule);
    this.#handle.state.display(drawn);
    return drawn;
  }

  /**
   * Runs it.
   *
   * @throws UserError where the memory does not suffice, where the machine is a model and no engine is named, and where a
   * budget of the program (`require`) fails.
   */
  async run(options: RunOptions = {}): Promise<Report> {
    const { state, running, name } = this.#handle;
    const valued = networkNamed(running, name);
    const plan = this.#planFor(options);
    const session = runningOf(state, running, options.signal);
    await this.#checkBudgets(session);
    const { signal } = session.host;
    const raw = await this.#watched(plan, options, (onProgress) =>
      engineOf(options, plan.machine.engine, plan).run(plan.schedule, valued.entries, {
        signal,
        ...(onProgress && { onProgress }),
      }),
    );
    const report = await completed(raw, valued, plan.tree, signal);
    const broken = measuredBreaches(running, report, NOWHERE).map(({ message }) => message);
    if (broken.length > 0) throw new UserError(broken.join("\n"));
    return new Report(state, report, plan.machine);
  }

  /** A run that lasts shows in a notebook how far it is, unless the caller does. */
  async #watched(
    { schedule }: PlanData,
    { onProgress }: RunOptions,
    work: (onProgress: RunOptions["onProgress"]) => Promise<RunReport>,
  ): Promise<RunReport> {
    if (onProgress !== undefined) return work(onProgress);
    const { state } = this.#handle;
    const place = placeFor({ show: () => undefined, showing: showingIn(state) });
    const run = followed(place.following, schedule, work);
    state.holding(run);
    try {
      const report = await run;
      const { measuredSeconds: seconds } = report;
      const time = seconds === undefined ? "" : ` in ${formatSeconds(seconds)} measured`;
      place.end({ data: { "text/plain": `${schedule.network}: contracted${time}` } });
      return report;
    } catch (error) {
      place.fail();
      throw error;
    }
  }

  async #checkBudgets(session: Handle["running"]): Promise<void> {
    const network = this.#handle.name;
    const broken: string[] = [];
    for (const budget of definitionOf(session, `require ${network}`, "budgets")?.budgets ?? []) {
      const breach = await modelledBreach(
        session,
        { kind: "require", network, budget, span: NOWHERE },
        undefined,
      );
      if (breach !== undefined) broken.push(breach.message);
    }
    if (broken.length > 0) throw new UserError(broken.join("\n"));
  }

  /** The schedule itself, or the same order over as many workers as are asked for. */
  #planFor({ engine, workers = this.devices, overlap = false }: RunOptions): PlanData {
    if (overlap && engine !== "torch")
      throw new UserError('overlap is of the torch engine: run({ engine: "torch", overlap: true })');
    const asItStands = workers === this.devices && !overlap;
    if (asItStands || engine === "dry" || engine === "reference") return this.#plan;
    if (!Number.isSafeInteger(workers) || workers < 1)
      throw new UserError(`workers is ${workers}, but a positive integer is needed`);
    const { running, name } = this.#handle;
    const here: MachineSpec = { kind: engine ?? "threads", workers, ...(overlap && { overlap }) };
    const machine = machineFor(running, here);
    const { method, over } = this.#spec;
    const spec = { machine: here, ...(method && { method }), ...(over && { over }) } as const;
    const { network } = networkNamed(running, name);
    return { machine, ...makePlan({ network, tree: this.#plan.tree, machine }, true, spec) };
  }

  /** Where it runs and what that costs, modelled. */
  override toString(): string {
    const { network, slices, method } = this.#plan.schedule;
    const sliced = slices === 1 ? "" : `, ${slices} slices`;
    const devices = this.devices === 1 ? "1 device" : `${this.devices} devices`;
    return (
      `schedule of ${network} on ${this.machine}, ${devices}${sliced}, by ${method}: ` +
      `${formatSeconds(this.modelledSeconds)} and ${formatBytes(this.peakBytes)} a device, both modelled`
    );
  }
}

/** Budgets of a handle have no place in a text. */
const NOWHERE = { start: 0, end: 0 };

/** Throws UserError where nothing says which engine is meant. */
function engineOf(
  { engine, workers }: RunOptions,
  own: Engine["name"],
  { machine, schedule }: PlanData,
): Engine {
  const wanted = engine ?? (workers === undefined ? own : "threads");
  const ranks = rankCount(schedule.mesh);
  switch (wanted) {
    case "threads":
      if (ranks > MOST_THREADS && ranks !== workers)
        throw new UserError(
          `the schedule has ${ranks} devices, too many threads for this computer; run it with { engine: "threads", workers: ${availableParallelism()} }`,
        );
      return threadsEngine;
    case "torch":
      return torchEngine();
    case "reference":
      return referenceEngine;
    case "dry":
      if (engine !== "dry")
        throw new UserError(
          `${machine.name} is a model: say { engine: "dry" } for what it predicts, or { engine: "threads" } to run here`,
        );
      return dryEngine;
    default:
      wanted satisfies never;
      throw new InvariantError(`expected an engine, got ${String(wanted)}`);
  }
}
