/** `machine`, `slice`, `run` and `show` statements. */
import { nearest } from "../base/suggest.ts";
import type { Label, Network } from "../network/network.ts";
import type {
  IndexReference,
  Lexeme,
  MachineBody,
  ShowItem,
  SliceBody,
  Statement,
  Target,
  Word,
} from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { evaluateAmount, evaluateNumber } from "./expression.ts";
import { labelOf } from "./labels.ts";
import type { FigureName, MachineSpec, SliceSpec } from "./program.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

/** Throws Refusal. */
export function machineSpec(checker: Checker, body: MachineBody): MachineSpec {
  switch (body.kind) {
    case "call":
      return calledMachine(checker, body.name, body.arguments);
    case "preset":
      return presetMachine(checker, body.word, body.name);
    case "block":
      return refuse("not-supported-yet", { what: "a machine by its figures" }, body.span, MACHINES);
    case "with":
      return refuse("not-supported-yet", { what: "a changed machine" }, body.span, MACHINES);
    default:
      return body satisfies never;
  }
}

const MACHINES = 'use threads(2) or preset "dgx-h100"';

function calledMachine(checker: Checker, name: Word, inside: readonly Lexeme[]): MachineSpec {
  if (name.text === "torch")
    return refuse("not-supported-yet", { what: "the torch engine" }, name.span, "use threads(n)");
  if (name.text !== "threads")
    return refuse("bad-choice", { what: "a kind of machine", got: name.text }, name.span, MACHINES);
  if (inside.length === 0) refuse("bad-arguments", { form: "a number of threads: threads(2)" }, name.span);
  const expression = joined(inside);
  const workers = evaluateNumber(expression, checker.scope);
  if (Number.isSafeInteger(workers) && workers > 0) return { kind: "threads", workers };
  const blanks = { what: "the number of threads", got: String(workers), wanted: "a positive integer" };
  return refuse("bad-amount", blanks, expression.span);
}

/** Lexemes as one expression, blanks between them as written. */
function joined(inside: readonly Lexeme[]): Word {
  const start = inside[0]?.span.start ?? 0;
  const end = inside.at(-1)?.span.end ?? start;
  const text = inside.reduce((before, { text: own, span }) => before.padEnd(span.start - start) + own, "");
  return { text, span: { start, end } };
}

function presetMachine({ context }: Checker, word: Word, { text, span }: Word): MachineSpec {
  if (word.text !== "preset")
    return refuse("unexpected", { found: word.text, expected: "`preset`" }, word.span, MACHINES);
  if (context.presets.includes(text)) return { kind: "preset", name: text };
  const hint = didYouMean(nearest(text, context.presets)) ?? `presets: ${context.presets.join(", ")}`;
  return refuse("unknown-name", { what: "preset", name: `"${text}"` }, span, hint);
}

/** Throws Refusal. */
export function sliceSpec(checker: Checker, name: Word, body: SliceBody): SliceSpec {
  const { network } = lookUp(checker, "network", name).valued;
  switch (body.kind) {
    case "fit":
      lookUp(checker, "machine", body.machine);
      return { kind: "fit", machine: body.machine.text };
    case "to":
      return { kind: "bytes", bytes: evaluateAmount(body.limit, checker.scope, "B") };
    case "over":
      return { kind: "over", labels: slicedLabels(checker, network, body.indices) };
    default:
      return body satisfies never;
  }
}

/** All mistakes are reported; throws Refusal after any of them. */
function slicedLabels(checker: Checker, network: Network, indices: readonly IndexReference[]): Label[] {
  const labels = new Set<Label>();
  for (const index of indices)
    attempt(checker, () => {
      const label = labelOf(index, checker.scope);
      if (labels.has(label))
        refuse(
          "repeated-index",
          { name: "the slice", index: label },
          index.span,
          "each index stands once here",
        );
      if (!Object.hasOwn(network.extents, label)) {
        const known = Object.keys(network.extents);
        const hint = didYouMean(nearest(label, known)) ?? `its indices: ${someOf(known)}`;
        refuse("slice-unknown", { index: label, network: network.name }, index.span, hint);
      }
      labels.add(label);
    });
  if (labels.size < indices.length) throw new Refusal(undefined);
  return [...labels];
}

type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export function checkRun(checker: Checker, { network, target, dry, span }: StatementOf<"run">): void {
  // Both names are looked at, so that two mistakes are told at once.
  const found = attempt(checker, () => lookUp(checker, "network", network));
  const on = attempt(checker, () => ({ machine: target && targetMachine(checker, target) }));
  if (found === undefined || on === undefined) return;
  checker.actions.push({ kind: "run", network: network.text, machine: on.machine, dry, span });
}

function targetMachine(checker: Checker, { name, arguments: inside }: Target): string | MachineSpec {
  if (inside !== undefined) return calledMachine(checker, name, inside);
  lookUp(checker, "machine", name);
  return name.text;
}

const FIGURES: readonly FigureName[] = ["network", "order", "communication", "timeline"];
const LATER: readonly string[] = ["speedup", "memory", "roofline"];

/** `show communication, timeline of Z`: a figure without a network takes that of the next one that has one. */
export function checkShow(checker: Checker, { items }: StatementOf<"show">): void {
  items.forEach((item, position) => {
    const network =
      item.network ?? items.slice(position).find((later) => later.network !== undefined)?.network;
    attempt(checker, () => {
      showFigure(checker, item, network);
    });
  });
}

function showFigure(checker: Checker, { figure, more }: ShowItem, network: Word | undefined): void {
  const { text, span } = figure;
  const name = FIGURES.find((known) => known === text);
  if (LATER.includes(text)) refuse("not-supported-yet", { what: `show ${text}` }, span);
  if (name === undefined) {
    const hint = didYouMean(nearest(text, FIGURES)) ?? `figures: ${FIGURES.join(", ")}`;
    refuse("bad-choice", { what: "a figure", got: text }, span, hint);
  }
  if (more !== undefined) refuse("not-supported-yet", { what: `show ${text} on a machine` }, more);
  if (network === undefined) refuse("no-network", { figure: text }, span, `write ${text} of Z`);
  lookUp(checker, "network", network);
  checker.actions.push({
    kind: "show",
    figure: name,
    network: network.text,
    span: { start: span.start, end: Math.max(span.end, network.span.end) },
  });
}
