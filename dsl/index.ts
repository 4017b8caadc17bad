/** The public names of the language and the planner: source text -> network -> tree -> schedule. */
export * from "./core.ts";
export { excerpt, positionOf } from "./base/excerpt.ts";
export { badJsonLine } from "./base/json.ts";
export { diagnose } from "./base/messages.ts";
export { nearest } from "./base/suggest.ts";
export { amplitude } from "./circuit/amplitude.ts";
export { parseQasm } from "./circuit/qasm.ts";
export { parseQsim } from "./circuit/qsim.ts";
export { arrayValues } from "./program/arrays.ts";
export { check } from "./program/check.ts";
export { CODES, explanationOf, isCode, listOfCodes } from "./program/reference.ts";
export { compile } from "./program/compile.ts";
export { complete } from "./program/complete.ts";
export { describeDefinition } from "./program/describe.ts";
export { helpOn } from "./program/help.ts";
export { hover } from "./program/hover.ts";
export { recheck } from "./program/recheck.ts";
export { count } from "./formats/count.ts";
export { parseDimacs } from "./formats/dimacs.ts";
export { parseNetwork } from "./formats/json.ts";
export { partition } from "./formats/partition.ts";
export { parseUai } from "./formats/uai.ts";
export { parseInstance } from "./network/instance.ts";
export type {
  Action,
  Budget as RequiredBudget,
  CheckContext,
  Definition,
  DeviceCounts,
  DistributionSpec,
  MachineSpec,
  OrderSpec,
  Program,
  Quantity,
  SearchDefaults,
  SearchWishes,
  SliceSpec,
} from "./program/program.ts";
export { format } from "./print/format.ts";
export { KEYWORDS, PATTERNS } from "./syntax/words.ts";
export { isComplete, parse } from "./syntax/parse.ts";
