/** The TypeScript face of tnlab: `import { tn } from "tnlab"`. At most 20 names. */
export { UserError, type Machine } from "../../dsl/index.ts";
export type { StepReport, TensorValue } from "../engine/report.ts";
export type { Figure } from "../figure/figure.ts";
export type { MachineChoice } from "./machines.ts";
export { Network } from "./network.ts";
export type { OrderOptions } from "./order.ts";
export { Plan, type DistributeOptions, type PlanJson } from "./plan.ts";
export { Report, type ReportFigure } from "./report.ts";
export { Schedule, type RunOptions } from "./schedule.ts";
export { openSession, tn, type Interpolated, type Session, type Tn } from "./session.ts";
