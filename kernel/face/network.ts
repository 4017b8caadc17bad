/** A tensor network, for TypeScript. */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  hasData,
  InvariantError,
  UserError,
  verify,
  type Dtype,
  type Network as NetworkData,
  type Schedule as ScheduleData,
  type ValuedNetwork,
} from "../../dsl/index.ts";
import type { Figure } from "../figure/figure.ts";
import { networkFigure } from "../figure/network.ts";
import { machineFor, networkNamed, resultsOf } from "../session/results.ts";
import { INSERT } from "./define.ts";
import { extended } from "./extend.ts";
import type { Sorted } from "./insert.ts";
import { nameMachine, type MachineChoice } from "./machines.ts";
import { orderStatements, type OrderOptions } from "./order.ts";
import { Plan, planOf, type PlanJson } from "./plan.ts";
import { Report } from "./report.ts";
import { Schedule, type RunOptions } from "./schedule.ts";
import { Shown } from "./shown.ts";
import { runningOf, type Handle, type State } from "./state.ts";

/** A network as it was when the program was read: defining its name again leaves it as it is. */
export class Network extends Shown {
  readonly #handle: Handle;
  /** Names that the program defined anew, and what that dropped; in words. */
  readonly notices: readonly string[];

  /** @internal */
  constructor(state: State, name: string | undefined, notices: readonly string[] = []) {
    super();
    this.#handle = { state, running: runningOf(state, state.environment), name: name ?? "" };
    this.notices = notices;
  }

