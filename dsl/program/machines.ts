/** `machine` statements, and machines written in place. */
import { nearest } from "../base/suggest.ts";
import { deviceCount, type DegradedLink, type Machine, type Tier } from "../distribute/machine.ts";
import { presets } from "../distribute/presets.ts";
import { DTYPES, type Dtype } from "../network/network.ts";
import type {
  Expression,
  Lexeme,
  MachineBody,
  MachinePart,
  Target,
  Word,
  WrittenLink,
} from "../syntax/tree.ts";
import { attempt, lookUp, together, type Checker } from "./checker.ts";
import { evaluateAmount, evaluateNumber } from "./expression.ts";
import type { MachineSpec } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";
import { dtypeOf } from "./tensors.ts";

const MACHINES =
  'use threads(2), preset "dgx-h100", or a block of figures: machine M { device { ... } node ... }';

/** Throws Refusal. */
export function machineSpec(checker: Checker, name: Word, body: MachineBody): MachineSpec {
  switch (body.kind) {
    case "call":
      return calledMachine(checker, body.name, body.arguments);
    case "preset":
      return { kind: "model", machine: presetMachine(body.word, body.name) };
    case "block":
      return { kind: "model", machine: blockMachine(checker, name, body) };
    case "with":
      return { kind: "model", machine: changedMachine(checker, name, body.base, body.links) };
    default:
      return body satisfies never;
  }
}

/** The machine that `on ...` names or writes in place. Throws Refusal. */
export function targetMachine(checker: Checker, { name, arguments: inside }: Target): string | MachineSpec {
  if (inside !== undefined) return calledMachine(checker, name, inside);
  lookUp(checker, "machine", name);
  return name.text;
}

/** `threads(2)`, `torch(processes 4)`, `torch(processes 4, overlap)` */
function calledMachine(checker: Checker, name: Word, inside: readonly Lexeme[]): MachineSpec {
  const kind = name.text;
  if (kind !== "threads" && kind !== "torch")
    return refuse("bad-choice", { what: "a kind of machine", got: kind }, name.span, MACHINES);
  const [comma, last] = inside.slice(-2);
  const overlap = comma?.text === "," && last?.text === "overlap" ? last : undefined;
  if (overlap !== undefined && kind === "threads")
    refuse("no-overlap", { machine: kind }, overlap.span, TORCH_OVERLAPS);
  const [first, ...rest] = overlap === undefined ? inside : inside.slice(0, -2);
  const named = kind === "torch" && first?.text === "processes";
  const counted = first === undefined || named ? rest : [first, ...rest];
  const what = kind === "threads" ? "threads" : "processes";
  const form = kind === "threads" ? "threads(2)" : "torch(processes 4)";
  if (counted.length === 0) refuse("bad-arguments", { form: `a number of ${what}: ${form}` }, name.span);
  const workers = countOf(joined(counted), checker, `the number of ${what}`);
  return kind === "torch" && overlap !== undefined ? { kind, workers, overlap: true } : { kind, workers };
}

const TORCH_OVERLAPS = "processes do: torch(processes 4, overlap)";

/** A positive integer. Throws Refusal. */
export function countOf(expression: Expression, checker: Checker, what: string): number {
  const value = evaluateNumber(expression, checker.scope);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return refuse("bad-amount", { what, got: String(value), wanted: "a positive integer" }, expression.span);
}

/** Lexemes as one expression, blanks between them as written. */
function joined(inside: readonly Lexeme[]): Word {
  const start = inside[0]?.span.start ?? 0;
  const end = inside.at(-1)?.span.end ?? start;
  const text = inside.reduce((before, { text: own, span }) => before.padEnd(span.start - start) + own, "");
  return { text, span: { start, end } };
}

function presetMachine(word: Word, { text, span }: Word): Machine {
  if (word.text !== "preset")
    return refuse("unexpected", { found: word.text, expected: "`preset`" }, word.span, MACHINES);
  const known = [...presets.keys()];
  const hint = didYouMean(nearest(text, known)) ?? `presets: ${known.join(", ")}`;
  return presets.get(text) ?? refuse("unknown-name", { what: "preset", name: `"${text}"` }, span, hint);
}

type Block = Extract<MachineBody, { kind: "block" }>;

/** Fixed cost of starting a local step where the block gives none: that of a GPU's kernel. */
const LAUNCH_SECONDS = 5e-6;
/** Latency of a message where the block gives none. */
const LATENCY_SECONDS = { node: 3e-6, cluster: 8e-6 };

type PartOf<K extends MachinePart["kind"]> = MachinePart & { readonly kind: K };

