/** The public names but those of the language: network -> tree -> schedule. Worker threads load these alone, without a parser. */
export { InvariantError, UserError, type Diagnostic, type Outcome, type Span } from "./base/diagnostic.ts";
export { mulberry32, type Random } from "./base/random.ts";
export { formatBytes, formatNumber, formatSeconds } from "./base/units.ts";
export { distribute } from "./distribute/distribute.ts";
export { log2RoomOf, slicedToFit } from "./distribute/fit.ts";
export { distributeJointly, type Joint } from "./distribute/joint.ts";
export {
  deviceCount,
  machineFrom,
  withDegradedLink,
  type DegradedLink,
  type Machine,
  type MachineFigures,
} from "./distribute/machine.ts";
export { movedWeight } from "./distribute/model.ts";
export { presetNamed, presets, threadsMachine, type ThreadRates } from "./distribute/presets.ts";
export { repriced, whatIf, type WhatIf } from "./distribute/reprice.ts";
export {
  deviceCounts,
  distributeSliced,
  gainOf,
  speedups,
  type Gain,
  type SlicedSchedule,
  type SpeedupPoint,
} from "./distribute/sweep.ts";
export { communicationShare, modelledSeconds, walkExecutions } from "./distribute/time.ts";
export { trafficBetween, type Traffic } from "./distribute/traffic.ts";
export { METHODS, type Method, type Wanted, type WrittenDistribution } from "./distribute/wanted.ts";
export { leftOut } from "./distribute/written.ts";
export { parseNpy } from "./formats/npy.ts";
export { countFirst, countModulo, countsFrom, type FirstCount } from "./exact/count.ts";
export type { Decimal } from "./exact/decimal.ts";
export { scaledContract, type Scaled } from "./exact/scaled.ts";
export { exactValue, integerNetwork, scaledValue, type ExactValue } from "./exact/value.ts";
export {
  DTYPES,
  elementBytes,
  isComplex,
  type Dtype,
  hasData,
  type Entries,
  type Exactness,
  type Label,
  type Network,
  type NetworkTensor,
  type ValuedNetwork,
} from "./network/network.ts";
export { rankSimplified } from "./network/rank.ts";
export { groupsContracted } from "./plan/groups.ts";
export { lowerBound, type LowerBound } from "./plan/bound.ts";
export { cost, treeNodes } from "./plan/cost.ts";
export { log2Add } from "./plan/hypergraph.ts";
export { describeObjective, log2Peak, objectiveValue } from "./plan/objective.ts";
export { checkTree, toLinear } from "./plan/path.ts";
export { annealBy, type Judging, type TreeValue } from "./plan/judged.ts";
export { plan, type Method as OrderMethod } from "./plan/plan.ts";
export { formatPath, parsePath } from "./plan/pathfile.ts";
export { repair } from "./plan/repair.ts";
export { bestFound, isDoneAnyway, isExhausted, merge, nextUnit, portfolio, ROUND } from "./plan/portfolio.ts";
export type { Pace, Portfolio } from "./plan/portfolio.ts";
export type { Candidate, SlicedPairs } from "./plan/problem.ts";
export { composed, finished, prepare, provenBest, searchSeed, smallTree, treeOf } from "./plan/search.ts";
export type { Goal, Prepared } from "./plan/search.ts";
export { describeWork, perform } from "./plan/unit.ts";
export type { Unit } from "./plan/unit.ts";
export { slice } from "./plan/slice.ts";
export { slicing, type SlicedIndex, type Slicing } from "./plan/slicing.ts";
export type { Budget, ContractionTree, Cost, Objective } from "./plan/tree.ts";
export { liveElements, planArena, walkSteps } from "./schedule/arena.ts";
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
  type Strided,
  type Tiles,
} from "./schedule/schedule.ts";
export { verify } from "./schedule/verify.ts";
