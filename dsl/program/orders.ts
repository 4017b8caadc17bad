/** `order` statements: explicit trees, paths, and methods. */
import { UserError } from "../base/diagnostic.ts";
import { diagnose } from "../base/messages.ts";
import { nearest } from "../base/suggest.ts";
import { fromLinear } from "../plan/path.ts";
import type { Expression, OrderBody, OrderItem, SearchClause, Word } from "../syntax/tree.ts";
import { attempt, lookUp, report, type Checker } from "./checker.ts";
import { evaluate, evaluateAmount, seedOf, type Scope } from "./expression.ts";
import type { Network } from "../network/network.ts";
import type { OrderSpec } from "./program.ts";
import { didYouMean, refuse, Refusal, someOf } from "./refusal.ts";

const DEFAULT_SECONDS = 5;
const DEFAULT_SEED = 1;

/** Methods of the language that this version does not have. */
const LATER: readonly string[] = ["optimal", "partition", "anneal"];

const DEFAULT_SEARCH: Extract<OrderSpec, { kind: "search" }> = {
  kind: "search",
  objective: "flops",
  seconds: DEFAULT_SECONDS,
  seed: DEFAULT_SEED,
};

/** Throws Refusal. */
export function orderSpec(checker: Checker, name: Word, body: OrderBody): OrderSpec {
  const { network } = lookUp(checker, "network", name).valued;
  switch (body.kind) {
    case "explicit":
      return explicitOrder(checker, network, body.items, name);
    case "path":
      return { kind: "tree", pairs: pathPairs(network, body.path, checker.scope) };
    case "pathFile":
      return refuse("not-supported-yet", { what: "a path from a file" }, body.file.span);
    case "word":
      return methodOrder(checker, network, body.word, name);
    case "search":
      return body.clauses.reduce((spec, clause) => withClause(spec, clause, checker.scope), DEFAULT_SEARCH);
    default:
      return body satisfies never;
  }
}

function methodOrder(checker: Checker, network: Network, word: Word, name: Word): OrderSpec {
  const { text, span } = word;
  if (network.tensors.some((tensor) => tensor.name === text))
    return explicitOrder(checker, network, [{ kind: "factor", word }], name);
  if (text === "greedy") return { kind: "greedy" };
  if (text === "search") return DEFAULT_SEARCH;
  if (LATER.includes(text))
    return refuse("not-supported-yet", { what: `the method ${text}` }, span, "use greedy or search");
  const known = ["greedy", "search", ...LATER];
  const hint = didYouMean(nearest(text, known)) ?? `methods: ${known.join(", ")}`;
  return refuse("bad-choice", { what: "a method or a factor", got: text }, span, hint);
}

type SearchSpec = typeof DEFAULT_SEARCH;

function withClause(spec: SearchSpec, clause: SearchClause, scope: Scope): SearchSpec {
  switch (clause.kind) {
    case "minimizing":
      return { ...spec, objective: objectiveOf(clause.objective) };
    case "within":
      return { ...spec, seconds: evaluateAmount(clause.value, scope, "s") };
    case "seed":
      return { ...spec, seed: seedOf(clause.value, scope) };
    default:
      return clause satisfies never;
  }
}

function objectiveOf({ text, span }: Word): SearchSpec["objective"] {
  if (text === "flops" || text === "size" || text === "combo") return text;
  if (text === "writes" || text === "time")
    return refuse("not-supported-yet", { what: `minimizing ${text}` }, span);
  const known = ["flops", "size", "combo"];
  const hint = didYouMean(nearest(text, known)) ?? `objectives: ${known.join(", ")}`;
  return refuse("bad-choice", { what: "an objective", got: text }, span, hint);
}

/** A tree while its groups are folded, left to right. */
interface Folding {
  readonly checker: Checker;
  readonly network: Network;
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly used: Set<number>;
  readonly pairs: [number, number][];
  /** Factors that are named wrongly or twice, which is reported. */
  unknown: number;
  repeated: number;
}

/** All mistakes of its factors are reported; throws Refusal after any of them. */
function explicitOrder(
  checker: Checker,
  network: Network,
  items: readonly OrderItem[],
  name: Word,
): OrderSpec {
  const places = new Map<string, number[]>();
  network.tensors.forEach((tensor, id) => {
    const own = places.get(tensor.name);
    if (own === undefined) places.set(tensor.name, [id]);
    else own.push(id);
  });
  const folding: Folding = { checker, network, places, used: new Set(), pairs: [], unknown: 0, repeated: 0 };
  foldItems(folding, items);
  const left = network.tensors.flatMap((tensor, id) =>
    folding.used.has(id) ? [] : [nameInOrder(folding, tensor.name, id)],
  );
  // What an unknown name was meant for would be left out only for that reason.
  if (left.length > 0 && folding.unknown === 0) {
    refuse("order-leaves-out", { factors: someOf(left) }, name.span, onceEach(network));
  }
  if (folding.unknown + folding.repeated > 0) throw new Refusal(undefined);
  return { kind: "tree", pairs: folding.pairs };
}

function onceEach(network: Network): string {
  return `every factor of ${network.name} stands once in its order`;
}

function nameInOrder({ places }: Folding, name: string, id: number): string {
  return places.get(name)?.length === 1 ? name : `${name} (place ${id + 1})`;
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
    else if (item !== undefined) contract(folding, group, factorId(folding, item.word));
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
function factorId(folding: Folding, word: Word): number | undefined {
  const id = attempt(folding.checker, () =>
    /^\d/.test(word.text) ? placeId(folding, word) : namedId(folding, word),
  );
  if (id === undefined) folding.unknown += 1;
  else if (!folding.used.has(id)) folding.used.add(id);
  else {
    folding.repeated += 1;
    report(
      folding.checker,
      diagnose("order-twice", { factor: word.text }, word.span, onceEach(folding.network)),
    );
  }
  return id;
}

function placeId({ network }: Folding, { text, span }: Word): number {
  const place = Number(text);
  const count = network.tensors.length;
  if (Number.isInteger(place) && place >= 1 && place <= count) return place - 1;
  return refuse(
    "order-unknown",
    { name: `at place ${text}`, network: network.name },
    span,
    `places are 1 to ${count}`,
  );
}

function namedId({ network, places }: Folding, { text, span }: Word): number {
  const [first, second] = places.get(text) ?? [];
  if (first !== undefined && second === undefined) return first;
  const blanks = { name: text, network: network.name };
  if (first === undefined) {
    const known = [...places.keys()];
    const hint = didYouMean(nearest(text, known)) ?? `its factors: ${someOf(known)}`;
    return refuse("order-unknown", blanks, span, hint);
  }
  const listed = (places.get(text) ?? []).map((id) => String(id + 1));
  return refuse("order-ambiguous", { ...blanks, places: someOf(listed) }, span, "name it by its place");
}

/** opt_einsum's list of pairs of places. */
function pathPairs(network: Network, path: Expression, scope: Scope): readonly (readonly [number, number])[] {
  const value = evaluate(path, scope);
  const bad = (why: string): never =>
    refuse("bad-path", { why }, path.span, "a path looks like [[0,1],[0,1]]");
  if (!isPath(value)) return bad("it is not a list of pairs of places");
  const count = network.tensors.length;
  if (value.length !== count - 1)
    return bad(`${count} factors take ${count - 1} pairs, the path has ${value.length}`);
  try {
    return fromLinear(count, value);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return bad(error.message);
  }
}

function isPath(value: unknown): value is number[][] {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) =>
        Array.isArray(pair) && pair.every((place) => Number.isInteger(place) && (place as number) >= 0),
    )
  );
}