function blockMachine(checker: Checker, name: Word, { parts, span }: Block): Machine {
  const own = <K extends MachinePart["kind"]>(kind: K) =>
    parts.find((part): part is PartOf<K> => part.kind === kind);
  const [launch, cluster] = [own("launch"), own("cluster")];
  reportRepeated(checker, parts);
  const { flopsPerSecond, memory, launchSeconds, ...tiers } = together(checker, {
    flopsPerSecond: () => peaks(checker, parts, span),
    memory: () => memoryOf(checker, own("memory") ?? missing("memory 80 GB at 3.35 TB/s", span)),
    launchSeconds: () =>
      launch === undefined ? LAUNCH_SECONDS : evaluateAmount(launch.value, checker.scope, "s"),
    node: () => tierOf(checker, own("node") ?? missing("node 8 devices over 450 GB/s latency 3 us", span)),
    cluster: () => cluster && tierOf(checker, cluster),
  });
  return {
    name: name.text,
    source: "figures of the program",
    device: { flopsPerSecond, ...memory, launchSeconds },
    node: tiers.node,
    ...(tiers.cluster && { cluster: tiers.cluster }),
    engine: "dry",
  };
}

type Memory = Pick<Machine["device"], "memoryBytes" | "memoryBytesPerSecond">;

function memoryOf(checker: Checker, { value, rate }: PartOf<"memory">): Memory {
  return together(checker, {
    memoryBytes: () => evaluateAmount(value, checker.scope, "B"),
    memoryBytesPerSecond: () => evaluateAmount(rate, checker.scope, "B/s"),
  });
}

function missing(form: string, span: Block["span"]): never {
  return refuse("machine-lacks", { form }, span);
}

function reportRepeated(checker: Checker, parts: readonly MachinePart[]): void {
  const keys = parts.map((part) => (part.kind === "peak" ? `peak ${part.dtype?.text ?? ""}` : part.kind));
  const repeated = parts.filter((_, position) => keys.indexOf(keys[position] ?? "") < position);
  for (const { word } of repeated)
    attempt(checker, () => refuse("machine-twice", { what: word.text }, word.span, "leave one of them out"));
}

function tierOf(checker: Checker, { kind, count, rate, latency }: PartOf<"node" | "cluster">): Tier {
  const what = kind === "node" ? "the number of devices" : "the number of nodes";
  return together(checker, {
    count: () => countOf(count, checker, what),
    bytesPerSecond: () => evaluateAmount(rate, checker.scope, "B/s"),
    latencySeconds: () =>
      latency === undefined ? LATENCY_SECONDS[kind] : evaluateAmount(latency, checker.scope, "s"),
  });
}

/** One peak holds for all dtypes; in a table, those it leaves out get the least of the others. */
function peaks(
  checker: Checker,
  parts: readonly MachinePart[],
  span: Block["span"],
): Readonly<Record<Dtype, number>> {
  const table = new Map<Dtype | undefined, number>();
  for (const part of parts)
    if (part.kind === "peak")
      table.set(part.dtype && dtypeOf(part.dtype), evaluateAmount(part.value, checker.scope, "flop/s"));
  if (table.size === 0) missing("peak 60 TFLOP/s", span);
  const rest = table.get(undefined) ?? Math.min(...table.values());
  const entries = DTYPES.map((dtype) => [dtype, table.get(dtype) ?? rest] as const);
  return Object.fromEntries(entries) as Record<Dtype, number>;
}

function changedMachine(checker: Checker, name: Word, base: Word, links: readonly WrittenLink[]): Machine {
  const { spec } = lookUp(checker, "machine", base);
  if (spec.kind !== "model")
    return refuse(
      "wrong-kind",
      { name: base.text, is: "this computer", wanted: "the model of a machine" },
      base.span,
    );
  const { machine } = spec;
  const degraded = links.map((link) => degradedLink(checker, machine, link));
  const before = machine.degraded ?? [];
  return { ...machine, name: name.text, degraded: [...before, ...degraded] };
}

function degradedLink(
  checker: Checker,
  machine: Machine,
  { node, device, share }: WrittenLink,
): DegradedLink {
  const perNode = machine.node.count;
  return {
    node: placeOf(checker, node, deviceCount(machine) / perNode, `${machine.name}'s nodes`),
    device: placeOf(checker, device, perNode, `the devices of a node of ${machine.name}`),
    share: evaluateAmount(share, checker.scope, "%"),
  };
}

function placeOf({ scope }: Checker, expression: Expression, count: number, what: string): number {
  const value = evaluateNumber(expression, scope);
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  const blanks = {
    what: `the number among ${what}`,
    got: String(value),
    wanted: `one from 0 to ${count - 1}`,
  };
  return refuse("bad-amount", blanks, expression.span);
}
