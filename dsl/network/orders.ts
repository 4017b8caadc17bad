/** `order` statements: explicit trees, paths, and methods. */
import { UserError } from "../base/diagnostic.ts";
import { nearest } from "../base/suggest.ts";
import { fromLinear } from "../plan/path.ts";
import type { Expression, OrderBody, OrderItem, SearchClause, Word } from "../syntax/tree.ts";
import { lookUp, type Checker } from "./checker.ts";
import { evaluate, evaluateAmount, seedOf, type Scope } from "./expression.ts";
import type { Network } from "./network.ts";
import type { OrderSpec } from "./program.ts";
import { didYouMean, refuse } from "./refusal.ts";

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
      return explicitOrder(network, body.items, name);
    case "path":
      return { kind: "tree", pairs: pathPairs(network, body.path, checker.scope) };
    case "pathFile":
      return refuse("not-supported-yet", { what: "a path from a file" }, body.file.span);
    case "word":
      return methodOrder(network, body.word, name);
    case "search":
      return body.clauses.reduce((spec, clause) => withClause(spec, clause, checker.scope), DEFAULT_SEARCH);
    default:
      return body satisfies never;
  }
}

function methodOrder(network: Network, word: Word, name: Word): OrderSpec {
  const { text, span } = word;
  if (network.tensors.some((tensor) => tensor.name === text))
    return explicitOrder(network, [{ kind: "factor", word }], name);
  if (text === "greedy") return { kind: "greedy" };
  if (text === "search") return DEFAULT_SEARCH;
  if (LATER.includes(text))
    return refuse("not-supported-yet", { what: `order ... = ${text}` }, span, "use greedy or search");
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
  readonly network: Network;
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly used: Set<number>;
  readonly pairs: [number, number][];
}

function explicitOrder(network: Network, items: readonly OrderItem[], name: Word): OrderSpec {
  const places = new Map<string, number[]>();
  network.tensors.forEach((tensor, id) => {
    const own = places.get(tensor.name);
    if (own === undefined) places.set(tensor.name, [id]);
    else own.push(id);
  });
  const folding: Folding = { network, places, used: new Set(), pairs: [] };
  foldItems(folding, items);
  const left = network.tensors.flatMap((tensor, id) =>
    folding.used.has(id) ? [] : [nameInOrder(folding, tensor.name, id)],
  );
  if (left.length > 0) {
    const factors =
      left.length > 8 ? `${left.slice(0, 8).join(", ")} and ${left.length - 8} more` : left.join(", ");
    refuse(
      "order-leaves-out",
      { factors },
      name.span,
      `every factor of ${network.name} stands once in its order`,
    );
  }
  return { kind: "tree", pairs: folding.pairs };
}

function nameInOrder({ places }: Folding, name: string, id: number): string {
  return places.get(name)?.length === 1 ? name : `${name} (place ${id + 1})`;
}

/** The id of the result. */
function foldItems(folding: Folding, items: readonly OrderItem[]): number {
  const [first, ...rest] = items.map((item) =>
    item.kind === "group" ? foldItems(folding, item.items) : factorId(folding, item.word),
  );
  return rest.reduce((left, right) => {
    folding.pairs.push([left, right]);
    return folding.network.tensors.length + folding.pairs.length - 1;
  }, first as number);
}

function factorId(folding: Folding, word: Word): number {
  const id = /^\d/.test(word.text) ? placeId(folding, word) : namedId(folding, word);
  if (folding.used.has(id)) refuse("order-twice", { factor: word.text }, word.span);
  folding.used.add(id);
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
    const hint = didYouMean(nearest(text, known)) ?? `its factors: ${known.slice(0, 8).join(", ")}`;
    return refuse("order-unknown", blanks, span, hint);
  }
  const listed = (places.get(text) ?? []).slice(0, 8).map((id) => id + 1);
  return refuse("order-ambiguous", { ...blanks, places: listed.join(", ") }, span, "name it by its place");
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
