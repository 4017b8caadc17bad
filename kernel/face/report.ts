/** What a run yields, for TypeScript. */
import { arrayValues, InvariantError, UserError, type Machine } from "../../dsl/index.ts";
import type { RunReport, StepReport, TensorValue } from "../engine/report.ts";
import { communicationFigure } from "../figure/communication.ts";
import type { Figure } from "../figure/figure.ts";
import { memoryFigure } from "../figure/memory.ts";
import { rooflineFigure } from "../figure/roofline.ts";
import { timelineFigure } from "../figure/timeline.ts";
import { describeReport } from "../session/describe.ts";
import { INSERT } from "./define.ts";
import type { Sorted } from "./insert.ts";
import { Shown } from "./shown.ts";
import type { State } from "./state.ts";

/** What `report.show(...)` draws. */
export type ReportFigure = "timeline" | "communication" | "memory" | "roofline";

/** The value of a network and, step by step, what was measured beside what was modelled. */
export class Report extends Shown {
  /** The report as engines make it; plain data. */
  readonly data: RunReport;
  readonly #state: State;
  readonly #machine: Machine;

  /** @internal */
  constructor(state: State, data: RunReport, machine: Machine) {
    super();
    this.#state = state;
    this.data = data;
    this.#machine = machine;
  }

  /**
   * The value, row-major over its indices: `re` and, where the dtype is complex, `im`, with `shape`, `labels` and `dtype`.
   * A scalar has an empty shape and one entry.
   *
   * @throws UserError where nothing was computed, as on the dry engine.
   */
  get value(): TensorValue {
    const { value, network, machine } = this.data;
    if (value !== undefined) return value;
    throw new UserError(
      `${network} has no value here: ${machine} was only modelled; run it with { engine: "threads" }`,
    );
  }

  /** Every step, in the order in which they ran: what it does, modelled, and, where it ran, measured seconds by rank. */
  get steps(): readonly StepReport[] {
    return this.data.steps;
  }

  /** Wall time of the contraction, measured; undefined on the dry engine. */
  get measuredSeconds(): number | undefined {
    return this.data.measuredSeconds;
  }

  /** What the model of the machine says. */
  get modelledSeconds(): number {
    return this.data.modelledSeconds;
  }

  /** Draws the report. In a notebook the figure appears at once; elsewhere the Plotly JSON is all there is. */
  show(figure: ReportFigure = "timeline"): Figure {
    const drawn = this.#draw(figure);
    this.#state.display(drawn);
    return drawn;
  }

  #draw(figure: ReportFigure): Figure {
    switch (figure) {
      case "timeline":
        return timelineFigure(this.data);
      case "communication":
        return communicationFigure(this.data);
      case "memory":
        return memoryFigure(this.data, this.#machine.device.memoryBytes);
      case "roofline":
        return rooflineFigure(this.data, this.#machine, this.data.value?.dtype ?? "complex64");
      default:
        figure satisfies never;
        throw new UserError(
          `there is no figure ${String(figure)}; known: timeline, communication, memory, roofline`,
        );
    }
  }

  /** Value and times in words. */
  override toString(): string {
    return describeReport(this.data);
  }

  /** @internal */
  [INSERT](): Sorted {
    const shaped = arrayValues(this.value);
    if (typeof shaped === "string")
      throw new InvariantError(`expected the entries of a value, got: ${shaped}`);
    return { kind: "array", value: this.value, shaped, labels: this.value.labels };
  }
}
