/** `run`, `show` and `compare` statements. */
import { nearest } from "../base/suggest.ts";
import { METHODS } from "../distribute/wanted.ts";
import type { DeviceCounts as WrittenCounts, ShowItem, Statement, Word } from "../syntax/tree.ts";
import { attempt, lookUp, type Checker } from "./checker.ts";
import { distributionSpec, methodOf } from "./distributions.ts";
import { evaluate } from "./expression.ts";
import { runnable } from "./filled.ts";
import { countOf, targetMachine } from "./machines.ts";
import { searchOfEach } from "./orders.ts";
import { FIGURES, type DeviceCounts, type FigureName } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";

type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export function checkRun(checker: Checker, { network, target, dry, span }: StatementOf<"run">): void {
  // Both names are looked at, so that two mistakes are told at once.
  const found = attempt(checker, () => runnable(checker, network, dry));
  const on = attempt(checker, () => ({ machine: target && targetMachine(checker, target) }));
  if (found === undefined || on === undefined) return;
  checker.actions.push({ kind: "run", network: network.text, machine: on.machine, dry, span });
}

export function checkCompare(checker: Checker, statement: StatementOf<"compare">): void {
  const { network, methods: words, span } = statement;
  const methods = words.map((word) => attempt(checker, () => methodOf(word)));
  const distribution = distributionSpec(checker, statement);
  const known = methods.filter((method) => method !== undefined);
  if (known.length < words.length) return;
  checker.actions.push({
    kind: "compare",
    network: network.text,
    distribution,
    methods: words.length === 0 ? METHODS : [...new Set(known)],
    span,
  });
}

/** `show communication, timeline of Z on eos`: a figure without a network takes those of the next one that has one. */
export function checkShow(checker: Checker, { items }: StatementOf<"show">): void {
  items.forEach((item, position) => {
    const source =
      item.network === undefined ? items.slice(position).find((later) => later.network !== undefined) : item;
    attempt(checker, () => {
      showFigure(checker, { ...source, ...item }, source?.network);
    });
  });
}

function showFigure(checker: Checker, item: ShowItem, network: Word | undefined): void {
  const figure = figureNamed(checker, item.figure);
  const { text, span } = item.figure;
  if (network === undefined) refuse("no-network", { figure: text }, span, `write ${text} of Z`);
  lookUp(checker, "network", network);
  const machine = item.target && targetMachine(checker, item.target);
  const counts = item.counts && countsOf(checker, item.counts);
  if (counts !== undefined && figure !== "speedup" && figure !== "degradation")
    refuse(
      "bad-choice",
      { what: "a figure over devices", got: text },
      span,
      "write show speedup of Z on M for devices 1..64",
    );
  const search = item.search && searchOfEach(checker, item.search);
  if (search !== undefined && figure !== "speedup")
    refuse(
      "bad-choice",
      { what: "a figure with an order searched for each count", got: text },
      span,
      "write show speedup of Z on M for devices 1..64 search",
    );
  checker.actions.push({
    kind: "show",
    figure,
    network: network.text,
    machine,
    ...(counts && { counts }),
    ...(search && { search }),
    span: { start: span.start, end: Math.max(span.end, network.span.end) },
  });
}

function figureNamed({ definitions }: Checker, { text, span }: Word): FigureName {
  const name = FIGURES.find((known) => known === text);
  if (name !== undefined) return name;
  const drawn = definitions.get(text)?.kind === "network" ? `write show network ${text}` : undefined;
  const hint = drawn ?? didYouMean(nearest(text, FIGURES)) ?? `figures: ${FIGURES.join(", ")}`;
  return refuse("bad-choice", { what: "a figure", got: text }, span, hint);
}

function countsOf(checker: Checker, counts: WrittenCounts): DeviceCounts {
  if (counts.kind === "range") {
    const [from, to] = [counts.from, counts.to].map((end) =>
      countOf(end, checker, "the number of devices"),
    ) as [number, number];
    if (from <= to) return { kind: "range", from, to };
    const blanks = { what: "the first number of devices", got: String(from), wanted: `one up to ${to}` };
    return refuse("bad-amount", blanks, counts.from.span);
  }
  const { list } = counts;
  const value = evaluate(list, checker.scope);
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const sound = values.every((one) => Number.isSafeInteger(one) && (one as number) > 0) && values.length > 0;
  if (sound) return { kind: "list", counts: values as number[] };
  const blanks = { what: "the list of devices", got: list.text, wanted: "a list of positive integers" };
  return refuse("bad-amount", blanks, list.span);
}
