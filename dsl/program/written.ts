/** Orders written by hand: brackets over factors, whole or in part, and sweeps along loop variables. */
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import type { Span } from "../base/diagnostic.ts";
import type { Network } from "../network/network.ts";
import type { OrderItem, Word } from "../syntax/tree.ts";
import { attempt, report, type Checker } from "./checker.ts";
import { describeValue, evaluate } from "./expression.ts";
import { factorIndex, factorName, keyOf, loopOrder, loopVariables, type FactorIndex } from "./instances.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

type Pair = readonly [number, number];

/** A written order: the pairs of its parts, and whether they are a tree of the whole network. */
export interface Written {
  /** As in OrderSpec. */
  readonly pairs: readonly Pair[];
  readonly whole: boolean;
}

/** A tree while its groups are folded, left to right. */
interface Folding {
  readonly checker: Checker;
  readonly network: Network;
  readonly index: FactorIndex;
  readonly used: Set<number>;
  readonly pairs: Pair[];
  /** Factors that are named wrongly or twice, which is reported. */
  mistakes: number;
}

/**
 * The factors of each part are contracted from left to right, brackets first. What is left open is told as a notice.
 * All mistakes of its factors are reported; throws Refusal after any of them.
 */
export function writtenOrder(
  checker: Checker,
  network: Network,
  parts: readonly (readonly OrderItem[])[],
  name: Word,
): Written {
  const index = factorIndex(network);
  const folding: Folding = { checker, network, index, used: new Set(), pairs: [], mistakes: 0 };
  for (const items of parts) foldItems(folding, items);
  if (folding.mistakes > 0) throw new Refusal(undefined);
  const whole = folding.pairs.length === network.tensors.length - 1;
  if (!whole) checker.notices.push(leftOpen(folding, parts.length, name.span));
  return { pairs: folding.pairs, whole };
}

function leftOpen({ network, index, used }: Folding, parts: number, span: Span) {
  const count = network.tensors.length;
  const left = network.tensors.flatMap(({ name }, id) => {
    if (used.has(id)) return [];
    return [index.exact.get(keyOf(factorName(name)))?.length === 1 ? name : `place ${id + 1}`];
  });
  if (left.length === 0)
    return diagnose("order-leaves-out", { what: `leaves its ${parts} parts apart` }, span);
  const what = `names ${used.size} of ${count} factors`;
  return diagnose("order-leaves-out", { what }, span, `it leaves out ${someOf(left)}`);
}

function onceEach(network: Network): string {
  return `every factor of ${network.name} stands once in its order`;
}

/** A group that is being folded: its items before `next` are contracted to the tensor `result`. */
interface Group {
  readonly items: readonly OrderItem[];
  next: number;
  result: number | undefined;
}

/** Without recursion: an order along a chain is as deep as the network is long. */
function foldItems(folding: Folding, items: readonly OrderItem[]): void {
  const groups: Group[] = [{ items, next: 0, result: undefined }];
  for (let group = groups.at(-1); group !== undefined; group = groups.at(-1)) {
    const item = group.items[group.next];
    group.next += 1;
    if (item?.kind === "group") groups.push({ items: item.items, next: 0, result: undefined });
    else if (item !== undefined) contract(folding, group, factorId(folding, item));
    else {
      groups.pop();
      const outer = groups.at(-1);
      if (outer !== undefined) contract(folding, outer, group.result);
    }
  }
}

function contract(folding: Folding, group: Group, id: number | undefined): void {
  if (id === undefined) return;
  if (group.result !== undefined) folding.pairs.push([group.result, id]);
  group.result = group.result === undefined ? id : folding.network.tensors.length + folding.pairs.length - 1;
}

/** Undefined after a mistake. */
function factorId(folding: Folding, item: Exclude<OrderItem, { kind: "group" }>): number | undefined {
  const { checker, network, used } = folding;
  const word = attempt(checker, () => (item.kind === "factor" ? item.word : instanceWord(checker, item)));
  const id =
    word && attempt(checker, () => (/^\d/.test(word.text) ? placeId(network, word) : namedId(folding, word)));
  if (word === undefined || id === undefined) folding.mistakes += 1;
  else if (!used.has(id)) used.add(id);
  else {
    folding.mistakes += 1;
    report(checker, diagnose("order-twice", { factor: word.text }, word.span, onceEach(network)));
  }
  return id;
}

/** The key of the instance. */
function instanceWord(
  { scope }: Checker,
  { name, values, span }: Extract<OrderItem, { kind: "instance" }>,
): Word {
  const known = values.map(({ name: variable, value }) => {
    const plain = /^-?\d+$/.test(value.text) ? value.text : describeValue(evaluate(value, scope));
    return [variable.text, plain] as const;
  });
  return { text: keyOf({ base: name, values: new Map(known) }), span };
}

function placeId(network: Network, { text, span }: Word): number {
  const place = Number(text);
  const count = network.tensors.length;
  if (Number.isInteger(place) && place >= 1 && place <= count) return place - 1;
  const blanks = { name: `at place ${text}`, network: network.name };
  return refuse("order-unknown", blanks, span, `places are 1 to ${count}`);
}

/** By its name; without loop values where only one factor has that name. */
function namedId({ network, index }: Folding, { text, span }: Word): number {
  const ids = index.exact.get(text) ?? index.bases.get(text);
  const [first, second] = ids ?? [];
  const blanks = { name: text, network: network.name };
  if (ids === undefined || first === undefined) {
    const known = [...index.exact.keys()];
    const hint = didYouMean(nearest(text, known)) ?? `its factors: ${someOf(known)}`;
    return refuse("order-unknown", blanks, span, hint);
  }
  if (second === undefined) return first;
  const places = someOf(ids.map((id) => String(id + 1)));
  return refuse("order-ambiguous", { ...blanks, places }, span, wayOut(network, index, ids));
}

/** Loop values tell factors apart where they have any; else their places, shown with their indices. */
function wayOut(network: Network, index: FactorIndex, ids: readonly number[]): string {
  const tensors = ids.flatMap((id) => network.tensors[id] ?? []);
  const [example] = tensors;
  if (example !== undefined && new Set(tensors.map(({ name }) => name)).size === tensors.length)
    return `name one of them with its loop values, as ${example.name}`;
  const shown = tensors
    .slice(0, 2)
    .map(({ name, labels }, at) => `${(ids[at] ?? 0) + 1} is ${name}[${labels.join(", ")}]`);
  return `name it by its place: ${shown.join(", ")}`;
}

/**
 * Pairs that take up one factor after the other, in the order of their loop values: along the last variable first, then
 * along the one before it. Unknown variables are reported one by one; throws Refusal after any of them.
 */
export function sweepPairs(checker: Checker, network: Network, variables: readonly Word[]): Pair[] {
  const known = loopVariables(network);
  const found = variables.map((variable) => attempt(checker, () => loopVariable(network, known, variable)));
  if (found.includes(undefined)) throw new Refusal(undefined);
  const ids = loopOrder(
    network,
    variables.map(({ text }) => text),
  );
  const count = ids.length;
  return ids.slice(1).map((id, step) => [step === 0 ? (ids[0] as number) : count + step - 1, id]);
}

function loopVariable({ name: network }: Network, known: readonly string[], { text, span }: Word): string {
  if (known.includes(text)) return text;
  const some = known.length === 0 ? `no factor of ${network} comes from a loop` : undefined;
  const hint = some ?? didYouMean(nearest(text, known)) ?? `its loop variables: ${someOf(known)}`;
  return refuse("order-no-loop", { variable: text, network }, span, hint);
}