  get #valued(): ValuedNetwork {
    const { running, name } = this.#handle;
    if (name === "") throw new UserError("this template defines no network: write network R[i] = ... in it");
    return networkNamed(running, name);
  }

  get #network(): NetworkData {
    return this.#valued.network;
  }

  get name(): string {
    return this.#network.name;
  }

  /** The open indices: the axes of the value. */
  get labels(): readonly string[] {
    return this.#network.open;
  }

  /** Extents of the open indices. */
  get shape(): readonly number[] {
    return this.#network.open.map((label) => this.#network.extents[label] ?? 1);
  }

  get dtype(): Dtype {
    return this.#network.dtype;
  }

  /** The factors, each with its indices, in the order of the product. */
  get tensors(): readonly { readonly name: string; readonly labels: readonly string[] }[] {
    return this.#network.tensors;
  }

  /** Of every index. */
  get extents(): Readonly<Record<string, number>> {
    return this.#network.extents;
  }

  /**
   * Finds the order of contraction and its slices: as the options say, else as the program says (`order`, `slice`), else by
   * a short search.
   *
   * @throws UserError for options that do not fit the network.
   */
  async order(options: OrderOptions = {}): Promise<Plan> {
    const { statements, machines } = orderStatements(this.#own(), options);
    const handle = this.#fresh(extended(this.#own(), statements, machines), options.signal);
    await resultsOf(handle.running, handle.name);
    return planOf(handle);
  }

  /** Orders, distributes and runs it, on this computer unless `on` names a machine. */
  async run({ on, ...options }: RunOptions & { readonly on?: MachineChoice } = {}): Promise<Report> {
    this.#requireData();
    const plan = await this.order(options.signal === undefined ? {} : { signal: options.signal });
    return plan.distribute(on).run(options);
  }

  /** An order from a file or from JSON: that of `plan.json()`, or one of opt_einsum, cotengra or OMEinsum. */
  async loadPlan(from: string | PlanJson | readonly (readonly [number, number])[]): Promise<Plan> {
    const own = this.#own();
    const text = typeof from === "string" ? this.#read(from) : JSON.stringify(from);
    const handle = this.#fresh(extended(own, [`order ${own.name} = path "plan"`], [], () => text));
    await resultsOf(handle.running, handle.name);
    return planOf(handle);
  }

  /**
   * A schedule from a file or from the JSON of `schedule.json()`. `machine` is the one that it was made for; threads of this
   * computer, as many as it has devices, where that is left out.
   *
   * @throws UserError where it is no schedule, not sound, or not of this network.
   */
  loadSchedule(from: string | ScheduleData, machine?: MachineChoice): Schedule {
    const own = this.#own();
    const schedule = checkedSchedule(
      this.#network,
      typeof from === "string" ? parsed(from, this.#read(from)) : from,
    );
    const devices = schedule.mesh.reduce((product, { radix }) => product * radix, 1);
    const named = machine === undefined ? undefined : nameMachine(own, machine);
    const handle =
      named === undefined ? own : extended(own, [`distribute ${own.name} on ${named.text}`], [named]);
    const written = handle.running.definitions.get(`distribute ${own.name}`);
    const spec =
      named !== undefined && written?.kind === "distribution"
        ? written.spec
        : { machine: { kind: "threads", workers: devices } as const };
    const on = machineFor(handle.running, spec.machine);
    // Runs need the tree only to make sure of values that a dtype lost.
    const tree = { leaves: this.tensors.length, pairs: chain(this.tensors.length), sliced: [] };
    return new Schedule(handle, { machine: on, tree, schedule }, spec);
  }

  /** What the cells of the notebook found last: the order. @throws UserError where none has been found. */
  get plan(): Plan {
    const { tree } = this.#found("ordered", `run ${this.name} on threads(2), or await ${this.name}.order()`);
    return new Plan(this.#own(), tree);
  }

  /** Of the last run in a cell of the notebook. @throws UserError where there was none. */
  get schedule(): Schedule {
    const { plan, spec } = this.#lastRun();
    return new Schedule(this.#own(), plan, spec);
  }

  /** Of the last run in a cell of the notebook. @throws UserError where there was none. */
  get report(): Report {
    const { plan, report } = this.#lastRun();
    return new Report(this.#handle.state, report, plan.machine);
  }

  #lastRun() {
    const way = `write run ${this.name} on threads(2) in a %%tn cell, or await ${this.name}.run()`;
    const { plans, schedule, report } = this.#found("run", way);
    const plan = [...plans.values()].find((one) => one.schedule === schedule);
    if (plan === undefined || report === undefined)
      throw new UserError(`${this.name} has not been run: ${way}`);
    return { plan, report, spec: { machine: { kind: "model", machine: plan.machine } as const } };
  }

  /** The session's results, as far as they are of this network and not of another that took its name. */
  #found(what: string, way: string) {
    const { state, running, name } = this.#handle;
    const found = state.environment.results.get(this.name);
    if (found === undefined || found.basis[0] !== running.definitions.get(name))
      throw new UserError(`${name} has not been ${what}: ${way}`);
    return found;
  }

  /** Draws the network. In a notebook the figure appears at once. */
  show(): Figure {
    const drawn = networkFigure(this.#network);
    this.#handle.state.display(drawn);
    return drawn;
  }

  /** Name, size and dtype. */
  override toString(): string {
    // The last value of a cell may well be a program of tensors alone.
    if (this.#handle.name === "") return "a program without a network";
    const { name, open, extents, tensors, dtype } = this.#network;
    const axes = open.map((label) => `${label}: ${extents[label] ?? 1}`).join(", ");
    const head = open.length === 0 ? name : `${name}[${axes}]`;
    return `network ${head}: ${dtype}, ${tensors.length} tensors, ${Object.keys(extents).length} indices`;
  }

  /** @internal */
  [INSERT](state: State): Sorted {
    if (state !== this.#handle.state) throw new UserError(`${this.name} belongs to another session`);
    return { kind: "text", text: this.name };
  }

  #own(): Handle {
    if (this.#valued.network.name === "") throw new InvariantError("expected a network with a name");
    return this.#handle;
  }

  #fresh(handle: Handle, signal?: AbortSignal): Handle {
    return { ...handle, running: runningOf(handle.state, handle.running, signal) };
  }

  #read(file: string): string {
    try {
      return readFileSync(path.resolve(this.#handle.state.folder, file), "utf8");
    } catch (error) {
      throw new UserError(`cannot read "${file}": ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #requireData(): void {
    if (!hasData(this.#valued))
      throw new UserError(
        `${this.name} has no numbers: network N = ${this.name} with normal(seed 1) gives it some`,
      );
  }
}

function parsed(file: string, text: string): ScheduleData {
  try {
    return JSON.parse(text) as ScheduleData;
  } catch {
    throw new UserError(`"${file}" is not JSON`);
  }
}

/** One after the other. */
function chain(leaves: number): (readonly [number, number])[] {
  return Array.from({ length: Math.max(0, leaves - 1) }, (_, step) => {
    return [step === 0 ? 0 : leaves + step - 1, step + 1] as const;
  });
}

/** Throws UserError for what is no schedule of the network. */
function checkedSchedule(network: NetworkData, schedule: ScheduleData): ScheduleData {
  const bad = (why: string): never => {
    throw new UserError(`this is no schedule of ${network.name}: ${why}`);
  };
  const { version, tensors, extents, open } = schedule as Partial<ScheduleData>;
  if (version !== 1) bad(`its version is ${String(version)}, expected 1`);
  const shape = (own: Pick<NetworkData, "tensors" | "open" | "extents">): string =>
    JSON.stringify([own.tensors.map(({ labels }) => labels), own.open, Object.entries(own.extents).sort()]);
  if (
    tensors === undefined ||
    extents === undefined ||
    open === undefined ||
    shape({ tensors, extents, open }) !== shape(network)
  )
    bad("its tensors and indices are others");
  try {
    const [first] = verify(schedule);
    if (first !== undefined) bad(`${first.rule}: ${first.detail}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    bad("its steps cannot be read");
  }
  return schedule;
}
