/** An order of contraction with its slices, for TypeScript. */
import { writeFileSync } from "node:fs";
import {
  cost,
  formatNumber,
  InvariantError,
  toLinear,
  UserError,
  type ContractionTree,
  type Cost,
  type Method,
} from "../../dsl/index.ts";
import { contractionFigure } from "../figure/contraction.ts";
import type { Figure } from "../figure/figure.ts";
import { treeFigure } from "../figure/tree.ts";
import { makePlan } from "../session/planning.ts";
import { distributionOf } from "../session/plans.ts";
import { definitionOf, machineFor, networkNamed } from "../session/results.ts";
import { extended } from "./extend.ts";
import { nameMachine, type MachineChoice } from "./machines.ts";
import { Schedule } from "./schedule.ts";
import { Shown } from "./shown.ts";
import type { Handle } from "./state.ts";

/** What is fixed of a distribution; the rest is planned. */
export interface DistributeOptions {
  /** Of the machine; absent: all. */
  readonly devices?: number;
  /** Devices in one group; the groups take slices. */
  readonly groups?: number;
  /** Who places the tensors. Absent: the fastest that is found. */
  readonly method?: Method;
  /** Time of the search that the method `joint` makes: `"30 s"`, or seconds. */
  readonly within?: string | number;
  /** Indices to split the large tensors over, the first outermost; several with the step from which each holds. */
  readonly over?:
    | readonly string[]
    | readonly { readonly indices: readonly string[]; readonly step: number }[];
}

/** An order as JSON: pairs of ids (tensors 0 to n-1, step k makes n+k), and the sliced indices. */
export interface PlanJson {
  readonly network: string;
  readonly ssa_path: readonly (readonly [number, number])[];
  readonly sliced: readonly string[];
}

/** In which order a network is contracted, and over which indices it is sliced. */
export class Plan extends Shown {
  readonly #handle: Handle;
  /** Pairs of ids and sliced indices; plain data. */
  readonly tree: ContractionTree;

  /** @internal */
  constructor(handle: Handle, tree: ContractionTree) {
    super();
    this.#handle = handle;
    this.tree = tree;
  }

  /** Multiply-adds and sizes as base-10 and base-2 logarithms, all slices included. */
  get cost(): Cost {
    return cost(this.#network, this.tree);
  }

  get #network() {
    return networkNamed(this.#handle.running, this.#handle.name).network;
  }

  /** The order as opt_einsum writes it: each pair names places in the list of what is left. */
  path(): readonly (readonly [number, number])[] {
    return toLinear(this.tree);
  }

  json(): PlanJson {
    return { network: this.#handle.name, ssa_path: this.tree.pairs, sliced: this.tree.sliced };
  }

  /** Writes it as JSON; `net.load` and `order R = path "plan.json"` read it back. */
  save(file: string): void {
    writeFileSync(file, `${JSON.stringify(this.json())}\n`);
  }

  /**
   * Lays the contraction over a machine: a preset, a machine of the program, `"threads(2)"`, `{ threads: 2 }`, or a machine
   * of one's own.
   *
   * @throws UserError where there is no such machine, or where it cannot hold the network.
   */
  distribute(machine?: MachineChoice, options: DistributeOptions = {}): Schedule {
    const handle = distributed(this.#handle, machine, options);
    const { running, name } = handle;
    const spec = distributionOf(running, name, undefined);
    const on = machineFor(running, spec.machine);
    const sliced =
      definitionOf(running, `slice ${name}`, "slice") !== undefined || this.tree.sliced.length > 0;
    const plan = makePlan({ network: this.#network, tree: this.tree, machine: on }, sliced, spec);
    return new Schedule(handle, { ...plan, machine: on }, spec);
  }

  /** Draws the tree, or the contraction pair by pair, to step through. In a notebook the figure appears at once. */
  show(figure: "order" | "contraction" = "order"): Figure {
    const drawn = this.#draw(figure);
    this.#handle.state.display(drawn);
    return drawn;
  }

  #draw(figure: "order" | "contraction"): Figure {
    switch (figure) {
      case "order":
        return treeFigure(this.#network, this.tree);
      case "contraction":
        return contractionFigure(this.#network, this.tree);
      default:
        figure satisfies never;
        throw new UserError(`there is no figure ${String(figure)}; known: order, contraction`);
    }
  }

  /** What the order costs. */
  override toString(): string {
    const { log10Flops, log2Size } = this.cost;
    const { sliced } = this.tree;
    const slices = sliced.length === 0 ? "" : `, sliced over ${sliced.join(", ")}`;
    return (
      `order of ${this.#handle.name}: 10^${formatNumber(log10Flops)} multiply-adds, ` +
      `largest intermediate 2^${formatNumber(log2Size)} elements${slices}`
    );
  }
}

/** The handle with its `distribute` statement; as it is where nothing is fixed. */
function distributed(handle: Handle, machine: MachineChoice | undefined, options: DistributeOptions): Handle {
  if (machine === undefined && Object.keys(options).length === 0) return handle;
  if (machine === undefined)
    throw new UserError("say on which machine: plan.distribute({ threads: 2 }, { devices: 2 })");
  const named = nameMachine(handle, machine);
  const { devices, groups, method, within, over } = options;
  const words = [
    `distribute ${handle.name} on ${named.text}`,
    devices === undefined ? "" : ` devices ${devices}`,
    groups === undefined ? "" : ` groups of ${groups}`,
    method === undefined ? "" : ` by ${method}`,
    within === undefined ? "" : ` within ${within}`,
    over === undefined ? "" : ` over ${stagesOf(over)}`,
  ];
  return extended(handle, [words.join("")], [named]);
}

function stagesOf(over: NonNullable<DistributeOptions["over"]>): string {
  const stages = over.map((stage) => (typeof stage === "string" ? { indices: [stage], step: 0 } : stage));
  const [first, ...later] =
    typeof over[0] === "string" ? [{ indices: stages.flatMap(({ indices }) => indices), step: 0 }] : stages;
  if (first === undefined) throw new UserError("over names no index");
  if (first.step !== 0) throw new UserError(`the first distribution starts at step 0, not at ${first.step}`);
  return [
    first.indices.join(", "),
    ...later.map(({ indices, step }) => `${indices.join(", ")} at step ${step}`),
  ].join(" then ");
}

/** Of a network whose order is known. */
export function planOf(handle: Handle): Plan {
  const known = handle.running.results.get(handle.name);
  if (known === undefined)
    throw new InvariantError(`expected an order of ${handle.name}, which was found just now`);
  return new Plan(handle, known.tree);
}
