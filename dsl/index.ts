/** The public names of the language and the planner: source text -> network -> tree -> schedule. */
export { InvariantError, UserError, type Diagnostic, type Outcome, type Span } from "./base/diagnostic.ts";
export { excerpt, positionOf } from "./base/excerpt.ts";
export { badJsonLine } from "./base/json.ts";
export { diagnose } from "./base/messages.ts";
export { mulberry32, type Random } from "./base/random.ts";
export { nearest } from "./base/suggest.ts";
export { formatBytes, formatNumber, formatSeconds } from "./base/units.ts";
export { amplitude } from "./circuit/amplitude.ts";
export { parseQsim } from "./circuit/qsim.ts";
export { distribute } from "./distribute/distribute.ts";
export { slicedToFit } from "./distribute/fit.ts";
export { deviceCount, type Machine } from "./distribute/machine.ts";
export { presetNamed, presets, threadsMachine } from "./distribute/presets.ts";
export { check } from "./program/check.ts";
export { compile } from "./program/compile.ts";
export { parseInstance } from "./network/instance.ts";
export {
  elementBytes,
  isComplex,
  type Dtype,
  type Entries,
  type Label,
  type Network,
  type NetworkTensor,
  type ValuedNetwork,
} from "./network/network.ts";
export type { Action, Definition, MachineSpec, OrderSpec, Program, SliceSpec } from "./program/program.ts";
export { groupsContracted } from "./plan/groups.ts";
export { cost, objectiveValue, treeNodes } from "./plan/cost.ts";
export { plan } from "./plan/plan.ts";
export { composed } from "./plan/search.ts";
export type { Goal } from "./plan/search.ts";
export { slice } from "./plan/slice.ts";
export type { Budget, ContractionTree, Cost, Objective } from "./plan/tree.ts";
export { planArena, walkSteps } from "./schedule/arena.ts";
export {
  rankCount,
  type Buffer,
  type BufferId,
  type MeshDigit,
  type Mode,
  type ModeId,
  type Placement,
  type Schedule,
  type Step,
  type StepKind,
  type StepModel,
} from "./schedule/schedule.ts";
export { verify } from "./schedule/verify.ts";
export { isComplete, parse } from "./syntax/parse.ts";
