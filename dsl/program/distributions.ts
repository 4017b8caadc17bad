/** `distribute` statements, and what `compare` fixes of them. */
import { nearest } from "../base/suggest.ts";
import { deviceCount } from "../distribute/machine.ts";
import { METHODS, type Method, type WrittenDistribution } from "../distribute/wanted.ts";
import type { Network } from "../network/network.ts";
import type { PlanWish, Statement, Word, WrittenStage } from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { evaluateAmount, evaluateNumber } from "./expression.ts";
import { countOf, targetMachine } from "./machines.ts";
import type { DistributionSpec, MachineSpec } from "./program.ts";
import { didYouMean, refuse, Refusal } from "./refusal.ts";
import { labelsWithin } from "./slices.ts";

type Distribute = Extract<Statement, { kind: "distribute" }>;
type Compare = Extract<Statement, { kind: "compare" }>;

/** Throws Refusal; mistakes of several parts are reported at once. */
export function distributionSpec(checker: Checker, statement: Distribute | Compare): DistributionSpec {
  const { network: name, target, wishes } = statement;
  const found = attempt(checker, () => lookUp(checker, "network", name).valued.network);
  const machine = attempt(checker, () => targetMachine(checker, target));
  refuseRepeated(checker, wishes);
  if (found === undefined || machine === undefined) throw new Refusal(undefined);
  const spec = wishes.reduce<DistributionSpec>(
    (before, wish) => ({ ...before, ...wishOf(checker, found, wish) }),
    { machine },
  );
  checkDevices(checker, spec, wishes, target.name);
  return spec;
}

function refuseRepeated(checker: Checker, wishes: readonly PlanWish[]): void {
  wishes.forEach(({ kind, word }, position) => {
    if (wishes.findIndex((other) => other.kind === kind) === position) return;
    attempt(checker, () => refuse("wish-twice", { what: kind }, word.span, "leave one of them out"));
  });
}

function wishOf(checker: Checker, network: Network, wish: PlanWish): Partial<DistributionSpec> {
  switch (wish.kind) {
    case "devices":
      return { devices: countOf(wish.value, checker, "the number of devices") };
    case "groups":
      return { groupSize: countOf(wish.value, checker, "the number of devices in a group") };
    case "within":
      return { seconds: evaluateAmount(wish.value, checker.scope, "s") };
    case "by":
      return { method: methodOf(wish.word) };
    case "over":
      return { over: wish.stages.map((stage) => stageOf(checker, network, stage)) };
    default:
      return wish satisfies never;
  }
}

export function methodOf({ text, span }: Word): Method {
  const method = METHODS.find((known) => known === text);
  if (method !== undefined) return method;
  const hint = didYouMean(nearest(text, METHODS)) ?? `methods: ${METHODS.join(", ")}`;
  return refuse("bad-choice", { what: "a way to distribute", got: text }, span, hint);
}

function stageOf(checker: Checker, network: Network, { indices, step }: WrittenStage): WrittenDistribution {
  const labels = labelsWithin(checker, network, indices, "distribute");
  return { labels, step: step === undefined ? 0 : stepOf(checker, network, step) };
}

function stepOf(checker: Checker, network: Network, step: Exclude<WrittenStage["step"], undefined>): number {
  const value = evaluateNumber(step, checker.scope);
  const steps = network.tensors.length - 1;
  if (Number.isInteger(value) && value >= 0 && value < steps) return value;
  const wanted = `one of the ${steps} steps of the order, 0 to ${steps - 1},`;
  return refuse("bad-amount", { what: "the step", got: String(value), wanted }, step.span);
}

/** Counts that contradict each other or the machine. The devices that `over` needs are as many as the values of its indices. */
function checkDevices(
  checker: Checker,
  spec: DistributionSpec,
  wishes: readonly PlanWish[],
  name: Word,
): void {
  const { devices, groupSize } = spec;
  const available = availableDevices(checker, spec.machine);
  const wordOf = (kind: PlanWish["kind"]): Word => wishes.find((wish) => wish.kind === kind)?.word ?? name;
  const used = devices ?? available;
  if (used > available)
    refuse(
      "bad-amount",
      {
        what: "the number of devices",
        got: String(used),
        wanted: `at most the ${available} of ${name.text}`,
      },
      wordOf("devices").span,
    );
  if (groupSize !== undefined && used % groupSize !== 0)
    refuse(
      "bad-amount",
      { what: "the size of a group", got: String(groupSize), wanted: `a divisor of the ${used} devices` },
      wordOf("groups").span,
    );
}

function availableDevices(checker: Checker, machine: string | MachineSpec): number {
  if (typeof machine !== "string")
    return machine.kind === "model" ? deviceCount(machine.machine) : machine.workers;
  const definition = checker.definitions.get(machine);
  return definition?.kind === "machine" ? availableDevices(checker, definition.spec) : Infinity;
}
